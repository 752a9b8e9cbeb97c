#include "app/attestation_roots.h"

#include <fstream>
#include <string>

namespace kagimori::app {
namespace {

constexpr size_t kMaxFileSize = 1 << 20;

}  // namespace

Result<std::optional<crypto::CertificateRoots>> LoadAttestationRoots(const std::filesystem::path& file) {
  if (file.empty()) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::string pem(kMaxFileSize + 1, '\0');
  in.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  pem.resize(static_cast<size_t>(in.gcount()));
  if (in.bad() || !in.eof() || pem.empty())
    return Fail(ErrorKind::kIo, "the attestation roots cannot be read from " + file.string());
  Result<crypto::CertificateRoots> roots = crypto::CertificateRoots::FromPem(pem);
  if (!roots) return Fail(roots.error().kind, file.string() + ": " + roots.error().text);
  return *std::move(roots);
}

}  // namespace kagimori::app
