#include "gateway/disk_guard.h"

#include <sys/statvfs.h>

#include <string>
#include <utility>

#include "base/log.h"

namespace kagimori::gateway {

DiskGuard::DiskGuard(const audit::Log* audit, std::filesystem::path store_folder, uint64_t reserve_bytes)
    : audit_(audit), store_folder_(std::move(store_folder)), reserve_bytes_(reserve_bytes) {
  Look();
}

DiskGuard::Stop DiskGuard::stop() const {
  audit::DiskState log = audit_->disk_state();
  if (log == audit::DiskState::kFull) return Stop::kEverything;
  return log == audit::DiskState::kReserve || store_free_bytes() < reserve_bytes_ ? Stop::kChanges : Stop::kNothing;
}

std::string_view DiskGuard::reason() const {
  if (audit_->failure()) return "The audit log cannot be written.";
  switch (audit_->disk_state()) {
    case audit::DiskState::kFull:
      return "The disk of the audit log is full.";
    case audit::DiskState::kReserve:
      return "Nothing is changed for now: the disk of the audit log is down to its reserve.";
    case audit::DiskState::kOk:
      break;
  }
  if (store_free_bytes() < reserve_bytes_)
    return "Nothing is changed for now: the disk of the store is down to its reserve.";
  return "";
}

void DiskGuard::Look() {
  struct statvfs info{};
  if (statvfs(store_folder_.c_str(), &info) == 0) {
    store_free_bytes_.store(static_cast<uint64_t>(info.f_bavail) * info.f_frsize, std::memory_order_relaxed);
  }
  std::string_view now = reason();
  if (now == told_) return;
  if (now.empty()) {
    log::Info("there is room on the disks again; every call is taken");
  } else {
    log::Error(now, {{"audit_free_bytes", std::to_string(audit_->free_bytes())},
                     {"store_free_bytes", std::to_string(store_free_bytes())}});
  }
  told_ = now;
}

}  // namespace kagimori::gateway
