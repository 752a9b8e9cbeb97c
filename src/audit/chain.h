#ifndef KAGIMORI_AUDIT_CHAIN_H_
#define KAGIMORI_AUDIT_CHAIN_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/anchor.h"
#include "audit/control_line.h"
#include "audit/event_line.h"
#include "audit/verify.h"

namespace kagimori::audit {

// Follows the chain line by line; the one judge of what a whole log is, for `audit verify` and for the recovery at
// start. Copyable, so that a file can be read again from where it began.
//
// A signature covers, through the hashes, every byte before it. So the last signature of a file proves the file, and
// kLastSignature checks no other; kEverySignature finds the *first* bad place and is for the second look at a bad file.
class Chain {
 public:
  enum class Depth { kLastSignature, kEverySignature };

  explicit Chain(const crypto::Ed25519PublicBytes& key) : key_(key) {}

  // What the chain itself says about files that its retention removed.
  struct Retired {
    uint64_t file = 0;             // the last one
    uint64_t sequence = 0;         // of the last record in it
    crypto::Sha256Digest close{};  // SHA-256 of its last line
  };

  void set_depth(Depth depth) { depth_ = depth; }
  // Places to look for. REQUIRES: in ascending order of their sequence numbers.
  void set_anchors(std::vector<Anchor> anchors);
  void set_deployment(const ByteArray<16>& deployment) { deployment_ = deployment; }
  // Gives the ids of linked records to `ids` as well.
  void set_collector(std::vector<EventId>* ids) { collector_ = ids; }
  // Takes the next file's header on trust as to what was before it (see `start`): recovery does not read the whole log,
  // `audit verify` joins files that were read side by side, and retention removes the oldest.
  void TrustNextHeader() { trust_header_ = true; }

  void BeginFile(uint64_t number, std::string name);
  // A complete line, without its newline. After a finding the chain is not used further.
  std::optional<Finding> Line(std::string_view line);
  // `partial`: bytes after the last newline. Checks the signature of the last control line.
  std::optional<Finding> EndFile(size_t partial, bool newest);
  // Goes on with what `next`, which took its first header on trust, found in the file after this chain's last one.
  // False: it does not continue this one, which is then unchanged.
  bool Adopt(Chain next);
  // Only the signature of the last control line: what EndFile checks first.
  std::optional<Finding> CheckLastSignature() const;

  const Anchor& head() const { return head_; }
  // What the header that was taken on trust says that it continues: sequence and link.
  const Anchor& start() const { return start_; }
  // By the place in set_anchors.
  bool anchor_seen(size_t index) const { return seen_[index]; }
  bool all_anchors_seen() const { return seen_count_ == seen_.size(); }
  const std::optional<Retired>& retired() const { return retired_; }
  bool closed() const { return closed_; }
  size_t unlinked() const { return hashes_.size(); }
  uint64_t batches() const { return batches_; }
  // That the newest link names; 0: there was none.
  uint64_t store_revision() const { return store_revision_; }
  uint64_t recoveries() const { return recoveries_; }
  const std::optional<ByteArray<16>>& deployment() const { return deployment_; }
  Finding Found(Damage damage, uint64_t line, std::string text) const;

 private:
  std::optional<Finding> Record(std::string_view line);
  std::optional<Finding> Header(const ControlLine& line);
  std::optional<Finding> Link(const ControlLine& line);
  std::optional<Finding> PlainControl(const ControlLine& line);
  Finding DiagnoseLink(const ControlLine& line) const;
  Finding DiagnoseBatch(const ControlLine& line) const;
  void Accept(std::string_view text, uint64_t sequence);
  void LookForAnchors();

  crypto::Ed25519PublicBytes key_;
  Depth depth_ = Depth::kLastSignature;
  std::shared_ptr<const std::vector<Anchor>> anchors_;  // shared by copies
  std::vector<bool> seen_;                              // of anchors_
  size_t seen_count_ = 0;
  std::optional<ByteArray<16>> deployment_;
  std::vector<EventId>* collector_ = nullptr;
  bool trust_header_ = false;

  std::string file_;
  uint64_t number_ = 0;
  uint64_t line_ = 0;    // lines of this file so far
  uint64_t offset_ = 0;  // bytes of this file so far
  bool closed_ = false;
  Anchor head_;
  Anchor start_;
  std::optional<Retired> retired_;
  std::string last_control_;
  uint64_t batches_ = 0;
  uint64_t store_revision_ = 0;
  uint64_t recoveries_ = 0;

  // Records after the last control line.
  std::vector<crypto::Sha256Digest> hashes_;
  std::vector<std::optional<EventId>> ids_;  // kept only when somebody will ask
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_CHAIN_H_
