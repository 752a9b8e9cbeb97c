#include "app/supervisor.h"

#include <utility>

#include "app/open_node.h"
#include "base/log.h"
#include "crypto/aead.h"
#include "secret/arena.h"

namespace kagimori::app {
namespace {

// For requests that were accepted before a seal.
constexpr std::chrono::seconds kSealGrace{10};
constexpr std::chrono::seconds kLeaseWarning{10};

}  // namespace

Supervisor::Supervisor(NodeOptions options, seal::Deployment deployment)
    : options_(std::move(options)), deployment_(std::move(deployment)), started_(std::chrono::steady_clock::now()) {}

Supervisor::~Supervisor() { Stop(std::chrono::milliseconds(0)); }

// From here on the addresses are ours: what comes next at them binds beside what is there.
void Supervisor::FixPorts(uint16_t port, std::optional<uint16_t> metrics_port) {
  options_.port = port;
  options_.metrics_port = metrics_port;
  options_.port_use = net::PortUse::kShared;
}

Result<> Supervisor::StartSealed() {
  KAGIMORI_ASSIGN_OR_RETURN(std::shared_ptr<SealedFront> front, SealedFront::Start(options_));
  FixPorts(front->port(), front->metrics_port());
  std::lock_guard lock(mutex_);
  url_ = front->url();
  front_ = std::move(front);
  phase_ = Phase::kSealed;
  return {};
}

Result<> Supervisor::StartUnsealed(std::unique_ptr<Node> node) {
  KAGIMORI_RETURN_IF_ERROR(node->Start());
  crypto::ForgetThreadKeys();
  FixPorts(node->port(), node->metrics_port());
  options_.accept_rollback = false;  // it was meant for this start
  std::lock_guard lock(mutex_);
  url_ = node->url();
  node_ = std::move(node);
  phase_ = Phase::kUnsealed;
  return {};
}

std::string Supervisor::url() const {
  std::lock_guard lock(mutex_);
  return url_;
}

// The node stays until what this gives is gone.
std::shared_ptr<void> Supervisor::HoldLocked() {
  ++leases_;
  return std::shared_ptr<void>(nullptr, [this](void*) {
    std::lock_guard lock(mutex_);
    if (--leases_ == 0) changed_.notify_all();
  });
}

Result<NodeLease> Supervisor::Lease() {
  std::lock_guard lock(mutex_);
  if (phase_ != Phase::kUnsealed) return Fail(ErrorKind::kUnavailable, "the server is sealed");
  return NodeLease{.node = node_.get(), .stop = node_stop_.get_token(), .hold = HoldLocked()};
}

Result<> Supervisor::Audit(const AdministrativeCall& call) {
  std::shared_ptr<void> hold;
  Node* node = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (node_ != nullptr) {
      hold = HoldLocked();
      node = node_.get();
    }
  }
  if (node != nullptr) return node->AuditAdministration(call);
  trail_.Add(call, clock_.Wall());
  return {};
}

Result<> Supervisor::ReloadTls() {
  std::shared_ptr<SealedFront> front;
  std::shared_ptr<void> hold;
  Node* node = nullptr;
  {
    std::lock_guard lock(mutex_);
    front = front_;
    if (node_ != nullptr) {
      hold = HoldLocked();
      node = node_.get();
    }
  }
  Result<> reloaded = node != nullptr ? node->ReloadTls() : Result<>();
  if (front != nullptr) {
    if (Result<> second = front->ReloadTls(); !second) reloaded = second;
  }
  return reloaded;
}

NodeStatus Supervisor::SealedStatus(const SealedFront* front) const {
  NodeStatus status;
  status.version = KAGIMORI_VERSION;
  status.deployment_id = FormatUuid(deployment_.id);
  status.deployment_kind = deployment_.kind == seal::DeploymentKind::kDevelopment ? "development" : "production";
  status.opened = false;
  status.secret_bytes = secret::Arena::GetStats().live_bytes;
  status.uptime_seconds = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_).count());
  status.wall = clock_.Wall();
  if (front != nullptr) {
    status.connections = front->connections();
    status.certificate_expiry = front->certificate_expiry();
  }
  return status;
}

NodeStatus Supervisor::Status() {
  std::shared_ptr<SealedFront> front;
  std::shared_ptr<void> hold;
  Node* node = nullptr;
  Phase phase;
  std::string url;
  {
    std::lock_guard lock(mutex_);
    phase = phase_;
    url = url_;
    front = front_;
    if (node_ != nullptr) {
      hold = HoldLocked();
      node = node_.get();
    }
  }
  NodeStatus status = node != nullptr ? node->status() : SealedStatus(front.get());
  status.address = url;
  status.seal_state = phase == Phase::kUnsealed    ? "unsealed"
                      : phase == Phase::kSealing   ? "sealing"
                      : phase == Phase::kUnsealing ? "unsealing"
                                                   : "sealed";
  return status;
}

Result<> Supervisor::Unseal(const seal::SlotSecret& secret, uint32_t peer_uid) {
  {
    std::lock_guard lock(mutex_);
    if (phase_ == Phase::kUnsealed) return Fail(ErrorKind::kConflict, "the server is not sealed");
    if (phase_ != Phase::kSealed || !MayUnsealLocked()) {
      return Fail(ErrorKind::kConflict, "the server is being sealed, unsealed or stopped");
    }
    phase_ = Phase::kUnsealing;
  }
  auto node = OpenAndServe(secret, peer_uid);
  crypto::ForgetThreadKeys();

  std::shared_ptr<SealedFront> replaced;
  std::unique_lock lock(mutex_);
  if (node && MayUnsealLocked()) {
    node_ = *std::move(node);
    replaced = std::exchange(front_, nullptr);
    node_stop_ = std::stop_source();
    options_.accept_rollback = false;
    phase_ = Phase::kUnsealed;
    changed_.notify_all();
    lock.unlock();
    replaced.reset();  // waits for its connections
    log::Info("unsealed", {{"address", url()}});
    return {};
  }
  lock.unlock();
  Result<> outcome = node ? Fail(ErrorKind::kUnavailable, "a seal or a stop came before the server was unsealed")
                          : Result<>(std::unexpected(node.error()));
  if (node) (*node)->Shutdown(std::chrono::milliseconds(0));
  crypto::ForgetThreadKeys();
  lock.lock();
  phase_ = Phase::kSealed;
  changed_.notify_all();
  return outcome;
}

Result<std::unique_ptr<Node>> Supervisor::OpenAndServe(const seal::SlotSecret& secret, uint32_t peer_uid) {
  KAGIMORI_ASSIGN_OR_RETURN(std::unique_ptr<Node> node, OpenNode(options_, deployment_, secret));
  {
    std::lock_guard lock(mutex_);
    if (!MayUnsealLocked())
      return Fail(ErrorKind::kUnavailable, "a seal or a stop came before the server was unsealed");
  }
  // Nothing is served before all of it is in the log.
  KAGIMORI_RETURN_IF_ERROR(trail_.AppendTo(node.get()));
  KAGIMORI_RETURN_IF_ERROR(node->AuditAdministration({.name = "Unseal", .peer_uid = peer_uid}));
  KAGIMORI_RETURN_IF_ERROR(node->Start());
  return node;
}

Result<bool> Supervisor::Seal(uint32_t peer_uid) {
  if (deployment_.kind == seal::DeploymentKind::kDevelopment) {
    return Fail(ErrorKind::kInvalid, "a development server cannot be sealed: its root key lies beside its data");
  }
  std::shared_ptr<SealedFront> next;
  {
    std::unique_lock lock(mutex_);
    seal_wanted_ = true;  // an unseal under way comes to nothing
    changed_.wait(lock, [this] { return phase_ != Phase::kUnsealing && phase_ != Phase::kSealing; });
    seal_wanted_ = false;
    if (phase_ == Phase::kSealed) return false;
    if (phase_ != Phase::kUnsealed || stopping_) return Fail(ErrorKind::kUnavailable, "the server is stopping");
    phase_ = Phase::kSealing;
    node_stop_.request_stop();
  }
  // Without a listener the keys go all the same: unsealing and stopping work without one.
  if (auto front = SealedFront::Start(options_)) {
    next = *std::move(front);
  } else {
    log::Error("nothing answers at the server's addresses while it is sealed", {{"reason", Describe(front.error())}});
  }
  EndNode(peer_uid);
  std::lock_guard lock(mutex_);
  front_ = std::move(next);
  phase_ = Phase::kSealed;
  changed_.notify_all();
  log::Warning("sealed: every request is refused until `kagimori unseal`",
               {{"secret_bytes", std::to_string(secret::Arena::GetStats().live_bytes)}});
  return true;
}

void Supervisor::EndNode(uint32_t peer_uid) {
  Node* node = nullptr;
  {
    std::lock_guard lock(mutex_);
    node = node_.get();  // nobody else ends it in this phase
  }
  node->StopServing(kSealGrace);
  std::unique_ptr<Node> ended;
  {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kLeaseWarning, [this] { return leases_ == 0; })) {
      log::Warning("sealing waits for an administration command that is still running");
    }
    ended = std::move(node_);  // nobody can hold it any more
  }
  const AdministrativeCall record{.name = "Seal", .peer_uid = peer_uid};
  if (Result<> audited = ended->AuditAdministration(record); !audited) {
    log::Error("the seal could not be written to the audit log; it is kept for later",
               {{"error", Describe(audited.error())}});
    trail_.Add(record, clock_.Wall());
  }
  ended->Shutdown(std::chrono::milliseconds(0));
  ended.reset();
  crypto::ForgetThreadKeys();
}

void Supervisor::Stop(std::chrono::milliseconds grace) {
  std::unique_ptr<Node> node;
  std::shared_ptr<SealedFront> front;
  Node* serving = nullptr;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.wait(lock, [this] { return phase_ != Phase::kUnsealing && phase_ != Phase::kSealing; });
    phase_ = Phase::kStopped;
    node_stop_.request_stop();
    serving = node_.get();
  }
  if (serving != nullptr) serving->StopServing(grace);
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return leases_ == 0; });
    node = std::move(node_);
    front = std::move(front_);
  }
  if (node != nullptr) node->Shutdown(std::chrono::milliseconds(0));
}

}  // namespace kagimori::app
