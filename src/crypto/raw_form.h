#ifndef KAGIMORI_CRYPTO_RAW_FORM_H_
#define KAGIMORI_CRYPTO_RAW_FORM_H_

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_pair.h"

// Public keys and signatures in the raw forms of JOSE and COSE, as numbers of bytes in place of DER.
namespace kagimori::crypto {

// Of modulus and public exponent, big-endian (RFC 7518 section 6.3.1). kInvalid: leading zeros, a modulus of another
// size than 2048, 3072 or 4096 bits, or what PublicKey::Parse refuses.
Result<PublicKey> RsaPublicKey(ByteView modulus, ByteView exponent);

// Of a point's coordinates, each as long as the curve's field (RFC 7518 section 6.2.1). kInvalid: of another length, or
// what PublicKey::Parse refuses. REQUIRES: IsNistCurve(type).
Result<PublicKey> CurvePublicKey(KeyType type, ByteView x, ByteView y);

// Of the 32 bytes of RFC 8032. kInvalid: what PublicKey::Parse refuses.
Result<PublicKey> Ed25519PublicKey(ByteView bytes);

// Bytes of a coordinate, and of each half of a raw signature. REQUIRES: IsNistCurve(type).
size_t FieldSize(KeyType type);

// r || s, both as long as the curve's field (RFC 7518 section 3.4), as the ECDSA-Sig-Value of RFC 3279 section 2.2.3,
// which Verify takes. REQUIRES: an even number of bytes, at most 132.
Bytes DerSignature(ByteView r_and_s);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_RAW_FORM_H_
