#include "seal/record_codec.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "seal/file.h"

namespace kagimori::seal {

std::string RecordCodec::Message(const secret::SecretBytes& plaintext) {
  return std::string(AsText(plaintext.Open(secret::Access())));
}

secret::SecretBytes RecordCodec::ToBytes(const secret::SecretKey256& key) {
  return secret::SecretBytes::CopyOf(key.Open(secret::Access()));
}

Result<secret::SecretKey256> RecordCodec::ToKey(const secret::SecretBytes& bytes) {
  if (bytes.size() != secret::SecretKey256::size()) return Fail(ErrorKind::kCorrupt, "a key that is not 32 bytes long");
  return secret::SecretKey256::CopyOf(bytes.Open(secret::Access()).first<32>());
}

secret::SecretBytes RecordCodec::Join(ByteView head, const secret::SecretKey256& key) {
  secret::SecretBytes joined(head.size() + key.size());
  const MutableByteView out = joined.OpenMutable(secret::Access());
  std::ranges::copy(head, out.begin());
  std::ranges::copy(key.Open(secret::Access()), out.begin() + static_cast<std::ptrdiff_t>(head.size()));
  return joined;
}

Bytes RecordCodec::Head(const secret::SecretBytes& body, size_t head_size) {
  const ByteView head = body.Open(secret::Access()).first(head_size);
  return Bytes(head.begin(), head.end());
}

Result<secret::SecretKey256> RecordCodec::ToKeyBehind(const secret::SecretBytes& body, size_t head_size) {
  return ToKey(secret::SecretBytes::CopyOf(body.Open(secret::Access()).subspan(head_size)));
}

Result<> RecordCodec::WriteKeyFile(const std::string& file, const secret::SecretKey256& key) {
  return WriteFileDurably(file, key.Open(secret::Access()));
}

Result<size_t> RecordCodec::ReadSome(int fd, secret::SecretBytes* buffer, size_t used, size_t room) {
  MutableByteView free = buffer->OpenMutable(secret::Access()).subspan(used, room);
  for (;;) {
    ssize_t got = read(fd, free.data(), free.size());
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return Fail(ErrorKind::kIo, std::string("read: ") + strerror(errno));
  }
}

Result<secret::SecretBytes> RecordCodec::ReadAll(int fd, size_t limit) {
  secret::SecretBytes buffer(limit + 1);
  size_t used = 0;
  while (used < buffer.size()) {
    KAGIMORI_ASSIGN_OR_RETURN(size_t got, ReadSome(fd, &buffer, used, buffer.size() - used));
    if (got == 0) {
      buffer.Shrink(used);
      return buffer;
    }
    used += got;
  }
  return Fail(ErrorKind::kLimit, "longer than " + std::to_string(limit) + " bytes");
}

bool RecordCodec::EndsLine(const secret::SecretBytes& text, size_t used) {
  return used > 0 && text.Open(secret::Access())[used - 1] == '\n';
}

bool RecordCodec::DropLineEnd(secret::SecretBytes* text) {
  if (!EndsLine(*text, text->size())) return false;
  text->Shrink(text->size() - 1);
  if (!text->empty() && text->Open(secret::Access())[text->size() - 1] == '\r') text->Shrink(text->size() - 1);
  return true;
}

}  // namespace kagimori::seal
