#ifndef KAGIMORI_APP_PASSPHRASE_H_
#define KAGIMORI_APP_PASSPHRASE_H_

#include <filesystem>

#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// The passphrase of the root key: from `file` unless that is empty, else from the service manager's credential, else
// from the terminal, where a new one is asked for twice.
Result<secret::SecretBytes> ReadPassphrase(const std::filesystem::path& file, bool is_new);

// Whether it would find one of the three. A credential that is there counts, even one that cannot be read: that is an
// error, no choice.
bool HasPassphraseSource(const std::filesystem::path& file);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_PASSPHRASE_H_
