#include "keys/key.h"

#include <algorithm>

namespace kagimori::keys {
namespace {

std::string ArnPrefix(AccountId account, Region region) {
  std::string arn = "arn:";
  arn.append(region.partition());
  arn.append(":kms:").append(region.name()).append(":").append(account.ToString()).append(":");
  return arn;
}

}  // namespace

std::string KeyName::Arn() const {
  std::string arn = ArnPrefix(account, region);
  arn.append("key/");
  id.AppendTo(&arn);
  return arn;
}

std::string AliasName::Arn() const { return ArnPrefix(account, region) + name; }

const Material* Key::FindMaterial(const MaterialId& id) const {
  auto found = std::ranges::find(materials, id, [](const auto& material) { return material->id; });
  return found == materials.end() ? nullptr : found->get();
}

}  // namespace kagimori::keys
