#ifndef KAGIMORI_AUDIT_CHAIN_H_
#define KAGIMORI_AUDIT_CHAIN_H_

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

  void set_depth(Depth depth) { depth_ = depth; }
  void set_anchor(const Anchor& anchor) { anchor_ = anchor; }
  void set_deployment(const ByteArray<16>& deployment) { deployment_ = deployment; }
  // Gives the ids of linked records to `ids` as well.
  void set_collector(std::vector<EventId>* ids) { collector_ = ids; }
  // Takes the next file's header on trust as to what was before it: recovery does not read the whole log.
  void TrustNextHeader() { trust_header_ = true; }

  void BeginFile(uint64_t number, std::string name);
  // A complete line, without its newline. After a finding the chain is not used further.
  std::optional<Finding> Line(std::string_view line);
  // `partial`: bytes after the last newline. Checks the signature of the last control line.
  std::optional<Finding> EndFile(size_t partial, bool newest);
  // Only the signature of the last control line: what EndFile checks first.
  std::optional<Finding> CheckLastSignature() const;

  const Anchor& head() const { return head_; }
  bool anchor_seen() const { return anchor_seen_; }
  bool closed() const { return closed_; }
  size_t unlinked() const { return hashes_.size(); }
  uint64_t batches() const { return batches_; }
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

  crypto::Ed25519PublicBytes key_;
  Depth depth_ = Depth::kLastSignature;
  std::optional<Anchor> anchor_;
  std::optional<ByteArray<16>> deployment_;
  std::vector<EventId>* collector_ = nullptr;
  bool trust_header_ = false;

  std::string file_;
  uint64_t number_ = 0;
  uint64_t line_ = 0;    // lines of this file so far
  uint64_t offset_ = 0;  // bytes of this file so far
  bool closed_ = false;
  Anchor head_;
  std::string last_control_;
  bool anchor_seen_ = false;
  uint64_t batches_ = 0;
  uint64_t recoveries_ = 0;

  // Records after the last control line.
  std::vector<crypto::Sha256Digest> hashes_;
  std::vector<std::optional<EventId>> ids_;  // kept only when somebody will ask
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_CHAIN_H_
