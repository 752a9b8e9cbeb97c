#include "crypto/raw_form.h"

#include <span>
#include <stdexcept>

#include "crypto/der_writer.h"

namespace kagimori::crypto {
namespace {

using der::Element;
using der::Joined;

// Contents of object identifiers: RFC 8017 appendix C, RFC 5480 section 2.1.1, RFC 8410 section 3.
constexpr uint8_t kRsaEncryption[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
constexpr uint8_t kEcPublicKey[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
constexpr uint8_t kSecp256r1[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr uint8_t kSecp384r1[] = {0x2b, 0x81, 0x04, 0x00, 0x22};
constexpr uint8_t kSecp521r1[] = {0x2b, 0x81, 0x04, 0x00, 0x23};
constexpr uint8_t kEd25519[] = {0x2b, 0x65, 0x70};
constexpr uint8_t kUncompressed = 0x04;  // SEC 1 section 2.3.3
constexpr size_t kMaxExponentSize = 5;   // bytes; PublicKey::Parse takes fewer still

// SubjectPublicKeyInfo (RFC 5280 section 4.1).
Bytes Spki(ByteView object_id, ByteView parameters, ByteView key) {
  constexpr uint8_t kNoUnusedBits[] = {0};
  return Element(der::kSequence,
                 Joined({Element(der::kSequence, Joined({Element(der::kObjectId, object_id), parameters})),
                         Element(der::kBitString, Joined({kNoUnusedBits, key}))}));
}

std::span<const uint8_t> CurveId(KeyType type) {
  switch (type) {
    case KeyType::kP256:
      return kSecp256r1;
    case KeyType::kP384:
      return kSecp384r1;
    case KeyType::kP521:
      return kSecp521r1;
    default:
      throw std::logic_error("no curve of NIST");
  }
}

Result<KeyType> RsaType(size_t modulus_size) {
  switch (modulus_size) {
    case 256:
      return KeyType::kRsa2048;
    case 384:
      return KeyType::kRsa3072;
    case 512:
      return KeyType::kRsa4096;
    default:
      return Fail(ErrorKind::kInvalid, "an RSA modulus of a size that is not taken");
  }
}

}  // namespace

size_t FieldSize(KeyType type) {
  switch (type) {
    case KeyType::kP256:
      return 32;
    case KeyType::kP384:
      return 48;
    case KeyType::kP521:
      return 66;
    default:
      throw std::logic_error("no curve of NIST");
  }
}

Result<PublicKey> RsaPublicKey(ByteView modulus, ByteView exponent) {
  if (exponent.empty() || exponent.size() > kMaxExponentSize || exponent.front() == 0 || modulus.empty() ||
      modulus.front() == 0) {
    return Fail(ErrorKind::kInvalid, "RSA numbers that are not as RFC 7518 has them");
  }
  KAGIMORI_ASSIGN_OR_RETURN(const KeyType type, RsaType(modulus.size()));
  const Bytes key = Element(der::kSequence, Joined({der::UnsignedInteger(modulus), der::UnsignedInteger(exponent)}));
  return PublicKey::Parse(type, Spki(kRsaEncryption, Element(der::kNull, {}), key));
}

Result<PublicKey> CurvePublicKey(KeyType type, ByteView x, ByteView y) {
  if (x.size() != FieldSize(type) || y.size() != FieldSize(type)) {
    return Fail(ErrorKind::kInvalid, "coordinates of another length than the curve's");
  }
  constexpr uint8_t kHead[] = {kUncompressed};
  return PublicKey::Parse(type, Spki(kEcPublicKey, Element(der::kObjectId, CurveId(type)), Joined({kHead, x, y})));
}

Result<PublicKey> Ed25519PublicKey(ByteView bytes) {
  return PublicKey::Parse(KeyType::kEd25519, Spki(kEd25519, {}, bytes));
}

Bytes DerSignature(ByteView r_and_s) {
  const size_t half = r_and_s.size() / 2;
  return Element(der::kSequence,
                 Joined({der::UnsignedInteger(r_and_s.first(half)), der::UnsignedInteger(r_and_s.subspan(half))}));
}

}  // namespace kagimori::crypto
