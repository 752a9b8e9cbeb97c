#ifndef KAGIMORI_APP_NODE_H_
#define KAGIMORI_APP_NODE_H_

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/integrity.h"
#include "app/outside_anchors.h"
#include "app/service_events.h"
#include "audit/log.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/certificate_chain.h"
#include "gateway/faults.h"
#include "gateway/request_quotas.h"
#include "identity/directory.h"
#include "keys/term_rotation.h"
#include "kms/operation.h"
#include "net/server.h"
#include "net/tls.h"
#include "oidc/issuer_keys.h"
#include "seal/backup_copy.h"
#include "seal/backup_slots.h"
#include "seal/deployment.h"
#include "seal/slots.h"
#include "secret/secret_bytes.h"

namespace kagimori::keys {
class KeyTable;
}
namespace kagimori::seed {
struct Services;
}

namespace kagimori::app {

struct NodeOptions {
  std::filesystem::path data;          // the data folder; this process has its lock
  bool create = false;                 // make the store; else one that is missing is an error
  bool accept_rollback = false;        // go on with a store or an audit log that is older than the other knows
  std::filesystem::path audit_folder;  // <data>/audit when empty
  std::string host = "127.0.0.1";
  uint16_t port = 4599;
  std::optional<net::TlsFiles> tls;
  bool loopback_names_only = false;  // development: refuse foreign Host names and Origins
  kms::Sm2Regions sm2 = kms::Sm2Regions::kChina;
  gateway::RequestRates request_rates;
  keys::ResourceQuotas resource_quotas;
  std::optional<crypto::CertificateRoots> attestation_roots;
  oidc::IssuerKeys::Options oidc;
  std::filesystem::path oidc_ca_file;
  int cores = 0;  // 0: as many as the machine has
  std::string metrics_host = "127.0.0.1";
  std::optional<uint16_t> metrics_port;  // nothing: no listener for health and metrics
  net::PortUse port_use = net::PortUse::kAlone;
  audit::Durability audit_durability = audit::Durability::kWritten;
  uint64_t audit_rotate_bytes = 256ull << 20;
  uint64_t audit_reserve_bytes = 1ull << 30;
  bool audit_compress = true;
  size_t store_write_buffer_bytes = 16ull << 20;  // what the store holds in memory before it writes a table
  audit::RetentionLimits audit_retention;
  OutsideAnchorOptions anchors;
  IntegrityOptions integrity;
  keys::TermRotation::Options terms;
  net::ServerLimits limits;
};

// What `kagimori status` shows.
struct NodeStatus {
  std::string version;
  std::string deployment_id;
  std::string deployment_kind;  // "development", "production"
  std::string address;          // "https://0.0.0.0:8443"
  std::string seal_state;       // "unsealed", "sealing", "sealed", "unsealing"
  bool opened = true;           // false: there is no store, clock and audit log to tell of; their members mean nothing
  size_t secret_bytes = 0;      // in the arena
  uint64_t uptime_seconds = 0;
  uint64_t cached_keys = 0;
  uint64_t connections = 0;
  uint64_t store_commits = 0;
  uint64_t audit_sequence = 0;
  uint64_t audit_synced_sequence = 0;
  std::string audit_disk;  // "ok", "reserve", "full"
  uint64_t audit_free_bytes = 0;
  std::string audit_failure;  // empty: none
  std::string refused;        // what is refused for want of room, and why; empty: nothing
  uint64_t store_free_bytes = 0;
  std::vector<OutsideAnchors::Place> anchors;
  Timestamp wall;
  Timestamp service;
  std::optional<Timestamp> certificate_expiry;
  IntegrityStatus integrity;
  keys::TermRotation::Progress terms;
};

// Everything that runs, wired together: the only place besides main that names concrete classes.
class Node {
 public:
  // Makes what a new data folder's store needs (terms, audit signing key) / opens what is there. Blocking.
  static Result<std::unique_ptr<Node>> Open(const NodeOptions& options, const seal::Deployment& deployment,
                                            secret::SecretKey256 root_key);
  // The same with a root key that is found when the store is open: `source` tries what it finds with the check that it
  // is given (seal::OpenAnySlot), since a rotation that was cut short leaves slots of two root keys.
  using RootKeySource = std::function<Result<secret::SecretKey256>(const seal::RootKeyCheck&)>;
  static Result<std::unique_ptr<Node>> Open(const NodeOptions& options, const seal::Deployment& deployment,
                                            const RootKeySource& source);
  ~Node();

  // For the administration of slots. Blocking.
  const std::filesystem::path& data() const;
  const seal::Deployment& deployment() const;
  // kAuthentication: it is not the store's.
  Result<> CheckRootKey(const secret::SecretKey256& root_key) const;
  // Before Start only. See seal::KeyHierarchy::ReplaceRootKey.
  Result<> ReplaceRootKey(secret::SecretKey256 new_root_key);

  // For init and dev, before Start. Blocking.
  identity::Directory& directory();
  // For what decides on the live state. Blocking on their Tasks (SyncWait) is for threads of no core.
  keys::KeyTable& keys();
  const Clock& clock() const;
  // For keys that are brought in and taken out. Blocking, as above.
  seed::Services seeding();
  // kUnavailable, with the reason: the disk is at its reserve, and management calls are refused.
  Result<> TakesChanges() const;
  // SubjectPublicKeyInfo in PEM of the key that the audit log is signed with.
  std::string AuditPublicKeyPem() const;

  // Binds and serves.
  Result<> Start();
  std::string url() const;                       // "http://127.0.0.1:4599"
  uint16_t port() const;                         // bound
  std::optional<uint16_t> metrics_port() const;  // bound

  NodeStatus status() const;
  Result<> ReloadTls();
  // A new term begins, and the older ones come to their end in the background.
  Result<seal::TermId> BeginTerm();
  // Development only. Saved at once; deletions that are due now run before this returns.
  Result<> AdvanceClock(std::chrono::milliseconds by);
  // What it does wrong on purpose. kInvalid: not a development deployment.
  Result<gateway::Faults*> faults();
  // Appends a record of an administrative call ("Status", "ClockAdvance") to the audit log. Blocking.
  // `at`: when it was made, if not now.
  Result<> AuditAdministration(const AdministrativeCall& call, std::optional<Timestamp> at = std::nullopt);

  // A backup of the store as it is now, beside everything else that runs; `revision` gets which revision it holds.
  // Blocking, for long: a thread of its own, and stopped by `pace` before Shutdown.
  Result<seal::BackupTotals> WriteBackup(const seal::NewBackupKey& key, const seal::BackupPace& pace,
                                         seal::BackupSink sink, store::Revision* revision);

  // Stops listening and finishes what was accepted, at most `grace`. Blocking. Administration goes on.
  void StopServing(std::chrono::milliseconds grace);
  // That, and saves. Blocking; the node is over afterwards, and nothing of its keys is left in memory.
  void Shutdown(std::chrono::milliseconds grace);

 private:
  struct State;
  explicit Node(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_NODE_H_
