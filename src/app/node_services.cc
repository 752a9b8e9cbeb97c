// What a node opens and wires together before it serves.

#include <algorithm>
#include <thread>
#include <utility>

#include "app/anchors_kept.h"
#include "app/audit_key.h"
#include "app/freshness.h"
#include "app/node_state.h"
#include "app/oidc_issuers.h"
#include "app/service_events.h"
#include "base/log.h"
#include "secret/arena.h"
#include "store/blocking.h"
#include "store/rocksdb/rocksdb_store.h"

namespace kagimori::app {
namespace {

// Of the reserve, what not even the server's own writes to the store may take: its tables need some.
constexpr uint64_t kStoreReserve = 64ull << 20;

}  // namespace

int CoreCount(int wanted) {
  if (wanted > 0) return wanted;
  unsigned machine = std::thread::hardware_concurrency();
  return machine == 0 ? 1 : static_cast<int>(machine);
}

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
  key_counts =
      std::make_unique<keys::KeyCounts>(hierarchy.get(), store.get(), &options.resource_quotas, &workers->long_work);
  committer = std::make_unique<keys::Committer>(hierarchy.get(), store.get(), keys.get(), key_counts.get());
  usage = std::make_unique<keys::UsageTracker>(hierarchy.get(), store.get(), clock.get(), CoreCount(options.cores));
  parameters = std::make_unique<parameters::ParameterTable>(hierarchy.get(), store.get());
  MakeSchedule();
  options.terms.sessions = identity::kLongestSession;
  terms = std::make_unique<keys::TermRotation>(
      hierarchy.get(), store.get(), keys.get(), clock.get(), options.terms,
      keys::TermRotation::Hooks{
          .uptime_seconds = [this] { return clock_keeper->UptimeSeconds(); },
          .stale_heads = [this] { return integrity->ledger().stale_heads(); },
          .all_moved = [this] { parameters->ForgetAll(); },
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
              .key_counts = key_counts.get(),
              .parameters = parameters.get(),
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
              .sm2 = options.sm2,
              .resource_quotas = &options.resource_quotas};
}

void Node::State::MakeSchedule() {
  // A development deployment's clock is moved on purpose.
  const auto wait = deployment.kind == seal::DeploymentKind::kDevelopment
                        ? std::chrono::seconds(0)
                        : keys::ScheduledDeletion::Options().uptime_before_destruction;
  const auto uptime = [this] { return clock_keeper->UptimeSeconds(); };
  const auto deliver = [this](std::span<const keys::ServiceEvent> events) {
    NoteStoreRevision();
    return AppendServiceEvents(events, audit.get(), outbox.get());
  };
  materials = std::make_unique<keys::ScheduledMaterial>(
      hierarchy.get(), store.get(), keys.get(), clock.get(), uptime,
      keys::ScheduledMaterial::Options{.uptime_before_destruction = wait,
                                       .stopping = [this] { return schedule.stopping(); }},
      [this](const keys::Key& key, keys::ScheduledMaterial::Happening happening) {
        return MakeMaterialEvent(key, happening, clock->Wall());
      },
      deliver);
  deletions = std::make_unique<keys::ScheduledDeletion>(
      hierarchy.get(), store.get(), keys.get(), clock.get(), uptime,
      keys::ScheduledDeletion::Options{.uptime_before_destruction = wait, .counts = key_counts.get()},
      [this](const keys::Key& key) { return MakeDeleteKeyEvent(key, clock->Wall()); }, deliver);
  reaper = std::make_unique<parameters::Reaper>(
      hierarchy.get(), store.get(), parameters.get(), clock.get(),
      [this, deliver](const parameters::Parameter& parameter) {
        auto event = std::make_shared<keys::ServiceEvent>(MakeExpiredParameterEvent(parameter, clock->Wall()));
        return parameters::Reaper::Event{.put = keys::OutboxPut(*hierarchy, {.id = event->id, .line = event->line}),
                                         .deliver = [deliver, event] { return deliver({event.get(), 1}); }};
      });
}

}  // namespace kagimori::app
