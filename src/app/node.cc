#include "app/node.h"

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

#include "app/node_state.h"
#include "app/open_files.h"
#include "app/service_events.h"
#include "app/url.h"
#include "base/log.h"
#include "crypto/aead.h"
#include "seed/services.h"

namespace kagimori::app {
namespace {

constexpr std::chrono::seconds kLookInterval{1};
constexpr std::chrono::seconds kClockSaveInterval{60};

}  // namespace

Result<> Node::State::Listen() {
  if (options.tls) {
    KAGIMORI_ASSIGN_OR_RETURN(tls, net::TlsContext::Load(*options.tls));
  }
  std::vector<net::Core*> core_list;
  std::vector<gateway::CoreState*> state_list;
  for (int i = 0; i < CoreCount(options.cores); ++i) {
    cores.push_back(std::make_unique<net::Core>(i));
    core_states.push_back(std::make_unique<gateway::CoreState>(&services, cores.back().get()));
    cores.back()->AddTurnEndHook([] { crypto::ForgetThreadKeysEachTurn(); });
    core_list.push_back(cores.back().get());
    state_list.push_back(core_states.back().get());
  }
  front = std::make_unique<gateway::Front>(state_list,
                                           gateway::FrontOptions{.loopback_names_only = options.loopback_names_only});
  net::ServerLimits limits = options.limits;
  KAGIMORI_ASSIGN_OR_RETURN(limits.max_connections, ConnectionsWithinFileLimit(limits.max_connections));
  server = std::make_unique<net::Server>(core_list, front.get(), limits, tls.get(), clock.get());
  KAGIMORI_RETURN_IF_ERROR(server->Listen(options.host, options.port, options.port_use));
  if (options.metrics_port) KAGIMORI_RETURN_IF_ERROR(ListenForOperators());
  for (auto& core : cores) core->Start();
  if (operator_core != nullptr) operator_core->Start();
  serving = true;
  return {};
}

Result<> Node::State::ListenForOperators() {
  operator_core = std::make_unique<net::Core>(0);
  std::vector<gateway::CoreState*> state_list;
  for (auto& state : core_states) state_list.push_back(state.get());
  std::vector<gateway::OperatorPages::NotReady> not_ready = {
      [this] { return std::string(audit->failure() ? "the audit log cannot be written" : ""); },
      [this] { return std::string(integrity->quarantine().accounts().empty() ? "" : "the store is damaged"); },
      [this] { return std::string(disk->stop() == gateway::DiskGuard::Stop::kEverything ? disk->reason() : ""); },
  };
  operator_pages =
      std::make_unique<gateway::OperatorPages>(state_list, [this] { return Figures(); }, std::move(not_ready));
  operator_server = std::make_unique<net::Server>(std::vector<net::Core*>{operator_core.get()}, operator_pages.get(),
                                                  net::ServerLimits{.max_connections = 256}, nullptr, clock.get());
  KAGIMORI_ASSIGN_OR_RETURN(std::string address,
                            operator_server->Listen(options.metrics_host, *options.metrics_port, options.port_use));
  log::Info("health and metrics", {{"url", Url("http", options.metrics_host, operator_server->port())}});
  return {};
}

void Node::State::RunSchedule() {
  Result<size_t> changed = materials->RunOnce();
  if (!changed)
    log::Error("scheduled changes of key material could not be carried out; they are tried again",
               {{"error", Describe(changed.error())}});
  Result<size_t> destroyed = deletions->RunOnce();
  if (!destroyed)
    log::Error("scheduled deletions could not be carried out; they are tried again",
               {{"error", Describe(destroyed.error())}});
  Result<size_t> expired = reaper->RunOnce();
  if (!expired) log::Error("parameters could not be ended; it is tried again", {{"error", Describe(expired.error())}});
}

void Node::State::SaveUsage() {
  if (Result<size_t> saved = usage->Save(); !saved)
    log::Error("when keys were last used could not be saved; it is tried again", {{"error", Describe(saved.error())}});
}

void Node::State::Background() {
  auto next_save = std::chrono::steady_clock::now() + kClockSaveInterval;
  std::unique_lock lock(background_mutex);
  while (!background_wake.wait_for(lock, kLookInterval, [this] { return background_stopping; })) {
    lock.unlock();
    disk->Look();
    integrity->ledger().SetAnchor(audit->SyncedHead());
    if (usage->Crowded()) SaveUsage();
    if (std::chrono::steady_clock::now() >= next_save) {
      next_save += kClockSaveInterval;
      SaveUsage();
      if (Result<> saved = clock_keeper->Save(); !saved)
        log::Error("the clock's state could not be saved", {{"error", Describe(saved.error())}});
    }
    lock.lock();
  }
}

void Node::State::StopServer(net::Server* stopping, std::chrono::milliseconds grace) {
  std::promise<void> done;
  std::future<void> stopped = done.get_future();
  stopping->Shutdown(grace,
                     [promise = std::make_shared<std::promise<void>>(std::move(done))] { promise->set_value(); });
  stopped.wait();
}

Node::Node(std::unique_ptr<State> state) : state_(std::move(state)) {}

Node::~Node() {
  if (state_ != nullptr) Shutdown(std::chrono::milliseconds(0));
}

Result<std::unique_ptr<Node>> Node::Open(const NodeOptions& options, const seal::Deployment& deployment,
                                         secret::SecretKey256 root_key) {
  return Open(options, deployment,
              [&root_key](const seal::RootKeyCheck&) -> Result<secret::SecretKey256> { return std::move(root_key); });
}

Result<std::unique_ptr<Node>> Node::Open(const NodeOptions& options, const seal::Deployment& deployment,
                                         const RootKeySource& source) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->deployment = deployment;
  Result<> opened = state->OpenStore(source);
  if (opened) opened = state->OpenAudit();
  if (!opened) {
    state->outbox.reset();
    if (state->store != nullptr) state->store->Close();
    return std::unexpected(std::move(opened).error());
  }
  state->MakeServices();
  return std::unique_ptr<Node>(new Node(std::move(state)));
}

const std::filesystem::path& Node::data() const { return state_->options.data; }
const seal::Deployment& Node::deployment() const { return state_->deployment; }
Result<> Node::CheckRootKey(const secret::SecretKey256& root_key) const { return state_->CheckRootKey(root_key); }
Result<> Node::ReplaceRootKey(secret::SecretKey256 new_root_key) {
  return state_->hierarchy->ReplaceRootKey(state_->store.get(), std::move(new_root_key));
}

identity::Directory& Node::directory() { return *state_->directory; }
Result<> Node::TakesChanges() const {
  const gateway::DiskGuard& disk = *state_->disk;
  return disk.Refuses(/*read_only=*/false) ? Fail(ErrorKind::kUnavailable, std::string(disk.reason())) : Result<>();
}

seed::Services Node::seeding() {
  State& state = *state_;
  return {.clock = state.clock.get(),
          .hierarchy = state.hierarchy.get(),
          .store = state.store.get(),
          .directory = state.directory.get(),
          .keys = state.keys.get(),
          .loaded_keys = state.loaded_keys.get(),
          .usage = state.usage.get(),
          .authorizer = &state.authorizer,
          .audit = state.audit.get(),
          .outbox = state.outbox.get(),
          .development = state.deployment.kind == seal::DeploymentKind::kDevelopment,
          .sm2 = state.options.sm2,
          .key_counts = state.key_counts.get(),
          .resource_quotas = &state.options.resource_quotas,
          .quarantine = &state.integrity->quarantine()};
}
keys::KeyTable& Node::keys() { return *state_->keys; }
const Clock& Node::clock() const { return *state_->clock; }

std::string Node::AuditPublicKeyPem() const { return crypto::Ed25519PublicPem(state_->audit_signer->public_bytes()); }

Result<> Node::Start() {
  KAGIMORI_RETURN_IF_ERROR(state_->Listen());
  state_->schedule.Start();
  state_->background = std::thread([state = state_.get()] { state->Background(); });
  state_->terms->Start();
  state_->integrity->Start([state = state_.get()](const seal::ScrubReport& report) {
    if (Result<> recorded = AppendScrubEvent("ScrubFindings", report, state->clock->Wall(), state->audit.get());
        !recorded)
      log::Error("the scrub's findings could not be recorded", {{"error", Describe(recorded.error())}});
  });
  return {};
}

std::string Node::url() const {
  return Url(state_->options.tls ? "https" : "http", state_->options.host, state_->server->port());
}

uint16_t Node::port() const { return state_->server->port(); }

std::optional<uint16_t> Node::metrics_port() const {
  if (state_->operator_server == nullptr) return std::nullopt;
  return state_->operator_server->port();
}

Result<seal::TermId> Node::BeginTerm() { return state_->terms->BeginTerm(); }

Result<> Node::ReloadTls() { return state_->tls != nullptr ? state_->tls->Reload() : Result<>(); }

Result<> Node::AdvanceClock(std::chrono::milliseconds by) {
  if (state_->deployment.kind != seal::DeploymentKind::kDevelopment) {
    return Fail(ErrorKind::kInvalid, "only a development deployment's clock can be moved");
  }
  if (by.count() < 0) return Fail(ErrorKind::kInvalid, "the clock moves forward only");
  state_->clock->Advance(by);
  KAGIMORI_RETURN_IF_ERROR(state_->clock_keeper->Save());
  state_->schedule.RunNow();
  return {};
}

Result<gateway::Faults*> Node::faults() {
  if (state_->deployment.kind != seal::DeploymentKind::kDevelopment)
    return Fail(ErrorKind::kInvalid, "only a development server does something wrong on purpose");
  return &state_->faults;
}

Result<> Node::AuditAdministration(const AdministrativeCall& call, std::optional<Timestamp> at) {
  state_->NoteStoreRevision();
  return AppendAdministrationEvent(call, at.value_or(state_->clock->Wall()), state_->audit.get());
}

Result<seal::BackupTotals> Node::WriteBackup(const seal::NewBackupKey& key, const seal::BackupPace& pace,
                                             seal::BackupSink sink, store::Revision* revision) {
  State& state = *state_;
  // The head before the snapshot: what the log has up to there is about what the backup holds.
  KAGIMORI_RETURN_IF_ERROR(state.audit->Sync());
  seal::BackupHeader header{.id = key.id,
                            .deployment = state.deployment,
                            .made = state.clock->Wall(),
                            .audit_head = state.audit->SyncedHead(),
                            .slots = key.slots};
  const std::shared_ptr<const void> hold = state.hierarchy->HoldTerms();
  KAGIMORI_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, state.store->TakeSnapshot());
  *revision = snapshot->revision();
  return seal::WriteBackup(*state.hierarchy, *snapshot, std::move(header), key.key, pace, std::move(sink));
}

void Node::StopServing(std::chrono::milliseconds grace) {
  State& state = *state_;
  // Without its cores, as after a port that is taken, a server never calls back.
  if (!std::exchange(state.serving, false)) return;
  state.StopServer(state.server.get(), grace);
  if (state.operator_server != nullptr) state.StopServer(state.operator_server.get(), std::chrono::milliseconds(0));
}

void Node::Shutdown(std::chrono::milliseconds grace) {
  State& state = *state_;
  StopServing(grace);
  state.schedule.Stop();
  {
    std::lock_guard lock(state.background_mutex);
    state.background_stopping = true;
  }
  state.background_wake.notify_all();
  if (state.background.joinable()) state.background.join();
  // Before the cores, on which whoever waits for a computation goes on.
  state.workers->Stop();
  for (auto& core : state.cores) core->Finish();
  if (state.operator_core != nullptr) state.operator_core->Finish();
  state.SaveUsage();
  state.terms.reset();
  state.integrity->Stop();
  state.outbox.reset();
  if (Result<> synced = state.audit->Sync(); !synced)
    log::Error("the audit log could not be synced", {{"error", Describe(synced.error())}});
  state.anchors->Stop();
  // The last commit takes the log's last anchor with it.
  state.integrity->ledger().SetAnchor(state.audit->SyncedHead());
  if (Result<> saved = state.clock_keeper->Save(); !saved)
    log::Error("the clock's state could not be saved", {{"error", Describe(saved.error())}});
  state.store->Close();
  state_.reset();
}

}  // namespace kagimori::app
