#ifndef KAGIMORI_CRYPTO_DIGEST_H_
#define KAGIMORI_CRYPTO_DIGEST_H_

#include <initializer_list>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

using Sha256Digest = ByteArray<32>;

// FIPS 180-4.
Sha256Digest Sha256(ByteView bytes);
Sha256Digest Sha256(std::initializer_list<ByteView> parts);

// The same over what comes piece by piece: files. For public bytes: nothing is wiped.
class Sha256Stream {
 public:
  Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  ~Sha256Stream();
  void Update(ByteView bytes);
  // Of everything so far; more may follow.
  Sha256Digest Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// HMAC-SHA-256 (FIPS 198-1) whose key schedule is done once; signing copies the prepared state. Immutable after Create
// and so shared by threads without a lock. The state is secret: it is wiped with the object and lives in secret memory.
class HmacSha256Key {
 public:
  static HmacSha256Key Create(const secret::SecretBytes& key);
  static HmacSha256Key Create(const secret::SecretKey256& key);
  HmacSha256Key(HmacSha256Key&&) noexcept = default;
  HmacSha256Key& operator=(HmacSha256Key&&) noexcept = default;

  // A public tag (SigV4 signatures, truncated name markers).
  Sha256Digest Sign(std::initializer_list<ByteView> parts) const;
  // A tag that is itself a key (SigV4 key derivation, KDF blocks).
  secret::SecretKey256 Derive(std::initializer_list<ByteView> parts) const;

 private:
  HmacSha256Key() = default;
  static HmacSha256Key FromBytes(ByteView key);

  secret::SecretBytes state_;  // prepared inner and outer state
};

// SP 800-108r1 KDF in counter mode with HMAC-SHA-256: block i = HMAC(key, [i]_32 || label || 0x00 || context ||
// [L]_32), L in bits. 64 bytes, as two halves.
struct DerivedPair {
  secret::SecretKey256 first;
  secret::SecretKey256 second;
};
DerivedPair DeriveCounterMode(const HmacSha256Key& key, std::string_view label, ByteView context);
// 32 bytes of the same (L = 256).
secret::SecretKey256 DeriveCounterMode256(const HmacSha256Key& key, std::string_view label, ByteView context);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_DIGEST_H_
