#ifndef KAGIMORI_SEAL_RECORD_CODEC_H_
#define KAGIMORI_SEAL_RECORD_CODEC_H_

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// The one class of the room that looks at secret bytes, private to the files of seal/. What it gives out in the clear
// is metadata (Message), never key material.
class RecordCodec {
 public:
  // The plaintext of a record, a marker: metadata that is secret on the disk only.
  static std::string Message(const secret::SecretBytes& plaintext);

  static secret::SecretBytes ToBytes(const secret::SecretKey256& key);
  // kCorrupt unless there are 32 bytes.
  static Result<secret::SecretKey256> ToKey(const secret::SecretBytes& bytes);

  // A recovery share: a head, which is no secret, and a key. REQUIRES (both below): head_size <= body.size().
  static secret::SecretBytes Join(ByteView head, const secret::SecretKey256& key);
  static Bytes Head(const secret::SecretBytes& body, size_t head_size);
  static Result<secret::SecretKey256> ToKeyBehind(const secret::SecretBytes& body, size_t head_size);

  // A development slot's key file, written durably with mode 0600.
  static Result<> WriteKeyFile(const std::string& file, const secret::SecretKey256& key);

  // Reads to the end of `fd`, at most `limit` bytes (kLimit). `fd` is not closed.
  static Result<secret::SecretBytes> ReadAll(int fd, size_t limit);
  // One read of at most `room` bytes behind the first `used`. 0: the end.
  // REQUIRES: used + room <= buffer->size().
  static Result<size_t> ReadSome(int fd, secret::SecretBytes* buffer, size_t used, size_t room);
  // Drops one "\n" or "\r\n" at the end. True when there was one.
  static bool DropLineEnd(secret::SecretBytes* text);
  static bool EndsLine(const secret::SecretBytes& text, size_t used);

 private:
  friend class WrittenForm;  // written_form.h: recovery codes and shares as people write them
  static ByteView View(const secret::SecretBytes& secret) { return secret.Open(secret::Access()); }
  static MutableByteView ViewMutable(secret::SecretBytes* secret) { return secret->OpenMutable(secret::Access()); }
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_RECORD_CODEC_H_
