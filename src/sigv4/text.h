#ifndef KAGIMORI_SIGV4_TEXT_H_
#define KAGIMORI_SIGV4_TEXT_H_

#include <string_view>

namespace kagimori::sigv4 {

// ASCII only: field names are ASCII, and the locale has no say in a signature.
constexpr char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// -1, 0 or 1, letter case ignored, in the order that lower-case names have.
constexpr int CompareIgnoringCase(std::string_view a, std::string_view b) {
  const size_t common = a.size() < b.size() ? a.size() : b.size();
  for (size_t i = 0; i < common; ++i) {
    const auto x = static_cast<unsigned char>(ToLower(a[i]));
    const auto y = static_cast<unsigned char>(ToLower(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

constexpr bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CompareIgnoringCase(a, b) == 0;
}

// Cuts the part before the first `separator` off the front of `rest` and gives it; all of it when there is none.
constexpr std::string_view TakePart(std::string_view* rest, char separator) {
  const std::string_view part = rest->substr(0, rest->find(separator));
  rest->remove_prefix(part.size() < rest->size() ? part.size() + 1 : part.size());
  return part;
}

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_TEXT_H_
