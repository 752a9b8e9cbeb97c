#ifndef KAGIMORI_SEED_DECLARATION_H_
#define KAGIMORI_SEED_DECLARATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "keys/key.h"
#include "seal/wrapping_key.h"
#include "secret/secret_bytes.h"
#include "shapes/kms.h"

// What a file of keys says (docs/seeding.md), read but not yet held against a deployment. A member that the file does
// not have is nothing, and nothing is compared or changed for it.
namespace kagimori::seed {

inline constexpr size_t kMaxFileBytes = size_t{8} << 20;  // of the TOML
inline constexpr size_t kMaxKeys = 10'000;
// Of one key: with everything else about it they go into one transaction.
inline constexpr size_t kMaxMaterials = 80;

struct DeclaredMaterial {
  enum class Form : uint8_t { kAbsent, kClear, kSealed };
  Form form = Form::kAbsent;    // kAbsent: of an imported key, a material that has gone
  secret::SecretBytes clear{};  // kClear
  Bytes sealed{};               // kSealed
  std::optional<keys::MaterialId> id{};
  std::optional<Timestamp> created{};
  keys::RotationKind rotation = keys::RotationKind::kNone;
  std::optional<Timestamp> rotated{};
  std::optional<Timestamp> valid_to{};
  bool staged = false;
  std::string description{};
  Bytes public_key{};  // kAbsent: of an asymmetric one
};

struct DeclaredGrant {
  shapes::CreateGrantRequest request;
  std::optional<Timestamp> created{};
};

struct DeclaredKey {
  keys::KeyName name;
  size_t line = 0;
  std::optional<keys::KeySpec> spec{};
  std::optional<keys::KeyUsageType> usage{};
  std::optional<keys::OriginType> origin{};
  std::optional<Timestamp> created{};
  std::optional<std::string> description{};
  std::optional<bool> enabled{};
  std::optional<uint32_t> rotation_period_days{};  // 0: off
  std::optional<Timestamp> next_rotation{};
  uint32_t on_demand_rotations = 0;
  std::optional<std::string> policy{};
  bool bypass_lockout_check = false;
  std::vector<shapes::Tag> tags{};
  std::vector<std::string> aliases{};
  std::vector<DeclaredMaterial> materials{};  // oldest first
  std::vector<DeclaredGrant> grants{};

  keys::KeySpec SpecOr() const { return spec.value_or(keys::KeySpec::kSymmetricDefault); }
  keys::KeyUsageType UsageOr() const { return usage.value_or(keys::KeyUsageType::kEncryptDecrypt); }
  keys::OriginType OriginOr() const { return origin.value_or(keys::OriginType::kAwsKms); }
};

struct Declaration {
  std::optional<seal::WrappingKeyId> wrapping_key{};  // under which its materials are sealed
  std::vector<DeclaredKey> keys{};
};

// All that a sealed material belongs to, as one text: what it is bound to, so that none can be put into another key's
// place or its own key's other places, none can be left out, and nothing that is said of one can be altered.
std::string MaterialBinding(const DeclaredKey& key, size_t index);

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_DECLARATION_H_
