#include "app/server_confinement.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/confinement.h"
#include "base/log.h"

namespace kagimori::app {
namespace {

// The audit log makes its folder as it is opened, when it is too late to make any.
Result<> MakeAuditFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return Fail(ErrorKind::kIo, "cannot make " + folder.string() + ": " + std::strerror(errno));
}

// One that is not there is a medium that is not mounted: its anchors cannot be asked, and what stands above it (`/`, or
// the folder of all mounts) is nobody's to write.
Result<> CheckAnchorFolder(const std::filesystem::path& file) {
  std::error_code error;
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (std::filesystem::is_directory(folder, error)) return {};
  return Fail(ErrorKind::kNotFound, "the folder of the anchor file is missing: there is no " + folder.string() +
                                        "; mount what it is on, or make it");
}

}  // namespace

Result<> ConfineServer(const NodeOptions& options, bool no_confinement) {
  if (!options.anchors.file.empty()) KAGIMORI_RETURN_IF_ERROR(CheckAnchorFolder(options.anchors.file));
  if (no_confinement) {
    log::Warning("not confined (--no-confinement): a hole in this process is a hole in all that its user may do");
    return {};
  }
  ConfinementPlan plan;
  plan.writable_folders.push_back(options.data);
  // The store's disk may be another one, by a link: what counts is where it leads.
  std::error_code error;
  if (const auto store = std::filesystem::canonical(options.data / "store", error); !error) {
    plan.writable_folders.push_back(store);
  }
  if (!options.audit_folder.empty()) {
    KAGIMORI_RETURN_IF_ERROR(MakeAuditFolder(options.audit_folder));
    plan.writable_folders.push_back(options.audit_folder);
  }
  if (!options.anchors.file.empty()) {
    // Anchor files are appended to, and replaced when they are full.
    plan.writable_folders.push_back(std::filesystem::absolute(options.anchors.file).parent_path());
  }
  plan.connects_out = !options.anchors.url.empty() || !options.oidc.fetched.empty();
  if (options.tls) plan.readable_files = {options.tls->certificate_chain, options.tls->private_key};
  if (options.anchors.url.starts_with("https:")) plan.readable_files.push_back(options.anchors.ca_file);
  if (!options.oidc.fetched.empty()) plan.readable_files.push_back(options.oidc_ca_file);
  plan.listen_ports.push_back(options.port);
  if (options.metrics_port) plan.listen_ports.push_back(*options.metrics_port);
  auto confinement = Confine(plan);
  if (!confinement) {
    return Fail(confinement.error().kind, confinement.error().text + " (--no-confinement starts without)");
  }
  LogConfinement(*confinement);
  return {};
}

void WarnOfRoot() {
  if (geteuid() == 0) log::Warning("runs as root, which it does not need: give it a user of its own");
}

}  // namespace kagimori::app
