#ifndef KAGIMORI_OIDC_JSON_OBJECT_H_
#define KAGIMORI_OIDC_JSON_OBJECT_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "wire/json_structure.h"

namespace kagimori::oidc {

// The members of a JSON object, each name once; private to this room. Cheap to copy. A member that is null counts as
// one of a wrong type.
class JsonObject {
 public:
  // kInvalid: no JSON object from the first byte to the last, or a name twice.
  static Result<JsonObject> Parse(std::string_view text);

  bool Has(std::string_view name) const { return members_.contains(name); }

  // Nothing: there is no such member. kInvalid: it has another type, or over kMaxText bytes.
  Result<std::optional<std::string>> Text(std::string_view name) const;
  // A list of texts, at most `most` of them.
  Result<std::optional<std::vector<std::string>>> Texts(std::string_view name, size_t most) const;
  // The same, where one text alone may stand in place of a list of one.
  Result<std::optional<std::vector<std::string>>> TextOrTexts(std::string_view name, size_t most) const;
  // Seconds since 1970, with fractions or without (NumericDate, RFC 7519 section 2), up to the year 9999.
  Result<std::optional<Timestamp>> Date(std::string_view name) const;
  // A list of objects. Elements of another type are skipped, and so are objects with a name twice.
  Result<std::optional<std::vector<JsonObject>>> Objects(std::string_view name, size_t most) const;

  static constexpr size_t kMaxText = 2048;

 private:
  struct Source {
    std::string text;  // with the padding that the parser wants
    std::optional<wire::JsonDocument> document;
  };
  explicit JsonObject(std::shared_ptr<const Source> source) : source_(std::move(source)) {}
  static Result<JsonObject> Read(std::shared_ptr<const Source> source, wire::JsonCursor* at);
  std::optional<wire::JsonCursor> Find(std::string_view name) const;

  std::shared_ptr<const Source> source_;  // what the cursors point into
  std::map<std::string, wire::JsonCursor, std::less<>> members_;
};

}  // namespace kagimori::oidc

#endif  // KAGIMORI_OIDC_JSON_OBJECT_H_
