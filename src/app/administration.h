#ifndef KAGIMORI_APP_ADMINISTRATION_H_
#define KAGIMORI_APP_ADMINISTRATION_H_

#include <chrono>
#include <cstdint>
#include <string_view>

#include "app/node.h"
#include "base/result.h"

namespace kagimori::app {

// What the administration socket asks of the running server. Called on the socket's thread; may block.
class Administration {
 public:
  virtual ~Administration() = default;
  virtual NodeStatus Status() = 0;
  virtual Result<> AdvanceClock(std::chrono::milliseconds by) = 0;
  // The record of a call, before its answer leaves; see Node::AuditAdministration.
  virtual Result<> Audit(std::string_view name, std::string_view parameters_json, uint32_t peer_uid,
                         std::string_view error) = 0;
};

class NodeAdministration : public Administration {
 public:
  // REQUIRES: `node` outlives this.
  explicit NodeAdministration(Node* node) : node_(node) {}
  NodeStatus Status() override { return node_->status(); }
  Result<> AdvanceClock(std::chrono::milliseconds by) override { return node_->AdvanceClock(by); }
  Result<> Audit(std::string_view name, std::string_view parameters_json, uint32_t peer_uid,
                 std::string_view error) override {
    return node_->AuditAdministration(name, parameters_json, peer_uid, error);
  }

 private:
  Node* node_;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMINISTRATION_H_
