#ifndef KAGIMORI_APP_PASSPHRASE_H_
#define KAGIMORI_APP_PASSPHRASE_H_

#include <filesystem>

#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// The passphrase of the root key: from `file` unless that is empty, else from the service manager's credential, else
// from the terminal, where a new one is asked for twice.
Result<secret::SecretBytes> ReadPassphrase(const std::filesystem::path& file, bool is_new);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_PASSPHRASE_H_
