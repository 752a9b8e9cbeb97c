#include "base/base64url.h"

#include <algorithm>

namespace kagimori {

std::string Base64UrlEncode(ByteView bytes) {
  std::string text = Base64Encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<Bytes> Base64UrlDecode(std::string_view url) {
  if (url.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string text(url);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text.push_back('=');
  return Base64Decode(text);
}

}  // namespace kagimori
