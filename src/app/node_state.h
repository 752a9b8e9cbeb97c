#ifndef KAGIMORI_APP_NODE_STATE_H_
#define KAGIMORI_APP_NODE_STATE_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "app/node.h"
#include "app/schedule.h"
#include "app/workers.h"
#include "attest/verifier.h"
#include "authz/authorizer.h"
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
#include "keys/scheduled_material.h"
#include "parameters/parameter_table.h"
#include "parameters/reaper.h"

// What a node is made of; private to node.cc (its life), node_services.cc (what is opened and wired before it serves)
// and node_status.cc (what it tells of itself).
namespace kagimori::app {

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
  std::unique_ptr<keys::KeyCounts> key_counts;
  std::unique_ptr<keys::Committer> committer;
  std::unique_ptr<keys::UsageTracker> usage;
  std::unique_ptr<parameters::ParameterTable> parameters;
  std::unique_ptr<keys::OutboxDelivery> outbox;
  std::unique_ptr<keys::ScheduledMaterial> materials;
  std::unique_ptr<keys::ScheduledDeletion> deletions;
  std::unique_ptr<parameters::Reaper> reaper;
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

  Schedule schedule{[this] { RunSchedule(); }};
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
  void MakeSchedule();
  Result<> Listen();
  Result<> ListenForOperators();
  gateway::NodeFigures Figures() const;
  void Background();
  void RunSchedule();
  void SaveUsage();
  void StopServer(net::Server* stopping, std::chrono::milliseconds grace);
};

// As many threads as were wanted, or as the machine has cores.
int CoreCount(int wanted);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_NODE_STATE_H_
