#ifndef KAGIMORI_WIRE_UTF16_H_
#define KAGIMORI_WIRE_UTF16_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace kagimori::wire {

// Eight bytes at a time: most of what arrives is ASCII, and long.
inline bool IsAscii(std::string_view text) {
  uint64_t seen = 0;
  size_t at = 0;
  for (; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof(word));
    seen |= word;
  }
  for (; at < text.size(); ++at) seen |= static_cast<uint8_t>(text[at]);
  return (seen & 0x8080'8080'8080'8080) == 0;
}

// How many UTF-16 units `text` has: AWS counts string lengths in them. REQUIRES: valid UTF-8.
inline size_t Utf16Length(std::string_view text) {
  if (IsAscii(text)) return text.size();
  size_t units = 0;
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    units += (byte & 0xC0) != 0x80;  // one for each character …
    units += byte >= 0xF0;           // … and a second one beyond the basic plane
  }
  return units;
}

}  // namespace kagimori::wire

#endif  // KAGIMORI_WIRE_UTF16_H_
