#include "crypto/hedged.h"

#include <cstring>

#include "crypto/hedged_internal.h"
#include "crypto/hmac_sha256.h"
#include "crypto/random.h"
#include "crypto/secret_opener.h"
#include "secret/wiping_buffer.h"

namespace kagimori::crypto {
namespace {

void UpdatePrefixed(HmacSha256Stream* stream, ByteView part) {
  ByteArray<8> length;
  for (size_t i = 0; i < length.size(); ++i) length[i] = static_cast<uint8_t>(uint64_t{part.size()} >> (56 - 8 * i));
  stream->Update(length);
  stream->Update(part);
}

}  // namespace

ByteArray<32> internal::HedgedSaltFrom(std::span<const uint8_t, 32> randomness,
                                       std::initializer_list<ByteView> public_context, ByteView plaintext) {
  HmacSha256State state;
  PrepareHmacSha256(randomness, &state);
  ByteArray<32> salt;
  {
    HmacSha256Stream stream(state);
    for (ByteView part : public_context) UpdatePrefixed(&stream, part);
    UpdatePrefixed(&stream, plaintext);
    stream.Final(salt);
  }
  explicit_bzero(&state, sizeof state);
  return salt;
}

ByteArray<32> HedgedSalt(std::initializer_list<ByteView> public_context, const secret::SecretBytes& plaintext) {
  ByteArray<32> randomness;
  FillRandom(randomness);
  ByteArray<32> salt = internal::HedgedSaltFrom(randomness, public_context, SecretOpener::Open(plaintext));
  secret::Wipe(randomness);
  return salt;
}

}  // namespace kagimori::crypto
