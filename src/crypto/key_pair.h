#ifndef KAGIMORI_CRYPTO_KEY_PAIR_H_
#define KAGIMORI_CRYPTO_KEY_PAIR_H_

#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_type.h"
#include "secret/secret_bytes.h"

// Asymmetric keys, parsed once and then used by many threads. Valid by construction: there is no object of a key that
// is not of its type, not on its curve or not strict DER.
namespace kagimori::crypto {

class KeyPairs;  // key_pair_internal.h: what the files of crypto/ see of a key

inline constexpr size_t kMaxPublicKeySize = 8192;    // bytes of a SubjectPublicKeyInfo that is looked at
inline constexpr size_t kMaxPrivateKeySize = 16384;  // bytes of a PKCS#8 structure that is looked at

// Immutable and thread-safe; cheap to copy (shared).
class PublicKey {
 public:
  // `spki`: a DER SubjectPublicKeyInfo (RFC 5280; RFC 8017, 5480, 8410, 9881, 9935) and nothing behind it. kInvalid:
  // not that, another type, a point that is not on the curve or is the zero point, an RSA modulus of another size, an
  // even or too small exponent.
  static Result<PublicKey> Parse(KeyType type, ByteView spki);

  KeyType type() const;
  // In the one form in which keys are given out: DER, named curve, uncompressed point, ML-* without parameters.
  const Bytes& spki() const;
  // Bytes of memory that the object takes, measured for its type.
  size_t footprint() const;

 private:
  friend class KeyPairs;
  struct State;
  explicit PublicKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// The private half, with its public one. Immutable and thread-safe after Parse; moved, never copied. All of it lies in
// the secret arena (openssl_memory.h), and is wiped with the object.
class PrivateKey {
 public:
  // `pkcs8`: a DER PrivateKeyInfo (RFC 5958), not encrypted, and nothing behind it. kInvalid: not that, or another
  // type; the halves do not belong together.
  static Result<PrivateKey> Parse(KeyType type, const secret::SecretBytes& pkcs8);
  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  ~PrivateKey();

  KeyType type() const { return public_key().type(); }
  const PublicKey& public_key() const;
  // Bytes of the arena that the object takes, measured for its type.
  size_t footprint() const;

 private:
  friend class KeyPairs;
  struct State;
  explicit PrivateKey(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

// A new pair. RSA: public exponent 65537 (FIPS 186-5). Elliptic curves: PKCS#8 with the optional public key (RFC 5915).
// ML-DSA, ML-KEM: PKCS#8 holds the seed alone (RFC 9881, 9935).
struct NewKeyPair {
  secret::SecretBytes pkcs8;
  Bytes spki;
};
// Takes long for RSA: see docs/performance.md.
NewKeyPair GenerateKeyPair(KeyType type);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_KEY_PAIR_H_
