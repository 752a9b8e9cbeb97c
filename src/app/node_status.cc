// What a node tells of itself: to Prometheus and to `kagimori status`.

#include "app/node_state.h"
#include "secret/arena.h"

namespace kagimori::app {
namespace {

std::string_view Name(audit::DiskState state) {
  switch (state) {
    case audit::DiskState::kOk:
      return "ok";
    case audit::DiskState::kReserve:
      return "reserve";
    case audit::DiskState::kFull:
      return "full";
  }
  return "unknown";
}

}  // namespace

gateway::NodeFigures Node::State::Figures() const {
  gateway::NodeFigures figures{.server = server->counters(),
                               .store = store->Stats(),
                               .cached_keys = keys->keys().size(),
                               .key_loads = keys->key_loads(),
                               .audit_sequence = audit->Head().sequence,
                               .audit_synced_sequence = audit->SyncedSequence(),
                               .audit_free_bytes = audit->free_bytes(),
                               .audit_failed = audit->failure().has_value(),
                               .store_free_bytes = disk->store_free_bytes(),
                               .stopped = disk->stop(),
                               .anchors = {},
                               .sealed = false,
                               .certificate_expiry = std::nullopt};
  for (const OutsideAnchors::Place& place : anchors->places()) {
    figures.anchors.push_back(
        {place.name, place.status.sequence, place.status.failures, !place.status.failure.empty()});
  }
  if (tls != nullptr) figures.certificate_expiry = tls->certificate_expiry();
  return figures;
}

NodeStatus Node::status() const {
  const State& state = *state_;
  NodeStatus status;
  status.version = KAGIMORI_VERSION;
  status.deployment_id = FormatUuid(state.deployment.id);
  status.deployment_kind = state.deployment.kind == seal::DeploymentKind::kDevelopment ? "development" : "production";
  status.address = url();
  status.seal_state = "unsealed";
  status.secret_bytes = secret::Arena::GetStats().live_bytes;
  status.uptime_seconds = state.clock_keeper->UptimeSeconds();
  status.cached_keys = state.keys->keys().size();
  status.connections = state.server->counters().connections_open;
  status.store_commits = state.store->Stats().commits;
  status.audit_sequence = state.audit->Head().sequence;
  status.audit_synced_sequence = state.audit->SyncedSequence();
  status.audit_disk = Name(state.audit->disk_state());
  status.audit_free_bytes = state.audit->free_bytes();
  if (std::optional<Error> failure = state.audit->failure()) status.audit_failure = failure->text;
  switch (state.disk->stop()) {
    case gateway::DiskGuard::Stop::kNothing:
      break;
    case gateway::DiskGuard::Stop::kChanges:
      status.refused = "changes: " + std::string(state.disk->reason());
      break;
    case gateway::DiskGuard::Stop::kEverything:
      status.refused = "everything: " + std::string(state.disk->reason());
      break;
  }
  status.store_free_bytes = state.disk->store_free_bytes();
  status.anchors = state.anchors->places();
  status.wall = state.clock->Wall();
  status.service = state.clock->Service();
  if (state.tls != nullptr) status.certificate_expiry = state.tls->certificate_expiry();
  status.integrity = state.integrity->status();
  status.terms = state.terms->progress();
  return status;
}

}  // namespace kagimori::app
