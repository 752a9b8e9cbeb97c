#ifndef KAGIMORI_SEAL_BACKUP_SLOTS_H_
#define KAGIMORI_SEAL_BACKUP_SLOTS_H_

#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/passphrase.h"
#include "seal/backup_header.h"
#include "seal/recovery_code.h"
#include "seal/slots.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// The ways into a backup: slots as those of the data folder (slot_file.h), but inside the backup's header, owned by the
// backup's id and holding its own random key. A backup opens with what was given when it was made, and with nothing of
// the deployment. Both block (Argon2id).

struct NewBackupKey {
  BackupId id{};
  secret::SecretKey256 key;
  std::vector<Bytes> slots;  // that hold the key, owned by the id
};
// A random id and key, without slots.
NewBackupKey MakeBackupKey();
// From one process to another: the key, then each slot. kInvalid: not what PackBackupKey gives.
std::vector<secret::SecretBytes> PackBackupKey(const NewBackupKey& key);
Result<NewBackupKey> UnpackBackupKey(const std::vector<secret::SecretBytes>& packed);

// kInvalid for a passphrase out of bounds (slots.h).
Result<Bytes> MakeBackupPassphraseSlot(const BackupId& id, int number, const secret::SecretBytes& passphrase,
                                       const crypto::Argon2Parameters& argon2, const secret::SecretKey256& backup_key,
                                       Timestamp now);

Bytes MakeBackupRecoverySlot(const BackupId& id, int number, const RecoveryCode& code,
                             const secret::SecretKey256& backup_key, Timestamp now);

// The backup's key, from the first slot that the secret opens. kNotFound: it has no such slot; kAuthentication:
// none opens; kCorrupt: a damaged slot.
Result<secret::SecretKey256> OpenBackupSlots(const BackupHeader& header, const SlotSecret& secret);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_BACKUP_SLOTS_H_
