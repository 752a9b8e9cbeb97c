#ifndef KAGIMORI_SEAL_CLIENT_SECRET_H_
#define KAGIMORI_SEAL_CLIENT_SECRET_H_

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// A secret that a client keeps for the server (the private half of an import's wrapping key), with what is said of it
// in the clear. Sealed under the kImportToken key of the account and the current term; normative in
// docs/storage-format.md, "Import tokens":
//   format (1) ‖ term (4) ‖ epoch (8) ‖ open ‖ salt (32) ‖ ciphertext ‖ tag (16)
// Whoever opens it gives `open` again, and it opens with that alone: with no other account, key or date.
Bytes SealForClient(const KeyHierarchy& hierarchy, AccountId account, ByteView open, const secret::SecretBytes& secret);

// Bytes before `open`, and the least that stands behind it.
inline constexpr size_t kClientSecretHead = 1 + 4 + 8;
inline constexpr size_t kClientSecretTail = 32 + 16;

// kInvalid for whatever this deployment did not seal for this account, did in another epoch (before a restore), or
// under a term that is gone. `open_size`: how many bytes were given in the clear.
Result<secret::SecretBytes> OpenFromClient(const KeyHierarchy& hierarchy, AccountId account, size_t open_size,
                                           ByteView sealed);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_CLIENT_SECRET_H_
