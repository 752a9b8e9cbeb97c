#ifndef KAGIMORI_CRYPTO_DER_WRITER_H_
#define KAGIMORI_CRYPTO_DER_WRITER_H_

#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"

// Writing of small DER structures (X.690), private to the files of crypto/.
namespace kagimori::crypto::der {

// Identifier octets (section 8.1.2).
inline constexpr uint8_t kInteger = 0x02;
inline constexpr uint8_t kBitString = 0x03;
inline constexpr uint8_t kOctetString = 0x04;
inline constexpr uint8_t kNull = 0x05;
inline constexpr uint8_t kObjectId = 0x06;
inline constexpr uint8_t kSequence = 0x30;
inline constexpr uint8_t kSet = 0x31;

Bytes Joined(std::initializer_list<ByteView> parts);

// An element with its length in the fewest octets. REQUIRES: less than 64 KiB of content.
Bytes Element(uint8_t identifier, ByteView content);

// An INTEGER that is not negative, of its big-endian bytes, which may begin with zeros.
Bytes UnsignedInteger(ByteView big_endian);

}  // namespace kagimori::crypto::der

#endif  // KAGIMORI_CRYPTO_DER_WRITER_H_
