#include "iam/parameters.h"

#include <algorithm>
#include <utility>

#include "iam/rules.h"

namespace kagimori::iam {
namespace {

std::string ChoiceText(std::initializer_list<std::string_view> choices) {
  std::string text = "Member must satisfy enum value set: [";
  bool first = true;
  for (std::string_view choice : choices) {
    if (!std::exchange(first, false)) text += ", ";
    text += choice;
  }
  return text + "]";
}

const shapes::TextRule kAnyText{.min = 0, .max = 131072, .pattern = {}, .matches = nullptr, .secret = true};

}  // namespace

std::string LowerCamel(std::string_view name) {
  std::string lower(name);
  if (!lower.empty() && lower[0] >= 'A' && lower[0] <= 'Z') lower[0] = static_cast<char>(lower[0] - 'A' + 'a');
  return lower;
}

void Parameters::Key(std::string_view name) {
  separator_.Next(&json_);
  wire::AppendJsonString(LowerCamel(name), &json_);
  json_.push_back(':');
}

void Parameters::Note(std::string_view name, std::string_view value) {
  Key(name);
  wire::AppendJsonString(value, &json_);
}

std::string Parameters::Required(std::string_view name, const shapes::TextRule& rule) {
  std::string value = members_.Required(name, rule);
  if (raw_.Get(name)) Note(name, value);
  return value;
}

std::optional<std::string> Parameters::Optional(std::string_view name, const shapes::TextRule& rule) {
  std::optional<std::string> value = members_.Optional(name, rule);
  if (value) Note(name, *value);
  return value;
}

std::string Parameters::RequiredChoice(std::string_view name, std::initializer_list<std::string_view> choices) {
  std::string value = members_.Required(name, kAnyText);
  if (!raw_.Get(name)) return value;
  Note(name, value);
  if (std::ranges::find(choices, value) == choices.end()) {
    members_.violations().Add("Value", LowerCamel(name), ChoiceText(choices));
  }
  return value;
}

std::optional<std::string> Parameters::OptionalChoice(std::string_view name,
                                                      std::initializer_list<std::string_view> choices) {
  if (!raw_.Get(name)) return std::nullopt;
  return RequiredChoice(name, choices);
}

std::optional<int> Parameters::Integer(std::string_view name, int min, int max) {
  const std::optional<int64_t> value = members_.Integer(name, min, max);
  if (!value) return std::nullopt;
  Key(name);
  wire::AppendJsonInteger(*value, &json_);
  return static_cast<int>(*value);
}

bool Parameters::Boolean(std::string_view name, bool otherwise) {
  const auto value = raw_.Get(name);
  if (!value) return otherwise;
  const std::string folded = identity::FoldName(*value);
  if (folded != "true" && folded != "false") {
    members_.violations().Add("Value", LowerCamel(name), "Member must be a boolean");  // guess: the text
    return otherwise;
  }
  Key(name);
  wire::AppendJsonBoolean(folded == "true", &json_);
  return folded == "true";
}

std::vector<std::string> Parameters::Texts(std::string_view name, size_t most, const shapes::TextRule& rule) {
  std::vector<std::string> texts = members_.Texts(name, most, rule);
  if (!Has(name)) return texts;
  Key(name);
  json_.push_back('[');
  wire::JsonSeparator separator;
  for (const std::string& text : texts) {
    separator.Next(&json_);
    wire::AppendJsonString(text, &json_);
  }
  json_.push_back(']');
  return texts;
}

bool Parameters::Has(std::string_view name) const {
  const std::string prefix = std::string(name) + ".";
  return std::ranges::any_of(raw_.all(), [&](const wire::QueryParameter& parameter) {
    return parameter.name == name || parameter.name.starts_with(prefix);
  });
}

void Parameters::RequireList(std::string_view name) {
  if (!Has(name)) members_.violations().Add("Value", LowerCamel(name), "Member must not be null");
}

std::vector<identity::Tag> Parameters::Tags() {
  std::vector<identity::Tag> tags;
  for (std::vector<std::string>& values :
       members_.Structures("Tags", kMaxTags, {{"Key", kTagKey}, {"Value", kTagValue}})) {
    tags.push_back({std::move(values[0]), std::move(values[1])});
  }
  if (tags.empty()) return tags;
  Key("Tags");
  json_.push_back('[');
  wire::JsonSeparator separator;
  for (const identity::Tag& tag : tags) {
    separator.Next(&json_);
    json_ += "{\"key\":";
    wire::AppendJsonString(tag.key, &json_);
    json_ += ",\"value\":";
    wire::AppendJsonString(tag.value, &json_);
    json_.push_back('}');
  }
  json_.push_back(']');
  return tags;
}

std::vector<std::string> Parameters::TagKeys() {
  RequireList("TagKeys");
  return Texts("TagKeys", kMaxTags, kTagKey);
}

std::vector<Parameters::ContextEntry> Parameters::ContextEntries() {
  constexpr size_t kMost = 256;
  static const shapes::TextRule kName{.min = 5, .max = 256, .pattern = {}, .matches = nullptr, .secret = true};
  std::vector<ContextEntry> entries;
  while (entries.size() < kMost) {
    const std::string element = "ContextEntries.member." + std::to_string(entries.size() + 1);
    if (!Has(element)) break;
    ContextEntry& entry = entries.emplace_back();
    entry.name = members_.Required(element + ".ContextKeyName", kName);
    entry.values = members_.Texts(element + ".ContextKeyValues", kMost, kAnyText);
  }
  if (entries.empty()) return entries;
  Key("ContextEntries");
  json_.push_back('[');
  wire::JsonSeparator separator;
  for (const ContextEntry& entry : entries) {
    separator.Next(&json_);
    json_ += "{\"contextKeyName\":";
    wire::AppendJsonString(entry.name, &json_);
    json_ += ",\"contextKeyValues\":[";
    wire::JsonSeparator values;
    for (const std::string& value : entry.values) {
      values.Next(&json_);
      wire::AppendJsonString(value, &json_);
    }
    json_ += "]}";
  }
  json_.push_back(']');
  return entries;
}

std::string Parameters::Fault() const {
  return members_.violations().empty() ? std::string() : members_.violations().Message();
}

std::string Parameters::AuditJson() const { return json_.empty() ? std::string() : "{" + json_ + "}"; }

}  // namespace kagimori::iam
