#ifndef KAGIMORI_BASE_BYTES_H_
#define KAGIMORI_BASE_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kagimori {

// Public bytes. Secret ones live in secret::SecretBytes.
using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;
using MutableByteView = std::span<uint8_t>;

template <size_t N>
using ByteArray = std::array<uint8_t, N>;

inline ByteView AsBytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }
inline std::string_view AsText(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Lower-case hex.
std::string HexEncode(ByteView bytes);
void AppendHex(ByteView bytes, std::string* out);
// Accepts both cases; nothing when the length is odd or a character is no hex digit.
std::optional<Bytes> HexDecode(std::string_view text);
// Decodes exactly out.size() bytes; false otherwise.
bool HexDecodeTo(std::string_view text, MutableByteView out);

// RFC 4648 section 4, padded. For public bytes only: it uses tables.
std::string Base64Encode(ByteView bytes);
void AppendBase64(ByteView bytes, std::string* out);
std::optional<Bytes> Base64Decode(std::string_view text);

// Big-endian integers, as every stored and sealed format of ours has them.
inline void AppendBe16(uint16_t value, Bytes* out) {
  out->push_back(static_cast<uint8_t>(value >> 8));
  out->push_back(static_cast<uint8_t>(value));
}
inline void AppendBe32(uint32_t value, Bytes* out) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<uint8_t>(value >> shift));
}
inline void AppendBe64(uint64_t value, Bytes* out) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<uint8_t>(value >> shift));
}
// REQUIRES: bytes.size() <= 8.
inline uint64_t ReadBe(ByteView bytes) {
  uint64_t value = 0;
  for (uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace kagimori

#endif  // KAGIMORI_BASE_BYTES_H_
