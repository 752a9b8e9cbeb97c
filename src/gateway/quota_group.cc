#include "gateway/quota_group.h"

#include <algorithm>
#include <array>

#include "keys/key_spec.h"

namespace kagimori::gateway {
namespace {

constexpr auto kSharedNames = std::to_array<std::string_view>({"symmetric", "rsa", "ml-dsa", "ecc", "ml-kem"});
constexpr auto& kPairNames = shapes::EnumTraits<shapes::DataKeyPairSpec>::kNames;

}  // namespace

QuotaGroup QuotaGroup::Of(shapes::KeySpec spec) {
  const std::optional<crypto::KeyType> type = keys::TraitsOf(spec).type;
  if (!type) return Symmetric();
  if (crypto::IsRsa(*type)) return Rsa();
  if (crypto::IsMlDsa(*type)) return MlDsa();
  if (crypto::IsMlKem(*type)) return MlKem();
  return Ecc();
}

std::string_view QuotaGroup::name() const {
  static_assert(kSharedNames.size() == kShared && kPairNames.size() == kPairSpecs);
  if (index_ < kShared) return kSharedNames[index_];
  if (index_ < kShared + kPairSpecs) return kPairNames[index_ - kShared];
  return shapes::kOperations[index_ - kShared - kPairSpecs].name;
}

std::optional<QuotaGroup> QuotaGroup::Find(std::string_view name) {
  for (uint8_t index = 0; index < kCount; ++index) {
    if (const QuotaGroup group(index); group.name() == name) return group;
  }
  return std::nullopt;
}

QuotaGroup GroupOf(shapes::Operation operation) {
  if (operation == shapes::Operation::kGenerateRandom) return QuotaGroup::Symmetric();
  return QuotaGroup::Of(operation);
}

}  // namespace kagimori::gateway
