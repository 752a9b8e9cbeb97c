#ifndef KAGIMORI_SEAL_RECOVERY_CODE_H_
#define KAGIMORI_SEAL_RECOVERY_CODE_H_

#include "base/bytes.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// A recovery code: 256 random bits that open a slot by themselves, for the day on which nobody knows the passphrase. It
// is shown once, on paper from then on, and never stored.
using RecoveryCode = secret::SecretKey256;

RecoveryCode NewRecoveryCode();

// The key of a slot with this code. A code is as strong as a key, so this is fast; the salt makes the slots of one code
// different keys. `owner`: what the slot belongs to (the deployment's or the backup's id).
secret::SecretKey256 RecoverySlotKey(const RecoveryCode& code, const ByteArray<16>& owner, const ByteArray<32>& salt);

// 14 groups of 5 characters, "R…" (written_form.h; docs/storage-format.md, "Recovery code").
secret::SecretBytes WriteRecoveryCode(const RecoveryCode& code);

// kInvalid: not such a text; the error names the groups that are mistyped, and repeats nothing of them.
Result<RecoveryCode> ParseRecoveryCode(const secret::SecretBytes& text);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_RECOVERY_CODE_H_
