#ifndef KAGIMORI_APP_ATTESTATION_ROOTS_H_
#define KAGIMORI_APP_ATTESTATION_ROOTS_H_

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "crypto/certificate_chain.h"

namespace kagimori::app {

// Reads the certificates that may vouch for attestation documents. Nothing for an empty path.
Result<std::optional<crypto::CertificateRoots>> LoadAttestationRoots(const std::filesystem::path& file);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ATTESTATION_ROOTS_H_
