#ifndef KAGIMORI_WIRE_QUERY_H_
#define KAGIMORI_WIRE_QUERY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "secret/wiping_buffer.h"

namespace kagimori::wire {

// The two parts of a request's target: "/a?b=c" → "/a", "b=c".
struct TargetParts {
  std::string_view path;
  std::string_view query;
};
TargetParts SplitTarget(std::string_view target);

// How '+' is read. The canonical form of a signature reads a URL's '+' as itself, so whoever acts on a URL's query
// must, too.
enum class PlusSign { kLiteral, kSpace };

// Appends `text` with its percent-escapes decoded. False, with `out` in part written, when an escape is malformed.
bool AppendPercentDecoded(std::string_view text, PlusSign plus, std::string* out);

// RFC 3986: all but A-Z a-z 0-9 - _ . ~ (and '/', where it is kept) becomes %XX in upper case.
enum class Slash { kEncode, kKeep };
void AppendPercentEncoded(std::string_view text, Slash slash, std::string* out);

struct QueryParameter {
  std::string_view name;
  std::string_view value;
};

struct QueryLimits {
  size_t max_parameters = 1024;
  size_t max_bytes = 1024 * 1024;
};

// The parameters of a form body (application/x-www-form-urlencoded) or a URL's query, decoded, in received order.
// Move-only; views live as long as it does, moves included.
class QueryParameters {
 public:
  // kInvalid: a malformed escape, or a name or value that is no UTF-8. kLimit: more than `limits`.
  static Result<QueryParameters> ParseForm(std::string_view body, const QueryLimits& limits = {});
  static Result<QueryParameters> ParseUrlQuery(std::string_view query, const QueryLimits& limits = {});

  // The first of that name, letter case respected.
  std::optional<std::string_view> Get(std::string_view name) const;
  const std::vector<QueryParameter>& all() const { return parameters_; }

 private:
  QueryParameters() = default;
  static Result<QueryParameters> Parse(std::string_view text, PlusSign plus, const QueryLimits& limits);

  secret::WipingBuffer decoded_;  // reserved once, so that it never moves; its address survives a move of this object
  std::vector<QueryParameter> parameters_;
};

}  // namespace kagimori::wire

#endif  // KAGIMORI_WIRE_QUERY_H_
