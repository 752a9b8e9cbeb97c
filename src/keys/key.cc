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

// From the newest on: most of what is decrypted is not old.
const MaterialEntry* Key::FindMaterial(const MaterialId& id) const {
  auto found = std::ranges::find(materials.rbegin(), materials.rend(), id, &MaterialEntry::id);
  return found == materials.rend() ? nullptr : &*found;
}

const MaterialNote* Key::FindNote(const MaterialId& id) const {
  auto found = std::ranges::find(notes, id, &MaterialNote::id);
  return found == notes.end() ? nullptr : &*found;
}

}  // namespace kagimori::keys
