#ifndef KAGIMORI_APP_ADMINISTRATION_H_
#define KAGIMORI_APP_ADMINISTRATION_H_

#include <cstdint>
#include <memory>
#include <stop_token>

#include "app/node.h"
#include "app/service_events.h"
#include "base/result.h"
#include "seal/slots.h"

namespace kagimori::app {

// The running node, which is not sealed or stopped as long as this lives. Whoever holds one for long watches `stop`.
struct NodeLease {
  Node* node = nullptr;
  std::stop_token stop;
  std::shared_ptr<void> hold;
};

// What the administration commands ask of the running server. Called on the socket's threads, several at once; may
// block.
class Administration {
 public:
  virtual ~Administration() = default;
  virtual NodeStatus Status() = 0;
  // kUnavailable: the server is sealed, or about to be.
  virtual Result<NodeLease> Lease() = 0;
  // Supervisor has what the two mean; anything else has no seal.
  virtual Result<> Unseal(const seal::SlotSecret&, uint32_t /*peer_uid*/) { return NoSeal(); }
  virtual Result<bool> Seal(uint32_t /*peer_uid*/) { return NoSeal(); }
  // The record of a call, before its answer leaves.
  virtual Result<> Audit(const AdministrativeCall& call) = 0;

 private:
  static std::unexpected<Error> NoSeal() { return Fail(ErrorKind::kInvalid, "there is no server to seal or unseal"); }
};

class NodeAdministration : public Administration {
 public:
  // REQUIRES: `node` outlives this and every lease.
  explicit NodeAdministration(Node* node) : node_(node) {}
  NodeStatus Status() override { return node_->status(); }
  Result<NodeLease> Lease() override { return NodeLease{.node = node_, .stop = {}, .hold = nullptr}; }
  Result<> Audit(const AdministrativeCall& call) override { return node_->AuditAdministration(call); }

 private:
  Node* node_;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMINISTRATION_H_
