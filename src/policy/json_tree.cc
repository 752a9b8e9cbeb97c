#include "policy/json_tree.h"

#include <set>
#include <utility>

namespace kagimori::policy {
namespace {

using wire::JsonCursor;
using wire::JsonType;

// False at a member that occurs twice, whose name `twice` then has. Recursion is bounded by wire::kJsonMaxDepth.
bool TakeValue(JsonCursor& cursor, Json* out, std::string* twice) {
  out->type = cursor.type();
  switch (out->type) {
    case JsonType::kNull:
      cursor.TakeNull();
      return true;
    case JsonType::kBoolean:
      out->text = cursor.TakeBoolean() ? "true" : "false";
      return true;
    case JsonType::kNumber:
      out->text = cursor.TakeNumber();
      return true;
    case JsonType::kString:
      wire::AppendUnescaped(cursor.TakeRawString(), &out->text);
      return true;
    case JsonType::kArray:
      return cursor.TakeArray([&](JsonCursor& at) { return TakeValue(at, &out->items.emplace_back(), twice); });
    case JsonType::kObject: {
      std::set<std::string> names;
      return cursor.TakeObject([&](std::string_view raw, JsonCursor& at) {
        std::string name;
        wire::AppendUnescaped(raw, &name);
        if (!names.insert(name).second) {
          *twice = std::move(name);
          return false;
        }
        out->members.push_back({std::move(name), Json()});
        return TakeValue(at, &out->members.back().value, twice);
      });
    }
  }
  return false;
}

}  // namespace

const Json* Json::Find(std::string_view name) const {
  for (const auto& [member, value] : members) {
    if (member == name) return &value;
  }
  return nullptr;
}

std::expected<Json, std::string> ParseJson(std::string_view text) {
  std::string padded;
  padded.reserve(text.size() + wire::kJsonPadding);
  padded.append(text).append(wire::kJsonPadding, '\0');
  const auto document = wire::JsonDocument::Parse(std::string_view(padded).substr(0, text.size()));
  if (!document) {
    return std::unexpected(document.error() == wire::JsonFault::kDepth ? "nested too deeply" : "not one JSON object");
  }
  Json root;
  std::string twice;
  JsonCursor cursor = document->root();
  if (!TakeValue(cursor, &root, &twice)) return std::unexpected("the member \"" + twice + "\" occurs twice");
  return root;
}

}  // namespace kagimori::policy
