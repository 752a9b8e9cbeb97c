#ifndef KAGIMORI_APP_SLOT_SECRET_H_
#define KAGIMORI_APP_SLOT_SECRET_H_

#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"
#include "seal/deployment.h"
#include "seal/recovery_code.h"
#include "seal/slots.h"

namespace kagimori::app {

// With what a command opens a slot, as its options say (AddUnlockOptions): at most one of the three.
struct UnlockChoices {
  std::filesystem::path passphrase_file;     // none: the service manager's credential, else the terminal
  std::filesystem::path recovery_code_file;  // the code, or shares of it, one a line
  bool ask_recovery_code = false;            // the same, from the terminal
};

// Whether there is anything to read it from: an option, a credential of the service manager, a terminal.
bool HasSlotSecretSource(const UnlockChoices& choices);
// Reads it. For a development deployment there is nothing to read: its slot opens by itself.
Result<seal::SlotSecret> ReadSlotSecret(const UnlockChoices& choices, const seal::Deployment& deployment);

// Asks on the terminal for a recovery code, or for as many shares as it takes; what is mistyped is asked for again,
// some times. `owner`: the deployment's id. kUnavailable: there is no terminal. kInvalid: mistyped too often.
Result<seal::RecoveryCode> AskRecoveryCode(const ByteArray<16>& owner);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SLOT_SECRET_H_
