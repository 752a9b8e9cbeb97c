#include "net/http.h"

namespace kagimori::net {
namespace {

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool EqualsLower(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (ToLower(text[i]) != lower[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view RequestHead::Get(std::string_view lower_name) const {
  for (const HeaderField& field : fields) {
    if (EqualsLower(field.name, lower_name)) return field.value;
  }
  return {};
}

}  // namespace kagimori::net
