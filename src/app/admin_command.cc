#include "app/admin_command.h"

#include "wire/json_writer.h"

namespace kagimori::app {

const AdminParameters::Value* AdminParameters::Find(std::string_view name) const {
  for (const auto& [known, value] : values_) {
    if (known == name) return &value;
  }
  return nullptr;
}

void AdminParameters::Add(std::string_view name, Value value) { values_.emplace_back(name, std::move(value)); }

std::optional<std::string_view> AdminParameters::Text(std::string_view name) const {
  const Value* value = Find(name);
  if (value == nullptr) return std::nullopt;
  return std::get<std::string>(*value);
}

std::optional<int64_t> AdminParameters::Number(std::string_view name) const {
  const Value* value = Find(name);
  if (value == nullptr) return std::nullopt;
  return std::get<int64_t>(*value);
}

bool AdminParameters::Flag(std::string_view name) const {
  const Value* value = Find(name);
  return value != nullptr && std::get<bool>(*value);
}

std::string AdminParameters::Json() const {
  std::string out = "{";
  wire::JsonSeparator separator;
  for (const auto& [name, value] : values_) {
    separator.Next(&out);
    wire::AppendJsonString(name, &out);
    out.push_back(':');
    if (const auto* text = std::get_if<std::string>(&value)) {
      wire::AppendJsonString(*text, &out);
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      wire::AppendJsonInteger(*number, &out);
    } else {
      wire::AppendJsonBoolean(std::get<bool>(value), &out);
    }
  }
  return out + "}";
}

}  // namespace kagimori::app
