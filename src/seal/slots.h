#ifndef KAGIMORI_SEAL_SLOTS_H_
#define KAGIMORI_SEAL_SLOTS_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/passphrase.h"
#include "seal/deployment.h"
#include "seal/recovery_code.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// Slots hold the root key, each on its own: <data>/slots/NN.slot, NN = 01..16. The layout is in docs/storage-format.md.
//
// All functions block (files, and Argon2id for passphrases) and expect that nobody else changes the folder: the data
// folder is locked to one process. Files are 0600 in a folder that is 0700; a slot or key file that others may read is
// not opened (kIo).
enum class SlotKind : uint8_t {
  kDevelopmentFile = 1,  // opens with the key in NN.key beside it: no protection, so for development deployments only
  kPassphrase = 2,       // Argon2id
  kRecoveryCode = 3,     // 256 random bits on paper (recovery_code.h)
};

inline constexpr int kMaxSlots = 8;
// More than there may be slots, so that `root rotate` has room for the new ones beside the old.
inline constexpr int kMaxSlotNumber = 2 * kMaxSlots;

struct SlotInfo {
  int number = 0;
  SlotKind kind = SlotKind::kPassphrase;
  Timestamp created;
  crypto::Argon2Parameters argon2;  // kPassphrase
};

inline constexpr size_t kMinPassphraseSize = 12;
inline constexpr size_t kMaxPassphraseSize = 1024;

// What opens a slot of its kind.
struct SlotSecret {
  SlotKind kind = SlotKind::kPassphrase;
  secret::SecretBytes bytes;  // the passphrase; the 32 bytes of a recovery code; nothing for a development file

  static SlotSecret Passphrase(secret::SecretBytes passphrase);
  static SlotSecret Recovery(const RecoveryCode& code);
  static SlotSecret DevelopmentFile();
  SlotSecret Clone() const { return {.kind = kind, .bytes = bytes.Clone()}; }
};

// `folder` is always the data folder. A new slot takes the lowest free number (kLimit: there are kMaxSlots, or for a
// rotation no number is free), is written durably under another name, renamed, and then opened once from the disk
// before it counts as added.
enum class SlotRoom { kUsual, kForRotation };

// kInvalid: a passphrase out of bounds; a development file outside of a development deployment; Argon2id parameters out
// of bounds. `argon2` is for passphrases.
Result<SlotInfo> AddSlot(const std::filesystem::path& folder, const Deployment& deployment, const SlotSecret& secret,
                         const secret::SecretKey256& root_key, Timestamp now,
                         const crypto::Argon2Parameters& argon2 = {}, SlotRoom room = SlotRoom::kUsual);
Result<SlotInfo> AddDevelopmentSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                    const secret::SecretKey256& root_key, Timestamp now);
Result<SlotInfo> AddPassphraseSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                   const secret::SecretBytes& passphrase, const crypto::Argon2Parameters& argon2,
                                   const secret::SecretKey256& root_key, Timestamp now);

// By number. Files that are no whole slots (a crash's temporary file) are left out; a damaged slot is left out and
// logged, so that it does not keep the others from opening. Empty when there is no folder.
Result<std::vector<SlotInfo>> ListSlots(const std::filesystem::path& folder);
// Every number that has a file, damaged ones too.
Result<std::vector<int>> SlotNumbers(const std::filesystem::path& folder);

// One slot. kNotFound; kInvalid: it is of another kind than the secret; kCorrupt (damaged, or not what we write);
// kAuthentication (wrong secret or key file, a changed header, another deployment's slot).
Result<secret::SecretKey256> OpenSlotNumber(const std::filesystem::path& folder, const Deployment& deployment,
                                            int number, const SlotSecret& secret);
Result<secret::SecretKey256> OpenDevelopmentSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                                 int number);
Result<secret::SecretKey256> OpenPassphraseSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                                int number, const secret::SecretBytes& passphrase);

// Whether a root key is the store's. kAuthentication: it is not, so the next slot is tried (a crash in the middle of
// `root rotate` leaves slots of two root keys); any other error ends the search.
using RootKeyCheck = std::function<Result<>(const secret::SecretKey256&)>;

struct OpenedSlot {
  int number = 0;
  secret::SecretKey256 root_key;
  std::vector<int> stale;  // slots that the secret opened first, to a root key that is not the store's
};
// The first slot of the secret's kind that opens and whose root key passes `check` (none: every key does); never slot
// `except`. kNotFound: there is no slot of that kind; kCorrupt: nor can one of the others be read. kAuthentication:
// none opened, or none to the store's root key.
Result<OpenedSlot> OpenAnySlot(const std::filesystem::path& folder, const Deployment& deployment,
                               const SlotSecret& secret, const RootKeyCheck& check, int except = 0);
Result<secret::SecretKey256> OpenAnyDevelopmentSlot(const std::filesystem::path& folder, const Deployment& deployment);
Result<secret::SecretKey256> OpenAnyPassphraseSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                                   const secret::SecretBytes& passphrase);

// Removes slot `number` once another slot has opened with `proof` to the store's root key, and gives that one's number:
// nobody can remove the last way in. kNotFound: there is no slot `number`; errors of OpenAnySlot.
Result<int> RemoveSlot(const std::filesystem::path& folder, const Deployment& deployment, int number,
                       const SlotSecret& proof, const RootKeyCheck& check);

// Removes the slots without a proof: at the end of a rotation, whose new slots have opened. Goes on after an error and
// gives the first.
Result<> RemoveReplacedSlots(const std::filesystem::path& folder, const std::vector<int>& numbers);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_SLOTS_H_
