#include "crypto/der_writer.h"

namespace kagimori::crypto::der {

Bytes Joined(std::initializer_list<ByteView> parts) {
  Bytes out;
  for (ByteView part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

Bytes Element(uint8_t identifier, ByteView content) {
  Bytes out = {identifier};
  if (content.size() >= 0x100) {
    out.push_back(0x82);
    AppendBe16(static_cast<uint16_t>(content.size()), &out);
  } else {
    if (content.size() >= 0x80) out.push_back(0x81);
    out.push_back(static_cast<uint8_t>(content.size()));
  }
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

Bytes UnsignedInteger(ByteView big_endian) {
  while (!big_endian.empty() && big_endian.front() == 0) big_endian = big_endian.subspan(1);
  Bytes content;
  if (big_endian.empty() || big_endian.front() >= 0x80) content.push_back(0);  // zero; or the sign's bit
  content.insert(content.end(), big_endian.begin(), big_endian.end());
  return Element(kInteger, content);
}

}  // namespace kagimori::crypto::der
