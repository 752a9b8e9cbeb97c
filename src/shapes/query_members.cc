#include "shapes/query_members.h"

#include <charconv>

#include "wire/utf16.h"

namespace kagimori::shapes {
namespace {

std::string LowerCamel(std::string_view name) {
  std::string lower(name);
  if (!lower.empty() && lower[0] >= 'A' && lower[0] <= 'Z') lower[0] = static_cast<char>(lower[0] - 'A' + 'a');
  return lower;
}

std::string Printed(std::string_view value) { return "Value '" + std::string(value) + "'"; }

std::string Bound(std::string_view what, std::string_view which, int64_t bound) {
  return "Member must have " + std::string(what) + " " + std::string(which) + " than or equal to " +
         std::to_string(bound);
}

std::string PrintedList(const std::vector<std::string>& texts) {
  std::string text = "Value '[";
  for (size_t i = 0; i < texts.size(); ++i) text.append(i == 0 ? "" : ", ").append(texts[i]);
  return text.append("]'");
}

bool TooShort(std::string_view value, const TextRule& rule) {
  return static_cast<int64_t>(wire::Utf16Length(value)) < rule.min;
}
bool TooLong(std::string_view value, const TextRule& rule) {
  return static_cast<int64_t>(wire::Utf16Length(value)) > rule.max;
}
bool Mismatches(std::string_view value, const TextRule& rule) {
  return rule.matches != nullptr && !rule.matches(value);
}
std::string PatternText(const TextRule& rule) {
  return "Member must satisfy regular expression pattern: " + std::string(rule.pattern);
}

std::string ElementName(std::string_view list, size_t number) {
  return std::string(list) + ".member." + std::to_string(number);
}

}  // namespace

QueryMembers::QueryMembers(const wire::QueryParameters& parameters) {
  for (const wire::QueryParameter& parameter : parameters.all()) values_.emplace(parameter.name, parameter.value);
}

std::optional<std::string_view> QueryMembers::Find(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

// Whether a member of that structure is there, whatever its name.
bool QueryMembers::HasElement(const std::string& prefix) const {
  const auto found = values_.lower_bound(prefix);
  return found != values_.end() && found->first.starts_with(prefix);
}

void QueryMembers::Check(std::string_view value, const TextRule& rule, const MemberPath& path) {
  const std::string printed = rule.secret ? "Value" : Printed(value);
  if (TooShort(value, rule)) violations_.Add(printed, path.Text(), Bound("length", "greater", rule.min));
  if (TooLong(value, rule)) violations_.Add(printed, path.Text(), Bound("length", "less", rule.max));
  if (Mismatches(value, rule)) violations_.Add(printed, path.Text(), PatternText(rule));
}

std::string QueryMembers::Required(std::string_view name, const TextRule& rule) {
  std::optional<std::string> value = Optional(name, rule);
  if (!value) violations_.Add(rule.secret ? "Value" : "Value null", LowerCamel(name), "Member must not be null");
  return std::move(value).value_or("");
}

std::optional<std::string> QueryMembers::Optional(std::string_view name, const TextRule& rule) {
  const auto value = Find(std::string(name));
  if (!value) return std::nullopt;
  const std::string lower = LowerCamel(name);
  Check(*value, rule, {nullptr, lower, 0});
  return std::string(*value);
}

std::optional<int64_t> QueryMembers::Integer(std::string_view name, int64_t min, int64_t max) {
  const auto value = Find(std::string(name));
  if (!value) return std::nullopt;
  int32_t number = 0;  // Coral's Integer
  const auto [end, fault] = std::from_chars(value->data(), value->data() + value->size(), number);
  const std::string lower = LowerCamel(name);
  if (fault != std::errc() || end != value->data() + value->size()) {
    violations_.Add(Printed(*value), lower, "Member must be an integer");
    return std::nullopt;
  }
  if (number < min) violations_.Add(Printed(*value), lower, Bound("value", "greater", min));
  if (number > max) violations_.Add(Printed(*value), lower, Bound("value", "less", max));
  return number;
}

std::vector<std::string> QueryMembers::Texts(std::string_view name, size_t most, const TextRule& rule) {
  std::vector<std::string> texts;
  bool good = true;
  while (texts.size() <= most) {
    const auto value = Find(ElementName(name, texts.size() + 1));
    if (!value) break;
    good &= !TooShort(*value, rule) && !TooLong(*value, rule) && !Mismatches(*value, rule);
    texts.emplace_back(*value);
  }
  if (texts.size() > most) {
    violations_.Add(PrintedList(texts), LowerCamel(name), Bound("length", "less", static_cast<int64_t>(most)));
  }
  if (good) return texts;
  // One violation for all elements, with all constraints of theirs (Validator has the same form).
  std::string constraints = Bound("length", "less", rule.max) + ", " + Bound("length", "greater", rule.min);
  if (rule.matches != nullptr) constraints += ", " + PatternText(rule);
  violations_.Add(PrintedList(texts), LowerCamel(name), "Member must satisfy constraint: [" + constraints + "]");
  return texts;
}

std::vector<std::vector<std::string>> QueryMembers::Structures(std::string_view name, size_t most,
                                                               const std::vector<Member>& members) {
  std::vector<std::vector<std::string>> elements;
  const std::string lower = LowerCamel(name);
  while (elements.size() <= most) {
    const std::string prefix = ElementName(name, elements.size() + 1) + ".";
    if (!HasElement(prefix)) break;
    const MemberPath element{nullptr, lower, elements.size() + 1};
    std::vector<std::string>& values = elements.emplace_back();
    for (const Member& member : members) {
      const std::string member_name = LowerCamel(member.name);
      const MemberPath path{&element, member_name, 0};
      const auto value = Find(prefix + std::string(member.name));
      if (value) {
        Check(*value, member.rule, path);
      } else {
        violations_.Add("Value null", path.Text(), "Member must not be null");
      }
      values.emplace_back(value.value_or(""));
    }
  }
  if (elements.size() > most) {
    violations_.Add("Value", LowerCamel(name), Bound("length", "less", static_cast<int64_t>(most)));
  }
  return elements;
}

}  // namespace kagimori::shapes
