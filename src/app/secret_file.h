#ifndef KAGIMORI_APP_SECRET_FILE_H_
#define KAGIMORI_APP_SECRET_FILE_H_

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// A new file, mode 0600, with each text on a line of its own, on stable storage when this returns. `made`: the file is
// this call's, also when it failed. kIo: with the system's reason, also where there is such a file.
Result<> WriteSecretFile(const std::filesystem::path& file, const std::vector<secret::SecretBytes>& texts, bool* made);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SECRET_FILE_H_
