#ifndef KAGIMORI_CRYPTO_SIGNATURE_H_
#define KAGIMORI_CRYPTO_SIGNATURE_H_

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "crypto/key_pair.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

enum class SignatureScheme : uint8_t {
  kRsaPkcs1Sha256,  // RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2)
  kRsaPkcs1Sha384,
  kRsaPkcs1Sha512,
  kRsaPssSha256,  // RSASSA-PSS (section 8.1): MGF1 with the same hash, salt as long as the hash, in signing and
                  // verifying
  kRsaPssSha384,
  kRsaPssSha512,
  kEcdsaSha256,  // FIPS 186-5; DER { r, s }; secp256k1, too
  kEcdsaSha384,
  kEcdsaSha512,
  kEd25519,    // RFC 8032, PureEdDSA
  kEd25519Ph,  // RFC 8032, Ed25519ph with an empty context
  kSm2,        // GB/T 32918.2 with SM3; DER { r, s }
  kMlDsa,      // FIPS 204, empty context, hedged
};

// What the message is.
enum class MessageForm : uint8_t {
  kRaw,     // hashed here as the scheme says
  kDigest,  // the scheme's hash of it. Ed25519ph: the message of RFC 8032, which is hashed again. SM2: SM3(Z || M)
  kMu,      // FIPS 204's mu, 64 bytes: ML-DSA alone
};

// Whether keys of `type` sign by `scheme` (ECDSA: the curve's own hash alone).
bool Fits(KeyType type, SignatureScheme scheme);
// The hash that a digest of the scheme is made by. REQUIRES: not kEd25519 and not kMlDsa, which take none
// (std::logic_error).
HashAlgorithm HashOf(SignatureScheme scheme);

// REQUIRES (both): Fits(key.type(), scheme); a digest has the size of its hash, a mu 64 bytes; kMu for ML-DSA alone, no
// kDigest for kEd25519 and kMlDsa, no kRaw for kEd25519Ph. Breaking it is kInternal, or `false`.
Result<Bytes> Sign(const PrivateKey& key, SignatureScheme scheme, MessageForm form, const secret::SecretBytes& message);

// False for every signature that is not one, however it is malformed.
bool Verify(const PublicKey& key, SignatureScheme scheme, MessageForm form, const secret::SecretBytes& message,
            ByteView signature);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_SIGNATURE_H_
