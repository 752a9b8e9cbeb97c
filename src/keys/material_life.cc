#include "keys/material_life.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/hash.h"

namespace kagimori::keys {
namespace {

constexpr std::string_view kIdLabel = "kagimori/material-id/1";

bool HasExpired(const MaterialEntry& material, Timestamp now) {
  return material.version != 0 && !material.PresentAt(now);
}

}  // namespace

bool CanRotate(const Key& key) { return key.spec == KeySpec::kSymmetricDefault; }

bool RotatesByItself(const Key& key) { return CanRotate(key) && key.origin == OriginType::kAwsKms; }

void StartRotation(uint32_t days, Timestamp now, Key* key) {
  key->rotation.period_days = days;
  key->rotation.next = now + std::chrono::hours(24) * days;
}

void MakeCurrent(MaterialEntry material, RotationKind kind, Timestamp now, Key* key) {
  material.rotation = kind;
  material.rotated = now;
  if (key->staged && key->staged->id == material.id) key->staged.reset();
  key->materials.push_back(std::move(material));
}

void MoveToNextRotation(Timestamp now, Key* key) {
  const int64_t period = std::chrono::milliseconds(std::chrono::hours(24)).count() * key->rotation.period_days;
  const int64_t late = now.millis - key->rotation.next.millis;
  if (period > 0 && late >= 0) key->rotation.next.millis += (late / period + 1) * period;
}

void DropStaged(Key* key) {
  std::erase_if(key->notes, [&](const MaterialNote& note) { return note.id == key->staged->id; });
  key->staged.reset();
}

bool HasAllMaterial(const Key& key, Timestamp now) {
  return !key.materials.empty() &&
         std::ranges::all_of(key.materials, [&](const MaterialEntry& material) { return material.PresentAt(now); });
}

std::shared_ptr<const Key> AsOf(std::shared_ptr<const Key> key, Timestamp now) {
  if (key->origin != OriginType::kExternal ||
      (key->stored_state != KeyState::kEnabled && key->stored_state != KeyState::kDisabled) ||
      std::ranges::none_of(key->materials, [&](const MaterialEntry& material) { return HasExpired(material, now); }))
    return key;
  auto waiting = std::make_shared<Key>(*key);
  waiting->stored_state = KeyState::kPendingImport;
  return waiting;
}

// HMAC with the label and the key's name in the key's place: a hash of the material that is bound to them.
MaterialId ImportedMaterialId(const KeyName& key, const secret::SecretBytes& fingerprint) {
  std::string name(kIdLabel);
  name.append(key.account.ToString()).append("/").append(key.id.ToString());
  const Bytes digest =
      crypto::Hmac(crypto::HashAlgorithm::kSha512, secret::SecretBytes::CopyOf(AsBytes(name)), fingerprint);
  MaterialId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

}  // namespace kagimori::keys
