#ifndef KAGIMORI_SEAL_SLOTS_H_
#define KAGIMORI_SEAL_SLOTS_H_

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/passphrase.h"
#include "seal/deployment.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// Slots hold the root key, each on its own: <data>/slots/NN.slot, NN = 01..99. The layout is in docs/storage-format.md.
//
// All functions block (files, and Argon2id for passphrases) and expect that nobody else changes the folder: the data
// folder is locked to one process. Files are 0600 in a folder that is 0700; a slot or key file that others may read is
// not opened (kIo).
enum class SlotKind : uint8_t {
  kDevelopmentFile = 1,  // opens with the key in NN.key beside it: no protection, so for development deployments only
  kPassphrase = 2,       // Argon2id
};

struct SlotInfo {
  int number = 0;
  SlotKind kind = SlotKind::kPassphrase;
  Timestamp created;
  crypto::Argon2Parameters argon2;  // kPassphrase
};

inline constexpr size_t kMinPassphraseSize = 12;
inline constexpr size_t kMaxPassphraseSize = 1024;

// `folder` is always the data folder. A new slot takes the lowest free number (kLimit: none is free), is written
// durably under another name, renamed, and then opened once from the disk before it counts as added.
//
// kInvalid for a deployment that is not a development one.
Result<SlotInfo> AddDevelopmentSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                    const secret::SecretKey256& root_key, Timestamp now);
// kInvalid for a passphrase out of bounds.
Result<SlotInfo> AddPassphraseSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                   const secret::SecretBytes& passphrase, const crypto::Argon2Parameters& argon2,
                                   const secret::SecretKey256& root_key, Timestamp now);

// By number. Files that are no whole slots (a crash's temporary file) are left out; a damaged slot is left out and
// logged, so that it does not keep the others from opening. Empty when there is no folder.
Result<std::vector<SlotInfo>> ListSlots(const std::filesystem::path& folder);

// kNotFound; kCorrupt (damaged, or not what we write); kAuthentication (wrong passphrase or key file, a changed header,
// another deployment's slot).
Result<secret::SecretKey256> OpenDevelopmentSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                                 int number);
Result<secret::SecretKey256> OpenPassphraseSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                                int number, const secret::SecretBytes& passphrase);

// The first slot of the kind that opens. kNotFound: there is no slot of that kind.
Result<secret::SecretKey256> OpenAnyDevelopmentSlot(const std::filesystem::path& folder, const Deployment& deployment);
Result<secret::SecretKey256> OpenAnyPassphraseSlot(const std::filesystem::path& folder, const Deployment& deployment,
                                                   const secret::SecretBytes& passphrase);

// Removes slot `number` once the passphrase slot `proven` has opened with `passphrase` to the same root key: nobody can
// remove the last way in. kInvalid when the two are the same slot.
Result<> RemoveSlot(const std::filesystem::path& folder, const Deployment& deployment, int number, int proven,
                    const secret::SecretBytes& passphrase, const secret::SecretKey256& root_key);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_SLOTS_H_
