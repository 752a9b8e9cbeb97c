#ifndef KAGIMORI_CRYPTO_COMMITTED_KEY_H_
#define KAGIMORI_CRYPTO_COMMITTED_KEY_H_

#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

// What algorithm suite 0x0478 of the AWS Encryption SDK makes of a data key for one message: AES-256-GCM under a key
// derived with HKDF-SHA-512 (RFC 5869), and a commitment to the data key. Source: AWS Encryption SDK specification,
// "Algorithm Suites" and "Message Header"; the tests have a message of AWS's own implementation.
class CommittedKey {
 public:
  static constexpr size_t kMessageIdSize = 32;
  static constexpr uint16_t kSuite = 0x0478;

  // REQUIRES: 32 bytes of data key; a message id that is drawn for this message.
  static CommittedKey Derive(const secret::SecretBytes& data_key, ByteView message_id);

  const ByteArray<32>& commitment() const { return commitment_; }

  // `number`: 0 for the header, 1, 2, … for the frames; it is the nonce, and each is used once. Appends ciphertext and
  // tag.
  void Seal(uint32_t number, std::initializer_list<ByteView> associated, const secret::SecretBytes& plaintext,
            Bytes* out) const;
  // kAuthentication when the tag does not match.
  Result<secret::SecretBytes> Open(uint32_t number, std::initializer_list<ByteView> associated,
                                   ByteView ciphertext_and_tag) const;

 private:
  CommittedKey() = default;

  secret::SecretKey256 key_;
  ByteArray<32> commitment_{};
};

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_COMMITTED_KEY_H_
