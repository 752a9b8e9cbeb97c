#include "oidc/json_object.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace kagimori::oidc {
namespace {

using wire::JsonCursor;
using wire::JsonType;

constexpr double kMaxSeconds = 253'402'300'799.0;  // the end of the year 9999

std::unexpected<Error> WrongType(std::string_view name) {
  return Fail(ErrorKind::kInvalid, "the member '" + std::string(name) + "' has a wrong type or is too long");
}

// False, and nothing consumed that matters, when it is no text or too long.
bool TakeText(JsonCursor* at, std::string* out) {
  if (at->type() != JsonType::kString) return false;
  const std::string_view raw = at->TakeRawString();
  if (raw.size() > JsonObject::kMaxText) return false;
  wire::AppendUnescaped(raw, out);
  return true;
}

}  // namespace

Result<JsonObject> JsonObject::Parse(std::string_view text) {
  auto source = std::make_shared<Source>();
  source->text.reserve(text.size() + wire::kJsonPadding);
  source->text.append(text).append(wire::kJsonPadding, ' ');
  auto document = wire::JsonDocument::Parse(std::string_view(source->text).substr(0, text.size()));
  if (!document) return Fail(ErrorKind::kInvalid, "not a JSON object");
  source->document.emplace(*std::move(document));
  JsonCursor root = source->document->root();
  return Read(std::move(source), &root);
}

Result<JsonObject> JsonObject::Read(std::shared_ptr<const Source> source, JsonCursor* at) {
  JsonObject object(std::move(source));
  bool twice = false;
  at->TakeObject([&](std::string_view raw, JsonCursor& value) {
    std::string name;
    wire::AppendUnescaped(raw, &name);
    if (!object.members_.emplace(std::move(name), value).second) twice = true;
    value.Skip();
    return true;
  });
  if (twice) return Fail(ErrorKind::kInvalid, "a JSON object with two members of one name");
  return object;
}

std::optional<JsonCursor> JsonObject::Find(std::string_view name) const {
  const auto found = members_.find(name);
  if (found == members_.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<std::string>> JsonObject::Text(std::string_view name) const {
  std::optional<JsonCursor> at = Find(name);
  if (!at) return std::optional<std::string>();
  std::string text;
  if (!TakeText(&*at, &text)) return WrongType(name);
  return std::optional<std::string>(std::move(text));
}

Result<std::optional<std::vector<std::string>>> JsonObject::Texts(std::string_view name, size_t most) const {
  std::optional<JsonCursor> at = Find(name);
  if (!at) return std::optional<std::vector<std::string>>();
  if (at->type() != JsonType::kArray) return WrongType(name);
  std::vector<std::string> texts;
  const bool good = at->TakeArray(
      [&](JsonCursor& element) { return texts.size() < most && TakeText(&element, &texts.emplace_back()); });
  if (!good) return WrongType(name);
  return std::optional(std::move(texts));
}

Result<std::optional<std::vector<std::string>>> JsonObject::TextOrTexts(std::string_view name, size_t most) const {
  std::optional<JsonCursor> at = Find(name);
  if (!at || at->type() != JsonType::kString) return Texts(name, most);
  std::vector<std::string> texts(1);
  if (!TakeText(&*at, &texts[0])) return WrongType(name);
  return std::optional(std::move(texts));
}

Result<std::optional<Timestamp>> JsonObject::Date(std::string_view name) const {
  std::optional<JsonCursor> at = Find(name);
  if (!at) return std::optional<Timestamp>();
  if (at->type() != JsonType::kNumber) return WrongType(name);
  const std::string_view number = at->TakeNumber();
  double seconds = 0;
  const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), seconds);
  if (fault != std::errc() || end != number.data() + number.size() || !(seconds >= 0 && seconds <= kMaxSeconds)) {
    return WrongType(name);
  }
  return std::optional(Timestamp{static_cast<int64_t>(std::floor(seconds * 1000))});
}

Result<std::optional<std::vector<JsonObject>>> JsonObject::Objects(std::string_view name, size_t most) const {
  std::optional<JsonCursor> at = Find(name);
  if (!at) return std::optional<std::vector<JsonObject>>();
  if (at->type() != JsonType::kArray) return WrongType(name);
  std::vector<JsonObject> objects;
  size_t seen = 0;
  const bool good = at->TakeArray([&](JsonCursor& element) {
    if (++seen > most) return false;
    if (element.type() != JsonType::kObject) {
      element.Skip();
      return true;
    }
    Result<JsonObject> object = Read(source_, &element);
    if (object) objects.push_back(*std::move(object));
    return true;
  });
  if (!good) return WrongType(name);
  return std::optional(std::move(objects));
}

}  // namespace kagimori::oidc
