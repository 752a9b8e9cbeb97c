#ifndef KAGIMORI_WIRE_UTF16_H_
#define KAGIMORI_WIRE_UTF16_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kagimori::wire {

// How many UTF-16 units `text` has: AWS counts string lengths in them. REQUIRES: valid UTF-8.
inline size_t Utf16Length(std::string_view text) {
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
