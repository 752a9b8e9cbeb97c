#ifndef KAGIMORI_GATEWAY_QUOTA_GROUP_H_
#define KAGIMORI_GATEWAY_QUOTA_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "shapes/kms_enums.h"
#include "shapes/kms_operations.h"

namespace kagimori::gateway {

// Operations that share one request quota (AWS KMS developer guide, "Request quotas"): cryptographic operations by the
// kind of the key, data key pairs by their spec, everything else by itself. A number, for tables.
class QuotaGroup {
  static constexpr uint8_t kShared = 5;
  static constexpr uint8_t kPairSpecs = 12;

 public:
  static constexpr size_t kCount = kShared + kPairSpecs + shapes::kOperationCount;

  static constexpr QuotaGroup Symmetric() { return QuotaGroup(0); }  // and HMAC
  static constexpr QuotaGroup Rsa() { return QuotaGroup(1); }
  static constexpr QuotaGroup MlDsa() { return QuotaGroup(2); }
  static constexpr QuotaGroup Ecc() { return QuotaGroup(3); }  // and SM2
  static constexpr QuotaGroup MlKem() { return QuotaGroup(4); }
  static constexpr QuotaGroup Of(shapes::DataKeyPairSpec spec) {
    return QuotaGroup(static_cast<uint8_t>(kShared + static_cast<uint8_t>(spec)));
  }
  static constexpr QuotaGroup Of(shapes::Operation operation) {
    return QuotaGroup(static_cast<uint8_t>(kShared + kPairSpecs + static_cast<uint8_t>(operation)));
  }
  // REQUIRES: index < kCount.
  static constexpr QuotaGroup At(uint8_t index) { return QuotaGroup(index); }
  // Of a use of a key.
  static QuotaGroup Of(shapes::KeySpec spec);

  // "symmetric", "rsa", "ml-dsa", "ecc", "ml-kem"; the spec for data key pairs ("RSA_2048"); the operation.
  std::string_view name() const;
  static std::optional<QuotaGroup> Find(std::string_view name);

  constexpr size_t index() const { return index_; }
  bool operator==(const QuotaGroup&) const = default;

 private:
  constexpr explicit QuotaGroup(uint8_t index) : index_(index) {}
  uint8_t index_;
};

// What an operation's group depends on.
enum class QuotaBasis : uint8_t {
  kOperation,  // nothing else
  kKey,        // the spec of each key that it uses
  kPairSpec,   // the spec of the pair that it makes
};
constexpr QuotaBasis BasisOf(shapes::Operation operation) {
  using shapes::Operation;
  switch (operation) {
    case Operation::kDecapsulate:
    case Operation::kDecrypt:
    case Operation::kDeriveSharedSecret:
    case Operation::kEncapsulate:
    case Operation::kEncrypt:
    case Operation::kGenerateDataKey:
    case Operation::kGenerateDataKeyWithoutPlaintext:
    case Operation::kGenerateMac:
    case Operation::kReEncrypt:
    case Operation::kSign:
    case Operation::kVerify:
    case Operation::kVerifyMac:
      return QuotaBasis::kKey;
    case Operation::kGenerateDataKeyPair:
    case Operation::kGenerateDataKeyPairWithoutPlaintext:
      return QuotaBasis::kPairSpec;
    default:
      return QuotaBasis::kOperation;
  }
}

// The group of an operation whose group depends on nothing else.
QuotaGroup GroupOf(shapes::Operation operation);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_QUOTA_GROUP_H_
