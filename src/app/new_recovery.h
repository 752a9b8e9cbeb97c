#ifndef KAGIMORI_APP_NEW_RECOVERY_H_
#define KAGIMORI_APP_NEW_RECOVERY_H_

#include <filesystem>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "seal/recovery_code.h"
#include "seal/recovery_shares.h"

namespace kagimori::app {

// How a new recovery code reaches people, as a command's options say (AddRecoveryOptions).
struct RecoveryChoices {
  std::filesystem::path out;  // a new file; else standard output, and the terminal to ask for it back
  std::optional<seal::ShareCounts> shares;
  bool none = false;  // make none
};

// Before anything is made: kUnavailable when there is no terminal and no file either; kInvalid when the file would be
// in the data folder, which is what the code is for when all else is lost; kConflict when it is there.
Result<> CheckRecoveryChoices(const RecoveryChoices& choices, const std::filesystem::path& data);

// Makes a code and hands it out: written to the file (0600, on stable storage) and read again, or shown once and asked
// for again, so that nobody keeps one that does not work. With shares, as many are asked for as open. When it fails,
// the file is not there. REQUIRES: !choices.none.
Result<seal::RecoveryCode> HandOutRecoveryCode(const RecoveryChoices& choices, const ByteArray<16>& owner);

// For a code that came to nothing: removes the file.
void TakeBackRecoveryCode(const RecoveryChoices& choices);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_NEW_RECOVERY_H_
