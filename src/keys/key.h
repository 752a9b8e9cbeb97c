#ifndef KAGIMORI_KEYS_KEY_H_
#define KAGIMORI_KEYS_KEY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "crypto/digest.h"
#include "keys/ciphertext.h"
#include "policy/document.h"
#include "secret/secret_bytes.h"
#include "shapes/kms.h"
#include "store/store.h"

namespace kagimori::keys {

using shapes::KeyManagerType;
using shapes::KeySpec;
using shapes::KeyState;
using shapes::KeyUsageType;
using shapes::OriginType;

// Where a key is stored and cached: the same key id in two Regions (multi-Region keys) is two keys.
struct KeyName {
  AccountId account;
  Region region;
  KeyId id;
  auto operator<=>(const KeyName&) const = default;
  std::string Arn() const;
};

// One key material, ready for use. Immutable; shared by every snapshot that has it.
struct Material {
  MaterialId id{};
  Timestamp created;
  uint64_t version = 0;
  // SYMMETRIC_DEFAULT: the prepared HMAC of the material, the only form in which it stays in memory.
  std::optional<crypto::HmacSha256Key> kdf;
  // HMAC specs: the key. Asymmetric material is not here, but in the cache of LoadedKeys.
  std::optional<secret::SecretBytes> mac_key;
};

struct Tag {
  std::string key;
  std::string value;
};

// Versions of the records beside the head; 0: no such record.
struct PartVersions {
  uint64_t description = 0;
  uint64_t policy = 0;
  uint64_t tags = 0;
  uint64_t aliases = 0;
};

// A snapshot of a KMS key: its head and every part, read at one revision. Immutable once it is shared.
struct Key {
  KeyName name;
  std::string arn = {};
  KeySpec spec = KeySpec::kSymmetricDefault;
  KeyUsageType usage = KeyUsageType::kEncryptDecrypt;
  OriginType origin = OriginType::kAwsKms;
  KeyManagerType manager = KeyManagerType::kCustomer;
  KeyState stored_state = KeyState::kEnabled;
  Timestamp created = {};
  std::optional<Timestamp> deletion_due = {};
  uint32_t pending_window_days = 0;
  uint64_t due_seen_uptime = 0;  // > 0: past due and waiting for destruction

  std::string description = {};
  std::optional<std::string> policy = {};          // nothing: the default policy
  policy::PrincipalBindings policy_bindings = {};  // unique ids of the users and roles that it names
  // The policy, compiled (policy_document.h). Null: it cannot be read, and nobody is let in.
  std::shared_ptr<const policy::Document> policy_document = {};
  std::vector<Tag> tags = {};                                   // by key
  std::vector<std::string> aliases = {};                        // names, sorted
  std::vector<std::shared_ptr<const Material>> materials = {};  // oldest first; the last is current

  uint64_t head_version = 0;
  PartVersions parts = {};
  store::Revision head_revision = 0;  // 0: not stored yet

  bool multi_region() const { return name.id.kind == KeyId::Kind::kMultiRegion; }

  // Gone for every caller: due for deletion, whether or not the reaper has been there.
  bool GoneAt(Timestamp service_now) const { return deletion_due.has_value() && *deletion_due <= service_now; }

  const Material* FindMaterial(const MaterialId& id) const;
  const Material* current_material() const { return materials.empty() ? nullptr : materials.back().get(); }
};

struct AliasName {
  AccountId account;
  Region region;
  std::string name;  // "alias/…"
  auto operator<=>(const AliasName&) const = default;
  std::string Arn() const;
};

struct Alias {
  AliasName name;
  KeyId target = {};
  Timestamp created = {};
  Timestamp updated = {};
  uint64_t version = 0;
  store::Revision revision = 0;
};

}  // namespace kagimori::keys

template <>
struct std::hash<kagimori::keys::KeyName> {
  size_t operator()(const kagimori::keys::KeyName& name) const noexcept {
    return std::hash<kagimori::KeyId>()(name.id) ^ (name.region.number() * 0x9E3779B97F4A7C15ull);
  }
};
template <>
struct std::hash<kagimori::keys::AliasName> {
  size_t operator()(const kagimori::keys::AliasName& name) const noexcept {
    return std::hash<std::string>()(name.name) ^ (name.account.number() * 0x9E3779B97F4A7C15ull) ^ name.region.number();
  }
};

#endif  // KAGIMORI_KEYS_KEY_H_
