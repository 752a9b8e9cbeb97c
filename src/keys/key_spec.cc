#include "keys/key_spec.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kagimori::keys {
namespace {

using crypto::HashAlgorithm;
using crypto::KeyType;
using shapes::EncryptionAlgorithmSpec;
using shapes::KeySpec;
using shapes::KeyUsageType;
using shapes::MacAlgorithmSpec;
using shapes::SigningAlgorithmSpec;

constexpr std::array kEncrypts = {KeyUsageType::kEncryptDecrypt};
constexpr std::array kSigns = {KeyUsageType::kSignVerify};
constexpr std::array kMacs = {KeyUsageType::kGenerateVerifyMac};
constexpr std::array kEncapsulates = {KeyUsageType::kEncapsulateDecapsulate};
constexpr std::array kEncryptsOrSigns = {KeyUsageType::kEncryptDecrypt, KeyUsageType::kSignVerify};
constexpr std::array kSignsOrAgrees = {KeyUsageType::kSignVerify, KeyUsageType::kKeyAgreement};
constexpr std::array kAllOfSm2 = {KeyUsageType::kEncryptDecrypt, KeyUsageType::kSignVerify,
                                  KeyUsageType::kKeyAgreement};

constexpr std::array kSymmetric = {EncryptionAlgorithmSpec::kSymmetricDefault};
constexpr std::array kOaep = {EncryptionAlgorithmSpec::kRsaesOaepSha1, EncryptionAlgorithmSpec::kRsaesOaepSha256};
constexpr std::array kSm2Pke = {EncryptionAlgorithmSpec::kSm2Pke};

constexpr std::array kRsa = {SigningAlgorithmSpec::kRsassaPkcs1V15Sha256, SigningAlgorithmSpec::kRsassaPkcs1V15Sha384,
                             SigningAlgorithmSpec::kRsassaPkcs1V15Sha512, SigningAlgorithmSpec::kRsassaPssSha256,
                             SigningAlgorithmSpec::kRsassaPssSha384,      SigningAlgorithmSpec::kRsassaPssSha512};
constexpr std::array kEcdsa256 = {SigningAlgorithmSpec::kEcdsaSha256};
constexpr std::array kEcdsa384 = {SigningAlgorithmSpec::kEcdsaSha384};
constexpr std::array kEcdsa512 = {SigningAlgorithmSpec::kEcdsaSha512};
constexpr std::array kEd25519 = {SigningAlgorithmSpec::kEd25519Sha512, SigningAlgorithmSpec::kEd25519PhSha512};
constexpr std::array kSm2Dsa = {SigningAlgorithmSpec::kSm2Dsa};
constexpr std::array kMlDsa = {SigningAlgorithmSpec::kMlDsaShake256};

constexpr std::array kMac224 = {MacAlgorithmSpec::kHmacSha224};
constexpr std::array kMac256 = {MacAlgorithmSpec::kHmacSha256};
constexpr std::array kMac384 = {MacAlgorithmSpec::kHmacSha384};
constexpr std::array kMac512 = {MacAlgorithmSpec::kHmacSha512};

constexpr std::array kEcdh = {shapes::KeyAgreementAlgorithmSpec::kEcdh};
constexpr std::array kMlKem = {shapes::EncapsulationAlgorithmSpec::kMlKem};

constexpr KeySpecTraits RsaTraits(KeyType type) {
  return {.type = type, .usages = kEncryptsOrSigns, .encryption = kOaep, .signing = kRsa};
}
constexpr KeySpecTraits CurveTraits(KeyType type, std::span<const SigningAlgorithmSpec> signing) {
  return {.type = type, .usages = kSignsOrAgrees, .signing = signing, .agreement = kEcdh};
}
constexpr KeySpecTraits MacTraits(HashAlgorithm hash, std::span<const MacAlgorithmSpec> mac) {
  return {.hash = hash, .usages = kMacs, .mac = mac};
}
constexpr KeySpecTraits MlDsaTraits(KeyType type) {
  return {.type = type, .usages = kSigns, .signing = kMlDsa, .importable = false};
}
constexpr KeySpecTraits MlKemTraits(KeyType type) {
  return {.type = type, .usages = kEncapsulates, .encapsulation = kMlKem, .importable = false};
}

// In the order of KeySpec's values.
constexpr std::array<KeySpecTraits, 20> kTraits = {
    RsaTraits(KeyType::kRsa2048),
    RsaTraits(KeyType::kRsa3072),
    RsaTraits(KeyType::kRsa4096),
    CurveTraits(KeyType::kP256, kEcdsa256),
    CurveTraits(KeyType::kP384, kEcdsa384),
    CurveTraits(KeyType::kP521, kEcdsa512),
    KeySpecTraits{.type = KeyType::kSecp256k1, .usages = kSigns, .signing = kEcdsa256},
    KeySpecTraits{.type = KeyType::kEd25519, .usages = kSigns, .signing = kEd25519},
    KeySpecTraits{.usages = kEncrypts, .encryption = kSymmetric},
    MacTraits(HashAlgorithm::kSha224, kMac224),
    MacTraits(HashAlgorithm::kSha256, kMac256),
    MacTraits(HashAlgorithm::kSha384, kMac384),
    MacTraits(HashAlgorithm::kSha512, kMac512),
    KeySpecTraits{
        .type = KeyType::kSm2, .usages = kAllOfSm2, .encryption = kSm2Pke, .signing = kSm2Dsa, .agreement = kEcdh},
    MlDsaTraits(KeyType::kMlDsa44),
    MlDsaTraits(KeyType::kMlDsa65),
    MlDsaTraits(KeyType::kMlDsa87),
    MlKemTraits(KeyType::kMlKem512),
    MlKemTraits(KeyType::kMlKem768),
    MlKemTraits(KeyType::kMlKem1024),
};
static_assert(kTraits.size() == shapes::EnumTraits<KeySpec>::kNames.size());

}  // namespace

const KeySpecTraits& TraitsOf(KeySpec spec) { return kTraits[static_cast<size_t>(spec)]; }

bool Allows(KeySpec spec, KeyUsageType usage) {
  const std::span<const KeyUsageType> usages = TraitsOf(spec).usages;
  return std::ranges::find(usages, usage) != usages.end();
}

size_t MacKeySize(KeySpec spec) { return crypto::HashSize(*TraitsOf(spec).hash); }

crypto::SignatureScheme SchemeOf(SigningAlgorithmSpec algorithm) {
  using crypto::SignatureScheme;
  switch (algorithm) {
    case SigningAlgorithmSpec::kRsassaPssSha256:
      return SignatureScheme::kRsaPssSha256;
    case SigningAlgorithmSpec::kRsassaPssSha384:
      return SignatureScheme::kRsaPssSha384;
    case SigningAlgorithmSpec::kRsassaPssSha512:
      return SignatureScheme::kRsaPssSha512;
    case SigningAlgorithmSpec::kRsassaPkcs1V15Sha256:
      return SignatureScheme::kRsaPkcs1Sha256;
    case SigningAlgorithmSpec::kRsassaPkcs1V15Sha384:
      return SignatureScheme::kRsaPkcs1Sha384;
    case SigningAlgorithmSpec::kRsassaPkcs1V15Sha512:
      return SignatureScheme::kRsaPkcs1Sha512;
    case SigningAlgorithmSpec::kEcdsaSha256:
      return SignatureScheme::kEcdsaSha256;
    case SigningAlgorithmSpec::kEcdsaSha384:
      return SignatureScheme::kEcdsaSha384;
    case SigningAlgorithmSpec::kEcdsaSha512:
      return SignatureScheme::kEcdsaSha512;
    case SigningAlgorithmSpec::kEd25519Sha512:
      return SignatureScheme::kEd25519;
    case SigningAlgorithmSpec::kEd25519PhSha512:
      return SignatureScheme::kEd25519Ph;
    case SigningAlgorithmSpec::kSm2Dsa:
      return SignatureScheme::kSm2;
    case SigningAlgorithmSpec::kMlDsaShake256:
      return SignatureScheme::kMlDsa;
    case SigningAlgorithmSpec::kSymmetricDefault:
      break;  // AWS lets it pass as a name; no key spec has it
  }
  std::unreachable();
}

crypto::EncryptionScheme SchemeOf(EncryptionAlgorithmSpec algorithm) {
  switch (algorithm) {
    case EncryptionAlgorithmSpec::kRsaesOaepSha1:
      return crypto::EncryptionScheme::kOaepSha1;
    case EncryptionAlgorithmSpec::kRsaesOaepSha256:
      return crypto::EncryptionScheme::kOaepSha256;
    case EncryptionAlgorithmSpec::kSm2Pke:
      return crypto::EncryptionScheme::kSm2;
    case EncryptionAlgorithmSpec::kSymmetricDefault:
      break;
  }
  std::unreachable();
}

crypto::KeyType TypeOf(shapes::DataKeyPairSpec spec) {
  // Every name of a pair's spec is one of a key spec (model/kms.json; key_spec_test.cc).
  return *TraitsOf(*shapes::ParseEnum<KeySpec>(Name(spec))).type;
}

}  // namespace kagimori::keys
