#include "seal/backup_slots.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "crypto/random.h"
#include "seal/record_codec.h"
#include "seal/slot_file.h"

namespace kagimori::seal {
namespace {

SlotHeader NewSlot(const BackupId& id, int number, SlotKind kind, Timestamp now) {
  SlotHeader header;
  header.info.number = number;
  header.info.kind = kind;
  header.info.created = now;
  header.info.argon2 = {.memory_kib = 0, .passes = 0, .lanes = 0};
  header.deployment_id = id;
  return header;
}

// `slot_key_of`: the key of a slot of `kind`.
template <class SlotKeyOf>
Result<secret::SecretKey256> OpenFirst(const BackupHeader& header, SlotKind kind, const SlotKeyOf& slot_key_of) {
  if (kind != SlotKind::kPassphrase && kind != SlotKind::kRecoveryCode) {
    return Fail(ErrorKind::kInvalid, "a backup has no slots of this kind");
  }
  std::optional<Error> first;
  for (const Bytes& slot : header.slots) {
    auto decoded = DecodeSlotHeader(slot);
    if (!decoded) return std::unexpected(std::move(decoded).error());
    if (decoded->info.kind != kind) continue;
    if (decoded->deployment_id != header.id) {
      return Fail(ErrorKind::kAuthentication, "a slot of the backup is another backup's");
    }
    KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretKey256 slot_key, slot_key_of(*decoded));
    auto opened = OpenSlot(slot, slot_key);
    if (opened) return opened;
    if (!first) first = std::move(opened).error();
  }
  if (!first) return Fail(ErrorKind::kNotFound, "the backup has no slot of this kind");
  if (first->kind != ErrorKind::kAuthentication) return std::unexpected(*std::move(first));
  return Fail(ErrorKind::kAuthentication, "this opens no slot of the backup");
}

}  // namespace

NewBackupKey MakeBackupKey() {
  NewBackupKey made{.key = crypto::RandomSecretArray<32>(), .slots = {}};
  crypto::FillRandom(made.id);
  return made;
}

std::vector<secret::SecretBytes> PackBackupKey(const NewBackupKey& key) {
  std::vector<secret::SecretBytes> packed;
  packed.push_back(RecordCodec::ToBytes(key.key));
  for (const Bytes& slot : key.slots) packed.push_back(secret::SecretBytes::CopyOf(slot));
  return packed;
}

Result<NewBackupKey> UnpackBackupKey(const std::vector<secret::SecretBytes>& packed) {
  auto refuse = [] { return Fail(ErrorKind::kInvalid, "not a backup's key with its slots"); };
  if (packed.size() < 2 || packed.size() > 1 + kMaxBackupSlots) return refuse();
  auto key = RecordCodec::ToKey(packed[0]);
  if (!key) return refuse();
  NewBackupKey unpacked{.key = *std::move(key), .slots = {}};
  for (size_t i = 1; i < packed.size(); ++i) {
    const std::string slot = RecordCodec::Message(packed[i]);  // a slot is public: it stands in the backup
    auto header = DecodeSlotHeader(AsBytes(slot));
    if (!header) return refuse();
    if (i == 1) unpacked.id = header->deployment_id;
    if (header->deployment_id != unpacked.id) return refuse();
    unpacked.slots.emplace_back(slot.begin(), slot.end());
  }
  return unpacked;
}

Result<Bytes> MakeBackupPassphraseSlot(const BackupId& id, int number, const secret::SecretBytes& passphrase,
                                       const crypto::Argon2Parameters& argon2, const secret::SecretKey256& backup_key,
                                       Timestamp now) {
  if (passphrase.size() < kMinPassphraseSize || passphrase.size() > kMaxPassphraseSize) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("a passphrase has {} to {} bytes", kMinPassphraseSize, kMaxPassphraseSize));
  }
  SlotHeader header = NewSlot(id, number, SlotKind::kPassphrase, now);
  header.info.argon2 = argon2;
  crypto::FillRandom(header.kdf_salt);
  KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretKey256 slot_key,
                            crypto::StretchPassphrase(passphrase, header.kdf_salt, argon2));
  return EncodeSlot(header, slot_key, backup_key);
}

Bytes MakeBackupRecoverySlot(const BackupId& id, int number, const RecoveryCode& code,
                             const secret::SecretKey256& backup_key, Timestamp now) {
  SlotHeader header = NewSlot(id, number, SlotKind::kRecoveryCode, now);
  crypto::FillRandom(header.kdf_salt);
  return EncodeSlot(header, RecoverySlotKey(code, id, header.kdf_salt), backup_key);
}

Result<secret::SecretKey256> OpenBackupSlots(const BackupHeader& header, const SlotSecret& secret) {
  return OpenFirst(header, secret.kind, [&](const SlotHeader& slot) -> Result<secret::SecretKey256> {
    if (secret.kind == SlotKind::kRecoveryCode) {
      KAGIMORI_ASSIGN_OR_RETURN(const RecoveryCode code, RecordCodec::ToKey(secret.bytes));
      return RecoverySlotKey(code, header.id, slot.kdf_salt);
    }
    auto key = crypto::StretchPassphrase(secret.bytes, slot.kdf_salt, slot.info.argon2);
    // This program refuses to write such parameters.
    if (!key && key.error().kind == ErrorKind::kInvalid) {
      return Fail(ErrorKind::kCorrupt, "a slot of the backup has parameters out of bounds");
    }
    return key;
  });
}

}  // namespace kagimori::seal
