#ifndef KAGIMORI_POLICY_JSON_TREE_H_
#define KAGIMORI_POLICY_JSON_TREE_H_

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json_structure.h"

namespace kagimori::policy {

struct JsonMember;

// A policy's text as a tree: small, read once, and looked at in an order of its own.
struct Json {
  wire::JsonType type = wire::JsonType::kNull;
  std::string text;  // strings unescaped, numbers as written, "true" and "false"
  std::vector<Json> items;
  std::vector<JsonMember> members;  // each name once

  bool is_string() const { return type == wire::JsonType::kString; }
  bool is_array() const { return type == wire::JsonType::kArray; }
  bool is_object() const { return type == wire::JsonType::kObject; }
  // Null when there is none of that name.
  const Json* Find(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  Json value;
};

// `text` need not be padded. Errors: what is wrong, for the operator: no JSON object, or a member that occurs twice.
std::expected<Json, std::string> ParseJson(std::string_view text);

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_JSON_TREE_H_
