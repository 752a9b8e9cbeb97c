#ifndef KAGIMORI_SEED_MEMBERS_H_
#define KAGIMORI_SEED_MEMBERS_H_

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "shapes/member_info.h"

namespace kagimori::seed {

// The members of one table of the file, each asked for by its name and type. Private to the reader. The first thing
// that is wrong is kept, and so is what was asked for: End says what was wrong, or which member nobody knows.
class Members {
 public:
  // `where`: what the table is about, for errors.
  Members(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  std::optional<std::string> Text(std::string_view name);
  std::optional<bool> Flag(std::string_view name);
  std::optional<int64_t> Number(std::string_view name, int64_t least, int64_t most);
  std::optional<Timestamp> Time(std::string_view name);
  std::vector<std::string> Texts(std::string_view name);
  // A table of texts.
  std::optional<std::vector<std::pair<std::string, std::string>>> Pairs(std::string_view name);
  // An array of tables; at most so many.
  std::vector<const toml::table*> Tables(std::string_view name, size_t most);
  template <class E>
  std::optional<E> Enum(std::string_view name) {
    const std::optional<std::string> text = Text(name);
    if (!text) return std::nullopt;
    std::optional<E> value = shapes::ParseEnum<E>(*text);
    if (!value) Refuse(name, "there is no '" + Shown(*text) + "'");
    return value;
  }

  bool Has(std::string_view name) const { return table_.contains(name); }
  size_t line() const { return table_.source().begin.line; }
  void SetWhere(std::string where) { where_ = std::move(where); }
  // Keeps the first; `name` empty: the table as a whole.
  void Refuse(std::string_view name, std::string_view what);
  Result<> End();

  // Hostile text in an error: cut to what a line can hold.
  static std::string Shown(std::string_view text);

 private:
  const toml::node* Find(std::string_view name);

  const toml::table& table_;
  std::string where_;
  std::set<std::string, std::less<>> asked_;
  std::optional<Error> error_;
};

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_MEMBERS_H_
