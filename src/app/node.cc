#include "app/node.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "app/anchors_kept.h"
#include "app/audit_key.h"
#include "app/freshness.h"
#include "app/oidc_issuers.h"
#include "app/open_files.h"
#include "app/service_events.h"
#include "app/url.h"
#include "app/workers.h"
#include "attest/verifier.h"
#include "authz/authorizer.h"
#include "base/log.h"
#include "crypto/aead.h"
#include "gateway/core_state.h"
#include "gateway/disk_guard.h"
#include "gateway/front.h"
#include "gateway/metrics.h"
#include "identity/directory.h"
#include "identity/sessions.h"
#include "keys/account_principals.h"
#include "keys/clock_keeper.h"
#include "keys/committer.h"
#include "keys/iam_principals.h"
#include "keys/key_table.h"
#include "keys/last_usage.h"
#include "keys/loaded_key.h"
#include "keys/outbox.h"
#include "keys/scheduled_deletion.h"
#include "secret/arena.h"
#include "store/blocking.h"
#include "store/rocksdb/rocksdb_store.h"

namespace kagimori::app {
namespace {

constexpr std::chrono::seconds kScheduleInterval{1};
constexpr std::chrono::seconds kClockSaveInterval{60};
// Of the reserve, what not even the server's own writes to the store may take: its tables need some.
constexpr uint64_t kStoreReserve = 64ull << 20;

int CoreCount(int wanted) {
  if (wanted > 0) return wanted;
  unsigned machine = std::thread::hardware_concurrency();
  return machine == 0 ? 1 : static_cast<int>(machine);
}

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

// In the order of construction; what is further down uses what is further up and goes first.
struct Node::State {
  NodeOptions options;
  seal::Deployment deployment;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<seal::KeyHierarchy> hierarchy;
  std::unique_ptr<Integrity> integrity;
  std::unique_ptr<SystemClock> clock;
  std::unique_ptr<keys::ClockKeeper> clock_keeper;
  std::optional<crypto::Ed25519Signer> audit_signer;
  std::unique_ptr<audit::Log> audit;
  std::unique_ptr<gateway::DiskGuard> disk;
  std::unique_ptr<OutsideAnchors> anchors;
  std::unique_ptr<identity::Directory> directory;
  std::unique_ptr<keys::AccountPrincipals> account_principals;
  std::unique_ptr<keys::IamPrincipals> iam_principals;
  std::unique_ptr<identity::Sessions> sessions;
  std::unique_ptr<oidc::IssuerKeys> issuers;
  std::unique_ptr<Workers> workers;
  std::unique_ptr<keys::LoadedKeys> loaded_keys;
  std::unique_ptr<attest::Verifier> attestation;
  std::unique_ptr<keys::KeyTable> keys;
  std::unique_ptr<keys::Committer> committer;
  std::unique_ptr<keys::UsageTracker> usage;
  std::unique_ptr<keys::OutboxDelivery> outbox;
  std::unique_ptr<keys::ScheduledDeletion> deletions;
  std::unique_ptr<keys::TermRotation> terms;
  authz::Authorizer authorizer;
  gateway::Turnstile contended;
  gateway::Faults faults;
  std::unique_ptr<gateway::RequestQuotas> quotas;
  gateway::Services services{};

  std::unique_ptr<net::TlsContext> tls;
  std::vector<std::unique_ptr<net::Core>> cores;
  std::vector<std::unique_ptr<gateway::CoreState>> core_states;
  std::unique_ptr<gateway::Front> front;
  std::unique_ptr<net::Server> server;
  bool serving = false;  // the cores run
  std::unique_ptr<net::Core> operator_core;
  std::unique_ptr<gateway::OperatorPages> operator_pages;
  std::unique_ptr<net::Server> operator_server;

  std::mutex schedule_mutex;  // one run of the deletions at a time
  std::mutex background_mutex;
  std::condition_variable background_wake;
  bool background_stopping = false;  // by background_mutex
  std::thread background;

  Result<> OpenStore(const RootKeySource& source);
  Result<> CheckRootKey(const secret::SecretKey256& root_key) const;
  Result<> OpenAudit();
  std::filesystem::path AuditFolder() const;
  void NoteStoreRevision();
  void RecordTermEvent(keys::TermRotation::Event event, seal::TermId term);
  void MakeServices();
  Result<> Listen();
  Result<> ListenForOperators();
  gateway::NodeFigures Figures() const;
  void Background();
  void RunSchedule();
  void SaveUsage();
  void StopServer(net::Server* stopping, std::chrono::milliseconds grace);
};

Result<> Node::State::CheckRootKey(const secret::SecretKey256& root_key) const {
  auto loaded = seal::KeyHierarchy::Load(root_key.Clone(), store.get(), deployment);
  if (!loaded) return std::unexpected(std::move(loaded).error());
  return {};
}

Result<> Node::State::OpenStore(const RootKeySource& source) {
  std::error_code ignored;
  if (!options.create && !std::filesystem::exists(options.data / "store", ignored)) {
    return Fail(ErrorKind::kNotFound, "the store is missing: there is no " + (options.data / "store").string() +
                                          "; put it back, or restore a backup into a new folder");
  }
  KAGIMORI_ASSIGN_OR_RETURN(
      store, store::RocksDbStore::Open({.folder = options.data / "store",
                                        .write_buffer_bytes = options.store_write_buffer_bytes,
                                        .min_free_bytes = std::min(options.audit_reserve_bytes / 4, kStoreReserve)}));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretKey256 root_key,
                            source([this](const secret::SecretKey256& tried) { return CheckRootKey(tried); }));
  KAGIMORI_ASSIGN_OR_RETURN(hierarchy, options.create
                                           ? seal::KeyHierarchy::Create(std::move(root_key), store.get(), deployment)
                                           : seal::KeyHierarchy::Load(std::move(root_key), store.get(), deployment));
  KAGIMORI_ASSIGN_OR_RETURN(integrity,
                            Integrity::Open(hierarchy.get(), store.get(), options.create, options.integrity));

  KAGIMORI_ASSIGN_OR_RETURN(keys::records::ClockState saved, keys::ClockKeeper::Load(*hierarchy, store.get()));
  clock = std::make_unique<SystemClock>(saved.high_water, std::chrono::milliseconds(saved.development_offset_millis));
  clock_keeper = std::make_unique<keys::ClockKeeper>(hierarchy.get(), store.get(), clock.get(), saved);
  return {};
}

Result<> Node::State::OpenAudit() {
  KAGIMORI_ASSIGN_OR_RETURN(audit_signer, LoadOrCreateAuditKey(*hierarchy, store.get()));
  audit::LogOptions log_options;
  log_options.folder = AuditFolder();
  log_options.signer = &*audit_signer;
  log_options.clock = clock.get();
  log_options.deployment = deployment.id;
  log_options.durability = options.audit_durability;
  log_options.rotate_bytes = options.audit_rotate_bytes;
  log_options.disk_reserve_bytes = options.audit_reserve_bytes;
  log_options.compress = options.audit_compress;
  log_options.retention = options.audit_retention;
  log_options.keep_for_outside = options.anchors.any();
  Freshness freshness(&integrity->ledger(), options.accept_rollback);
  KAGIMORI_ASSIGN_OR_RETURN(audit, freshness.OpenAuditLog(std::move(log_options)));
  KAGIMORI_ASSIGN_OR_RETURN(const bool kept, AnchorsAreKept(*hierarchy, store.get()));
  if (!options.anchors.file.empty()) {
    KAGIMORI_RETURN_IF_ERROR(
        freshness.CheckOutsideAnchor(options.anchors.file, kept, *audit_signer, deployment.id, AuditFolder()));
  } else if (kept) {
    log::Warning(
        "anchors were kept in a file outside before, and none is configured: an old copy of everything is "
        "found by nothing");
  }
  audit->NoteStoreRevision(integrity->ledger().revision());
  KAGIMORI_RETURN_IF_ERROR(freshness.Decide(clock->Wall(), audit.get()));
  disk = std::make_unique<gateway::DiskGuard>(audit.get(), options.data / "store", options.audit_reserve_bytes);
  if (const audit::Recovery& recovery = audit->recovery(); recovery.torn_bytes > 0) {
    log::Warning("the audit log's unlinked tail was moved aside, as a crash leaves it",
                 {{"bytes", std::to_string(recovery.torn_bytes)}, {"file", recovery.torn_file.string()}});
  }
  outbox = std::make_unique<keys::OutboxDelivery>(hierarchy.get(), store.get(), audit.get());
  KAGIMORI_ASSIGN_OR_RETURN(size_t appended, outbox->Recover());
  if (appended > 0)
    log::Info("audit events of committed changes were appended after a crash", {{"events", std::to_string(appended)}});
  outbox->Start();
  KAGIMORI_ASSIGN_OR_RETURN(anchors, OutsideAnchors::Open(options.anchors, freshness.rolled_back(), deployment.id,
                                                          audit.get(), &*audit_signer, clock.get(),
                                                          [this] { return NoteAnchorsKept(*hierarchy, store.get()); }));
  return {};
}

std::filesystem::path Node::State::AuditFolder() const {
  return options.audit_folder.empty() ? options.data / "audit" : options.audit_folder;
}

// For events whose commit came by another way than a request's: what can be read is on stable storage.
void Node::State::NoteStoreRevision() {
  if (Result<store::GetResult> now = store::GetAndWait(*store, {})) audit->NoteStoreRevision(now->revision);
}

void Node::State::RecordTermEvent(keys::TermRotation::Event event, seal::TermId term) {
  // Whose tokens were under the term has no session any more, also where it was opened before.
  if (event == keys::TermRotation::Event::kDestroyed) sessions->cache().InvalidateAll();
  NoteStoreRevision();
  Result<> recorded = AppendTermEvent(event == keys::TermRotation::Event::kBegan ? "BeginTerm" : "DestroyTerm", term,
                                      clock->Wall(), audit.get());
  if (!recorded) log::Error("the event of a term could not be recorded", {{"error", Describe(recorded.error())}});
}

void Node::State::MakeServices() {
  directory = std::make_unique<identity::Directory>(hierarchy.get(), store.get(), clock.get());
  sessions = std::make_unique<identity::Sessions>(hierarchy.get());
  issuers = MakeIssuerKeys(options.oidc, options.oidc_ca_file);
  const size_t max_keys = keys::KeyTable::MaxKeys(secret::Arena::Limit());
  if (max_keys < keys::KeyTable::kMostKeys) {
    log::Warning("for want of memory that may be locked (RLIMIT_MEMLOCK) fewer keys are kept in memory",
                 {{"keys", std::to_string(max_keys)}});
  }
  workers = std::make_unique<Workers>(CoreCount(options.cores));
  loaded_keys = std::make_unique<keys::LoadedKeys>(hierarchy.get(), store.get(), &workers->long_work,
                                                   keys::LoadedKeys::MaxBytes(secret::Arena::Limit()));
  if (options.attestation_roots) attestation = std::make_unique<attest::Verifier>(*options.attestation_roots);
  keys = std::make_unique<keys::KeyTable>(hierarchy.get(), store.get(), max_keys, loaded_keys.get());
  account_principals = std::make_unique<keys::AccountPrincipals>(hierarchy.get(), store.get());
  iam_principals = std::make_unique<keys::IamPrincipals>(&directory->accounts(), account_principals.get());
  keys->grants().UsePrincipals(iam_principals.get());
  committer = std::make_unique<keys::Committer>(hierarchy.get(), store.get(), keys.get());
  usage = std::make_unique<keys::UsageTracker>(hierarchy.get(), store.get(), clock.get(), CoreCount(options.cores));
  keys::ScheduledDeletion::Options deletion_options;
  if (deployment.kind == seal::DeploymentKind::kDevelopment)
    deletion_options.uptime_before_destruction = std::chrono::seconds(0);
  deletions = std::make_unique<keys::ScheduledDeletion>(
      hierarchy.get(), store.get(), keys.get(), clock.get(), [this] { return clock_keeper->UptimeSeconds(); },
      deletion_options, [this](const keys::Key& key) { return MakeDeleteKeyEvent(key, clock->Wall()); },
      [this](const keys::ScheduledDeletion::EventLine& event) {
        NoteStoreRevision();
        return AppendServiceEvent(event, audit.get(), outbox.get());
      });
  options.terms.sessions = identity::kLongestSession;
  terms = std::make_unique<keys::TermRotation>(
      hierarchy.get(), store.get(), keys.get(), clock.get(), options.terms,
      keys::TermRotation::Hooks{
          .uptime_seconds = [this] { return clock_keeper->UptimeSeconds(); },
          .stale_heads = [this] { return integrity->ledger().stale_heads(); },
          .event = [this](keys::TermRotation::Event event, seal::TermId term) { RecordTermEvent(event, term); }});
  if (options.request_rates.any()) quotas = std::make_unique<gateway::RequestQuotas>(options.request_rates);
  services = {.clock = clock.get(),
              .hierarchy = hierarchy.get(),
              .directory = directory.get(),
              .sessions = sessions.get(),
              .keys = keys.get(),
              .loaded_keys = loaded_keys.get(),
              .grants = &keys->grants(),
              .usage = usage.get(),
              .committer = committer.get(),
              .outbox = outbox.get(),
              .authorizer = &authorizer,
              .audit = audit.get(),
              .disk = disk.get(),
              .contended = &contended,
              .quarantine = &integrity->quarantine(),
              .long_work = &workers->long_work,
              .key_generation = &workers->key_generation,
              .attestation = attestation.get(),
              .issuers = issuers.get(),
              .issuer_fetches = &workers->issuer_fetches,
              .quotas = quotas.get(),
              .faults = deployment.kind == seal::DeploymentKind::kDevelopment ? &faults : nullptr,
              .sm2 = options.sm2};
}

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

void Node::State::RunSchedule() {
  std::lock_guard lock(schedule_mutex);
  Result<size_t> destroyed = deletions->RunOnce();
  if (!destroyed)
    log::Error("scheduled deletions could not be carried out; they are tried again",
               {{"error", Describe(destroyed.error())}});
}

void Node::State::SaveUsage() {
  if (Result<size_t> saved = usage->Save(); !saved)
    log::Error("when keys were last used could not be saved; it is tried again", {{"error", Describe(saved.error())}});
}

void Node::State::Background() {
  auto next_save = std::chrono::steady_clock::now() + kClockSaveInterval;
  std::unique_lock lock(background_mutex);
  while (!background_wake.wait_for(lock, kScheduleInterval, [this] { return background_stopping; })) {
    lock.unlock();
    disk->Look();
    RunSchedule();
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
keys::KeyTable& Node::keys() { return *state_->keys; }
const Clock& Node::clock() const { return *state_->clock; }

std::string Node::AuditPublicKeyPem() const { return crypto::Ed25519PublicPem(state_->audit_signer->public_bytes()); }

Result<> Node::Start() {
  KAGIMORI_RETURN_IF_ERROR(state_->Listen());
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

Result<seal::TermId> Node::BeginTerm() { return state_->terms->BeginTerm(); }

Result<> Node::ReloadTls() { return state_->tls != nullptr ? state_->tls->Reload() : Result<>(); }

Result<> Node::AdvanceClock(std::chrono::milliseconds by) {
  if (state_->deployment.kind != seal::DeploymentKind::kDevelopment) {
    return Fail(ErrorKind::kInvalid, "only a development deployment's clock can be moved");
  }
  if (by.count() < 0) return Fail(ErrorKind::kInvalid, "the clock moves forward only");
  state_->clock->Advance(by);
  KAGIMORI_RETURN_IF_ERROR(state_->clock_keeper->Save());
  state_->RunSchedule();
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
