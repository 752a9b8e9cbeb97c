#include "ssm/policies.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "policy/json_tree.h"
#include "wire/json_writer.h"

namespace kagimori::ssm {
namespace {

using policy::Json;

constexpr size_t kMaxPolicies = 10;

std::unexpected<ApiError> BadAttribute(std::string text) {
  return Refuse(Errors::InvalidPolicyAttribute(std::move(text)));
}

// "2018-12-02T21:34:33.000Z"; fractions may be missing, and an offset may stand in place of the Z.
std::optional<Timestamp> ParseTime(std::string_view text) {
  constexpr size_t kSeconds = 19;
  if (text.size() < kSeconds + 1) return std::nullopt;
  std::optional<Timestamp> time = ParseIso(std::string(text.substr(0, kSeconds)) + "Z");
  if (!time) return std::nullopt;
  std::string_view rest = text.substr(kSeconds);
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    size_t digits = 0;
    int64_t scale = 100;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') {
      time->millis += (rest[digits++] - '0') * scale;
      scale /= 10;
    }
    if (digits == 0 || digits > 9) return std::nullopt;
    rest.remove_prefix(digits);
  }
  if (rest == "Z") return time;
  const bool offset = rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':';
  int hours = 0;
  int minutes = 0;
  if (!offset || std::from_chars(&rest[1], &rest[3], hours).ptr != &rest[3] ||
      std::from_chars(&rest[4], rest.data() + 6, minutes).ptr != rest.data() + 6 || hours > 18 || minutes > 59) {
    return std::nullopt;
  }
  const int64_t millis = (hours * 60 + minutes) * int64_t{60'000};
  time->millis += rest[0] == '+' ? -millis : millis;
  return time;
}

const std::string* TextOf(const Json& object, std::string_view name) {
  const Json* member = object.Find(name);
  return member != nullptr && member->is_string() ? &member->text : nullptr;
}

// A positive number of days or hours.
OrError<void> CheckPeriod(const Json& attributes, std::string_view name, std::string_view type) {
  const std::string* amount = TextOf(attributes, name);
  const std::string* unit = TextOf(attributes, "Unit");
  int number = 0;
  const bool good_amount =
      amount != nullptr && !amount->empty() && amount->size() <= 6 &&
      std::from_chars(amount->data(), amount->data() + amount->size(), number).ptr == amount->data() + amount->size() &&
      number > 0;
  if (!good_amount || unit == nullptr || (*unit != "Days" && *unit != "Hours"))
    return BadAttribute("The policy attributes of " + std::string(type) + " are not valid.");
  return {};
}

OrError<void> CheckAttributes(const std::string& type, const Json& attributes, Timestamp now, ParameterPolicies* into) {
  if (type == "ExpirationNotification") return CheckPeriod(attributes, "Before", type);
  if (type == "NoChangeNotification") return CheckPeriod(attributes, "After", type);
  const std::string* text = TextOf(attributes, "Timestamp");
  std::optional<Timestamp> time = text != nullptr ? ParseTime(*text) : std::nullopt;
  if (!time) return BadAttribute("The policy attributes of Expiration are not valid.");
  if (*time <= now) return BadAttribute("The expiration time must be in the future.");
  into->expires = time;
  return {};
}

// The values of a policy are texts and objects of texts alone.
void Append(const Json& value, std::string* out) {
  if (!value.is_object()) {
    wire::AppendJsonString(value.text, out);
    return;
  }
  out->push_back('{');
  wire::JsonSeparator separator;
  for (const policy::JsonMember& member : value.members) {
    separator.Next(out);
    wire::AppendJsonString(member.name, out);
    out->push_back(':');
    Append(member.value, out);
  }
  out->push_back('}');
}

// {"Type":…,"Version":"1.0","Attributes":{…}}
OrError<void> TakePolicy(const Json& object, Timestamp now, ParameterPolicies* into) {
  const std::string* type = TextOf(object, "Type");
  const std::string* version = TextOf(object, "Version");
  const Json* attributes = object.Find("Attributes");
  constexpr std::string_view kTypes[] = {"Expiration", "ExpirationNotification", "NoChangeNotification"};
  if (type == nullptr || std::ranges::find(kTypes, *type) == std::end(kTypes)) {
    return Refuse(Errors::InvalidPolicyType(
        "The policy type isn't supported. Parameter Store supports the following policy types: Expiration, "
        "ExpirationNotification, and NoChangeNotification."));
  }
  const auto is_text = [](const policy::JsonMember& member) { return member.value.is_string(); };
  if (version == nullptr || *version != "1.0" || attributes == nullptr || !attributes->is_object() ||
      !std::ranges::all_of(attributes->members, is_text)) {
    return BadAttribute("A policy attribute or its value is invalid.");
  }
  if (OrError<void> good = CheckAttributes(*type, *attributes, now, into); !good) return good;
  ParameterPolicy policy{.type = *type, .text = "{\"Type\":"};
  wire::AppendJsonString(*type, &policy.text);
  policy.text += ",\"Version\":\"1.0\",\"Attributes\":";
  Append(*attributes, &policy.text);
  policy.text += "}";
  into->policies.push_back(std::move(policy));
  return {};
}

// The objects of an array, or one by itself. Nothing: it is neither. (The parser wants an object at the root.)
std::optional<std::vector<Json>> ParseObjects(std::string_view text) {
  std::string wrapped = "{\"policies\":";
  auto tree = policy::ParseJson(wrapped.append(text).append("}"));
  if (!tree || tree->members.size() != 1) return std::nullopt;
  Json& value = tree->members[0].value;
  if (value.is_object()) return std::vector<Json>{std::move(value)};
  const auto is_object = [](const Json& item) { return item.is_object(); };
  if (!value.is_array() || !std::ranges::all_of(value.items, is_object)) return std::nullopt;
  return std::move(value.items);
}

}  // namespace

std::string ParameterPolicies::ToJson() const {
  if (policies.empty()) return {};
  std::string json = "[";
  for (const ParameterPolicy& policy : policies) json.append(json.size() == 1 ? "" : ",").append(policy.text);
  return json + "]";
}

OrError<ParameterPolicies> ParsePolicies(std::string_view text, Timestamp now) {
  std::optional<std::vector<Json>> objects = ParseObjects(text);
  if (!objects) return Invalid("The parameter policies are not valid JSON.");  // guess: the text
  // "[{}]" takes the policies away, as the guide has it.
  std::erase_if(*objects, [](const Json& object) { return object.members.empty(); });
  if (objects->size() > kMaxPolicies) {
    return Refuse(Errors::PoliciesLimitExceeded(
        "You specified more than the maximum number of allowed policies for the parameter. The maximum is 10."));
  }
  ParameterPolicies parsed;
  std::set<std::string> single;
  for (const Json& object : *objects) {
    if (OrError<void> taken = TakePolicy(object, now, &parsed); !taken)
      return std::unexpected(std::move(taken).error());
    const std::string& type = parsed.policies.back().type;
    if (type == "Expiration" && !single.insert(type).second) {
      return Refuse(Errors::IncompatiblePolicy(
          "There is a conflict in the policies specified for this parameter. You can't, for example, specify two "
          "Expiration policies for a parameter. Review your policies, and try again."));
    }
  }
  return parsed;
}

std::vector<ParameterPolicy> StoredPolicies(const std::string& json) {
  std::vector<ParameterPolicy> stored;
  if (json.empty()) return stored;
  std::optional<std::vector<Json>> objects = ParseObjects(json);
  if (!objects) return stored;
  for (const Json& object : *objects) {
    const std::string* type = TextOf(object, "Type");
    ParameterPolicy policy{.type = type != nullptr ? *type : "", .text = {}};
    Append(object, &policy.text);
    stored.push_back(std::move(policy));
  }
  return stored;
}

}  // namespace kagimori::ssm
