#ifndef KAGIMORI_APP_FRESHNESS_H_
#define KAGIMORI_APP_FRESHNESS_H_

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "audit/log.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/ed25519.h"
#include "seal/ledger.h"

namespace kagimori::app {

// At start: whether the store and the audit log are of one time, and of the newest that anything outside knows. The
// store's ledger names a place that the log must have; the log's newest link and the outside anchors name a revision
// that the store must have reached. What is older was put back, by an attacker or by somebody with an old copy, and is
// refused unless the operator says that it is meant (`--accept-rollback`), which is then the log's next record.
class Freshness {
 public:
  // REQUIRES: nothing was committed since the ledger was opened, and the ledger outlives this.
  Freshness(const seal::Ledger* ledger, bool accept_rollback)
      : ledger_(ledger), accept_(accept_rollback), revision_(ledger->revision()) {}

  // Opens the log with the ledger's anchor, and looks at the revision that its newest link names.
  Result<std::unique_ptr<audit::Log>> OpenAuditLog(audit::LogOptions options);
  // `kept`: the store knows that there are anchors outside, so that a file without one is not the newest that there
  // was. kCorrupt, kIo: the file is there and cannot be trusted or read.
  Result<> CheckOutsideAnchor(const std::filesystem::path& file, bool kept, const crypto::Ed25519Signer& signer,
                              const ByteArray<16>& deployment, const std::filesystem::path& audit_folder);
  // kCorrupt: something is older than it should be, and that is not accepted. Blocks when it is: the record of it is on
  // stable storage.
  Result<> Decide(Timestamp now, audit::Log* log) const;
  // After Decide: whether something older was accepted.
  bool rolled_back() const { return !older_.empty(); }

 private:
  const seal::Ledger* ledger_;
  const bool accept_;
  const store::Revision revision_;
  std::vector<std::string> older_;  // what is, one line each
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_FRESHNESS_H_
