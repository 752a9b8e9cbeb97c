#ifndef KAGIMORI_SIGV4_TEXT_H_
#define KAGIMORI_SIGV4_TEXT_H_

#include <cstdint>
#include <cstring>
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

// ToLower of eight characters at once: the top bit of `upper` is set in each byte that holds 'A' to 'Z'.
inline uint64_t ToLower8(uint64_t chars) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const uint64_t low7 = chars & (kOnes * 0x7F);
  const uint64_t from_a = low7 + kOnes * (0x80 - 'A');
  const uint64_t past_z = low7 + kOnes * (0x7F - 'Z');
  const uint64_t upper = (from_a ^ past_z) & ~chars & (kOnes * 0x80);
  return chars | upper >> 2;
}

inline uint64_t Load8(const char* from) {
  uint64_t chars;
  std::memcpy(&chars, from, sizeof chars);
  return chars;
}

// Every signed name is compared with every field's, so this is on the hot way.
inline bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() < 8) return CompareIgnoringCase(a, b) == 0;
  const size_t last = a.size() - 8;  // the last eight may overlap those before
  for (size_t i = 0; i < last; i += 8) {
    if (ToLower8(Load8(a.data() + i)) != ToLower8(Load8(b.data() + i))) return false;
  }
  return ToLower8(Load8(a.data() + last)) == ToLower8(Load8(b.data() + last));
}

// Cuts the part before the first `separator` off the front of `rest` and gives it; all of it when there is none.
constexpr std::string_view TakePart(std::string_view* rest, char separator) {
  const std::string_view part = rest->substr(0, rest->find(separator));
  rest->remove_prefix(part.size() < rest->size() ? part.size() + 1 : part.size());
  return part;
}

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_TEXT_H_
