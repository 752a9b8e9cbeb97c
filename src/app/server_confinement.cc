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

}  // namespace

Result<> ConfineServer(const NodeOptions& options, bool no_confinement) {
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
  // Anchor files are appended to, and replaced when they are full.
  if (!options.anchors.file.empty()) {
    // A medium that is gone holds up nobody, and may come back: until then what is above it is within reach.
    auto folder = std::filesystem::absolute(options.anchors.file).parent_path();
    while (!std::filesystem::is_directory(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
    plan.writable_folders.push_back(folder);
  }
  plan.connects_out = !options.anchors.url.empty();
  if (options.tls) plan.readable_files = {options.tls->certificate_chain, options.tls->private_key};
  if (options.anchors.url.starts_with("https:")) plan.readable_files.push_back(options.anchors.ca_file);
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
