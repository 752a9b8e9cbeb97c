#ifndef KAGIMORI_APP_SUPERVISOR_H_
#define KAGIMORI_APP_SUPERVISOR_H_

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "app/administration.h"
#include "app/node.h"
#include "app/sealed_front.h"
#include "app/sealed_trail.h"
#include "base/clock.h"
#include "base/result.h"
#include "seal/deployment.h"
#include "seal/slots.h"

namespace kagimori::app {

// A server over its changes between sealed and unsealed: owns either a node or, while the root key is not in memory,
// what listens in its place. The two follow each other at the same addresses without a moment in which nobody listens:
// the next one binds before the last one closes.
//
// Thread-safe but for the Start functions. One change at a time: a seal that finds an unseal under way lets it come to
// nothing, a seal beside a seal waits for the same end, and an unseal beside anything is refused. A lease keeps the
// node; a seal asks its holders to stop and waits for them.
class Supervisor : public Administration {
 public:
  Supervisor(NodeOptions options, seal::Deployment deployment);
  ~Supervisor() override;  // Stop without grace

  // One of them, once. Blocking.
  Result<> StartSealed();
  Result<> StartUnsealed(std::unique_ptr<Node> node);

  std::string url() const;
  // Reads the TLS files again, in either state.
  Result<> ReloadTls();

  // Opens the store with `secret`, records that in the audit log behind what happened while it was sealed, and serves.
  // Blocking. kAuthentication: the secret opens no slot; kConflict: the server is not sealed; or what Node::Open says.
  // After an error the server is sealed as before.
  Result<> Unseal(const seal::SlotSecret& secret, uint32_t peer_uid) override;
  // Stops serving and finishes what was accepted, records the seal, ends the node and with it every key in memory.
  // Blocking. True: this call did it; false: the server was sealed already. kInvalid: a development server, whose root
  // key lies beside its data. A record that cannot be written does not keep the keys in memory: it is kept for later.
  Result<bool> Seal(uint32_t peer_uid) override;

  // Ends whatever serves. Waits for a change under way. Blocking; nothing can be asked of it afterwards.
  void Stop(std::chrono::milliseconds grace);

  NodeStatus Status() override;
  Result<NodeLease> Lease() override;
  Result<> Audit(const AdministrativeCall& call) override;

 private:
  enum class Phase { kNew, kSealed, kUnsealing, kUnsealed, kSealing, kStopped };

  std::shared_ptr<void> HoldLocked();
  bool MayUnsealLocked() const { return !seal_wanted_ && !stopping_; }
  void FixPorts(uint16_t port, std::optional<uint16_t> metrics_port);
  Result<std::unique_ptr<Node>> OpenAndServe(const seal::SlotSecret& secret, uint32_t peer_uid);
  void EndNode(uint32_t peer_uid);
  NodeStatus SealedStatus(const SealedFront* front) const;

  NodeOptions options_;  // the ports are the bound ones after the start
  const seal::Deployment deployment_;
  const SystemClock clock_;
  const std::chrono::steady_clock::time_point started_;
  SealedTrail trail_;

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  Phase phase_ = Phase::kNew;
  bool seal_wanted_ = false;
  bool stopping_ = false;
  std::unique_ptr<Node> node_;
  std::shared_ptr<SealedFront> front_;
  size_t leases_ = 0;  // holders of node_
  std::stop_source node_stop_;
  std::string url_;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SUPERVISOR_H_
