#ifndef KAGIMORI_SHAPES_QUERY_MEMBERS_H_
#define KAGIMORI_SHAPES_QUERY_MEMBERS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shapes/validate.h"
#include "wire/query.h"

namespace kagimori::shapes {

// What the model says of a text: bounds in UTF-16 units, and its pattern as a message prints it and as a whole match.
struct TextRule {
  int64_t min = 0;
  int64_t max = 0;
  std::string_view pattern = {};  // empty: none
  bool (*matches)(std::string_view) = nullptr;
  bool secret = false;  // the value is not printed
};

// The members of a request of the Query protocol, read and validated in one go: a member that breaks its rule is noted
// in AWS's words, under its lower-camel name, and reading goes on, so that all violations are in one message. Lists are
// `Name.member.1`, `.2`, … until one is missing. An empty text counts as a member; `Name=` alone, as an empty list.
class QueryMembers {
 public:
  // REQUIRES: outlives this.
  explicit QueryMembers(const wire::QueryParameters& parameters);

  // Empty when the member is missing, which is noted.
  std::string Required(std::string_view name, const TextRule& rule);
  std::optional<std::string> Optional(std::string_view name, const TextRule& rule);
  std::optional<int64_t> Integer(std::string_view name, int64_t min, int64_t max);
  // At most `most` elements.
  std::vector<std::string> Texts(std::string_view name, size_t most, const TextRule& rule);

  // A list of structures of texts, at most `most` of them: for each element the values of `members` in their order,
  // all of them required.
  struct Member {
    std::string_view name;  // "Key"
    TextRule rule;
  };
  std::vector<std::vector<std::string>> Structures(std::string_view name, size_t most,
                                                   const std::vector<Member>& members);

  const Violations& violations() const { return violations_; }
  // For what is beyond the model's rules.
  Violations& violations() { return violations_; }

 private:
  std::optional<std::string_view> Find(const std::string& name) const;
  bool HasElement(const std::string& prefix) const;
  void Check(std::string_view value, const TextRule& rule, const MemberPath& path);

  std::map<std::string_view, std::string_view> values_;  // the first of each name
  Violations violations_;
};

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_QUERY_MEMBERS_H_
