#ifndef KAGIMORI_IAM_PARAMETERS_H_
#define KAGIMORI_IAM_PARAMETERS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/entities.h"
#include "shapes/query_members.h"
#include "wire/json_writer.h"
#include "wire/query.h"

namespace kagimori::iam {

// The members of one request, read and validated (shapes::QueryMembers), and written down for the audit record on the
// way: CloudTrail shows all of IAM's, under their lower-camel names. A member that is sent as "" is there.
class Parameters {
 public:
  // REQUIRES: outlives this; its values are UTF-8.
  explicit Parameters(const wire::QueryParameters& parameters) : members_(parameters), raw_(parameters) {}

  std::string Required(std::string_view name, const shapes::TextRule& rule);
  std::optional<std::string> Optional(std::string_view name, const shapes::TextRule& rule);
  // `choices`: the enumeration, in the model's order.
  std::string RequiredChoice(std::string_view name, std::initializer_list<std::string_view> choices);
  std::optional<std::string> OptionalChoice(std::string_view name, std::initializer_list<std::string_view> choices);
  std::optional<int> Integer(std::string_view name, int min, int max);
  bool Boolean(std::string_view name, bool otherwise);
  std::vector<std::string> Texts(std::string_view name, size_t most, const shapes::TextRule& rule);
  // For lists that must be there; an empty one is.
  bool Has(std::string_view name) const;
  std::vector<identity::Tag> Tags();   // "Tags"
  std::vector<std::string> TagKeys();  // "TagKeys"
  void RequireList(std::string_view name);
  // "ContextEntries": of a simulated request. Types are of no interest: values are texts.
  struct ContextEntry {
    std::string name;
    std::vector<std::string> values;
  };
  std::vector<ContextEntry> ContextEntries();

  // All that was wrong, in one message; empty: nothing was.
  std::string Fault() const;
  // requestParameters: an object, or null.
  std::string AuditJson() const;

 private:
  void Note(std::string_view name, std::string_view value);
  void Key(std::string_view name);

  shapes::QueryMembers members_;
  const wire::QueryParameters& raw_;
  std::string json_;
  wire::JsonSeparator separator_;
};

// "UserName" → "userName", "ClientIDList" → "clientIDList".
std::string LowerCamel(std::string_view name);

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_PARAMETERS_H_
