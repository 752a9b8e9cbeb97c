#ifndef KAGIMORI_SEAL_PASSPHRASE_SOURCE_H_
#define KAGIMORI_SEAL_PASSPHRASE_SOURCE_H_

#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// Where a passphrase or a recovery code comes from. Each reads straight into secret memory, at most kMaxPassphraseSize
// bytes (kLimit), and drops one line end at the end; an empty passphrase is kInvalid.

// Asks on the controlling terminal with echo off; `twice` for a new passphrase (kInvalid when the two differ).
// kUnavailable: there is no terminal, the input ended, or a signal asked the program to end (it is delivered when the
// terminal is itself again).
Result<secret::SecretBytes> PromptPassphrase(std::string_view prompt, bool twice);
// The same on an open terminal. kUnavailable when `terminal` is none.
Result<secret::SecretBytes> PromptPassphraseOn(int terminal, std::string_view prompt, bool twice);

// From a regular file that is not open to everybody (kIo when it is).
Result<secret::SecretBytes> ReadPassphraseFile(const std::filesystem::path& file);

// From $CREDENTIALS_DIRECTORY/kagimori-passphrase (systemd's LoadCredential= and LoadCredentialEncrypted=). kNotFound
// when the service manager gave none.
Result<secret::SecretBytes> ReadPassphraseCredential();

// A recovery code or a share of one, as it is typed: one line on the controlling terminal, echo off, otherwise as
// PromptPassphrase.
Result<secret::SecretBytes> PromptRecoveryLine(std::string_view prompt);

// The text of a recovery code or of shares, at most kMaxRecoveryText bytes (kLimit), from a regular file that is not
// open to everybody.
Result<secret::SecretBytes> ReadRecoveryFile(const std::filesystem::path& file);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_PASSPHRASE_SOURCE_H_
