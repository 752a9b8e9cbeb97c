#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "app/admin_socket.h"
#include "app/admin_status.h"
#include "app/commands.h"
#include "app/standard_output.h"
#include "app/unix_socket.h"
#include "audit/outside_anchor.h"
#include "audit/verify.h"
#include "crypto/ed25519.h"
#include "crypto/init.h"

namespace kagimori::app {
namespace {

constexpr size_t kMaxKeyFile = 4096;

Result<crypto::Ed25519PublicBytes> ReadPublicKey(const std::filesystem::path& file) {
  const Descriptor in(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (in.get() < 0) return Fail(ErrorKind::kIo, "cannot open " + file.string() + ": " + strerror(errno));
  std::string pem(kMaxKeyFile, '\0');
  const ssize_t got = read(in.get(), pem.data(), pem.size());
  if (got < 0) return Fail(ErrorKind::kIo, "cannot read " + file.string() + ": " + strerror(errno));
  pem.resize(static_cast<size_t>(got));
  auto key = crypto::ParseEd25519PublicPem(pem);
  if (!key) return Fail(ErrorKind::kInvalid, file.string() + " holds no Ed25519 public key in PEM");
  return key;
}

}  // namespace

Result<> RunStatus(const StatusOptions& options) {
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult status,
                            CallAdminSocket(options.data, "status", {}, {}, std::chrono::seconds(10)));
  if (options.json) return Print(status.json + "\n");
  KAGIMORI_ASSIGN_OR_RETURN(const std::string text, DescribeStatus(status.json));
  return Print(text);
}

// Deletions that the step makes due run before the answer, so it may take a while.
Result<> RunClockAdvance(const ClockAdvanceOptions& options) {
  AdminParameters parameters;
  parameters.Add("millis", options.by.count());
  auto advanced = CallAdminSocket(options.data, "clock-advance", parameters, {}, std::chrono::minutes(5));
  if (!advanced) return std::unexpected(advanced.error());
  return {};
}

Result<int> RunAuditVerify(const AuditVerifyOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(crypto::InitOpenSsl());
  KAGIMORI_ASSIGN_OR_RETURN(const auto key, ReadPublicKey(options.key));
  audit::VerifyOptions verify;
  verify.anchor = options.anchor;
  if (!options.anchors.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(const auto anchors, audit::ReadAnchors(options.anchors, key));
    if (!anchors.empty()) verify.deployment = anchors.front().deployment;
    for (const audit::OutsideAnchor& anchor : anchors) verify.outside.push_back(anchor.anchor);
  }
  const audit::Report report = audit::Verify(options.folder, key, verify);
  KAGIMORI_RETURN_IF_ERROR(Print(audit::Describe(report)));
  return report.ok() ? 0 : 1;
}

}  // namespace kagimori::app
