#ifndef KAGIMORI_CRYPTO_KEY_PAIR_INTERNAL_H_
#define KAGIMORI_CRYPTO_KEY_PAIR_INTERNAL_H_

#include <openssl/asn1.h>
#include <secp256k1.h>

#include <memory>
#include <optional>

#include "crypto/key_pair.h"
#include "crypto/openssl.h"

// Private to crypto/: the libraries' objects inside of keys.
namespace kagimori::crypto {

struct PublicKey::State {
  KeyType type{};
  Bytes spki;
  Pkey pkey;                                  // null for secp256k1
  std::optional<secp256k1_pubkey> secp256k1;  // for secp256k1 alone
  size_t footprint = 0;
};

struct PrivateKey::State {
  PublicKey public_key;
  Pkey pkey;                                      // null for secp256k1
  std::optional<secret::SecretKey256> secp256k1;  // the scalar
  size_t footprint = 0;
};

class KeyPairs {
 public:
  static const PublicKey::State& Of(const PublicKey& key) { return *key.state_; }
  static const PrivateKey::State& Of(const PrivateKey& key) { return *key.state_; }
  static PublicKey Make(std::shared_ptr<const PublicKey::State> state) { return PublicKey(std::move(state)); }
  static PrivateKey Make(std::unique_ptr<const PrivateKey::State> state) { return PrivateKey(std::move(state)); }
};

// The elements of a SEQUENCE, each as it is.
using Asn1Sequence =
    std::unique_ptr<ASN1_SEQUENCE_ANY,
                    decltype([](ASN1_SEQUENCE_ANY* sequence) { sk_ASN1_TYPE_pop_free(sequence, ASN1_TYPE_free); })>;

// libsecp256k1's context for signing and verifying, blinded with fresh randomness once. Lives as long as the process;
// thread-safe.
const secp256k1_context* Secp256k1Context();

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_KEY_PAIR_INTERNAL_H_
