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
  // SYMMETRIC_DEFAULT: the prepared HMAC of the material, the only form in which it stays in memory.
  std::optional<crypto::HmacSha256Key> kdf;
  // HMAC specs: the key. Asymmetric material is not here, but in the cache of LoadedKeys.
  std::optional<secret::SecretBytes> mac_key;
};

// How a key material became the current one. The numbers are stored.
enum class RotationKind : uint8_t { kNone = 0, kAutomatic = 1, kOnDemand = 2 };

// What a key knows of each of its materials, and the material once somebody has asked for it (key_table.h).
struct MaterialEntry {
  MaterialId id{};
  uint64_t version = 0;  // of its record; 0: there is none, since the material is not there (imported ones alone)
  RotationKind rotation = RotationKind::kNone;  // kNone: the key's first, or one that waits for a rotation
  Timestamp rotated{};                          // when it became current by that
  std::optional<Timestamp> valid_to{};          // imported: when it expires
  uint64_t expired_uptime = 0;                  // > 0: past that, and its record waits for destruction
  std::shared_ptr<const Material> loaded{};

  // Whether it may be used.
  bool PresentAt(Timestamp service_now) const {
    return version != 0 && expired_uptime == 0 && (!valid_to || *valid_to > service_now);
  }
};

// What is said of an imported material beside its bytes.
struct MaterialNote {
  MaterialId id{};
  std::string description;
  Bytes public_key;  // of an asymmetric one: the SubjectPublicKeyInfo, which stays when the material goes
};

// When a key's material changes. docs/key-life.md
struct Rotation {
  uint32_t period_days = 0;  // 0: automatic rotation is off
  Timestamp next{};          // when it is due, where it is on
  uint32_t on_demand_count = 0;
  std::optional<Timestamp> on_demand_started{};  // one that was asked for and is not done yet
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
  uint64_t notes = 0;
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
  std::vector<Tag> tags = {};                 // by key
  std::vector<std::string> aliases = {};      // names, sorted
  std::vector<MaterialEntry> materials = {};  // oldest first; the last is current
  std::optional<MaterialEntry> staged = {};   // imported, to become current by a rotation
  std::vector<MaterialNote> notes = {};       // of imported materials
  Rotation rotation = {};

  uint64_t head_version = 0;
  PartVersions parts = {};
  store::Revision head_revision = 0;  // 0: not stored yet

  bool multi_region() const { return name.id.kind == KeyId::Kind::kMultiRegion; }

  // Gone for every caller: due for deletion, whether or not the reaper has been there.
  bool GoneAt(Timestamp service_now) const { return deletion_due.has_value() && *deletion_due <= service_now; }

  // One of `materials`; null: there is none of that id.
  const MaterialEntry* FindMaterial(const MaterialId& id) const;
  const MaterialEntry* current_material() const { return materials.empty() ? nullptr : &materials.back(); }
  const MaterialNote* FindNote(const MaterialId& id) const;
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
