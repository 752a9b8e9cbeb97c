#include "app/sealed_trail.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"

namespace kagimori::app {

void SealedTrail::Add(const AdministrativeCall& call, Timestamp now) {
  std::lock_guard lock(mutex_);
  if (call.read_only) {
    ++read_only_;
    return;
  }
  log::Warning("administration of the sealed server", {{"call", std::string(call.name)},
                                                       {"parameters", std::string(call.parameters_json)},
                                                       {"uid", std::to_string(call.peer_uid)},
                                                       {"error", std::string(call.error)}});
  if (kept_.size() == kMaxKept) {
    ++dropped_;
    return;
  }
  kept_.push_back({.name = std::string(call.name),
                   .parameters_json = std::string(call.parameters_json),
                   .error = std::string(call.error),
                   .response_json = std::string(call.response_json),
                   .peer_uid = call.peer_uid,
                   .time = now});
}

Result<> SealedTrail::AppendTo(Node* node) {
  std::lock_guard lock(mutex_);
  for (; !kept_.empty(); kept_.pop_front()) {
    const Kept& call = kept_.front();
    KAGIMORI_RETURN_IF_ERROR(node->AuditAdministration({.name = call.name,
                                                        .parameters_json = call.parameters_json,
                                                        .peer_uid = call.peer_uid,
                                                        .error = call.error,
                                                        .response_json = call.response_json},
                                                       call.time));
  }
  if (read_only_ == 0 && dropped_ == 0) return {};
  const std::string counts = fmt::format(R"({{"readOnlyCalls":{},"furtherCalls":{}}})", read_only_, dropped_);
  KAGIMORI_RETURN_IF_ERROR(node->AuditAdministration(
      {.name = "SealedCalls", .parameters_json = counts, .peer_uid = geteuid(), .error = {}}));
  read_only_ = 0;
  dropped_ = 0;
  return {};
}

}  // namespace kagimori::app
