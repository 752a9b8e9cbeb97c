#ifndef KAGIMORI_SEAL_DEPLOYMENT_RECORD_H_
#define KAGIMORI_SEAL_DEPLOYMENT_RECORD_H_

#include <cstdint>
#include <map>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "seal/deployment.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// The one record that is under the root key, through the deployment key (docs/storage-format.md, "Deployment record");
// private to the files of seal/.
struct Term {
  secret::SecretKey256 key;
  TermTime began;
};

struct DeploymentRecord {
  StoreId store_id{};
  uint64_t version = 1;
  ByteArray<16> deployment_id{};
  DeploymentKind kind = DeploymentKind::kProduction;
  uint64_t epoch = 1;  // counts up with every restore
  TermId naming_term = 0;
  TermId current_term = 0;
  std::map<TermId, Term> terms;
};

inline constexpr size_t kMaxTerms = 1024;

std::string DeploymentRecordPath();

// Derived from the root key, for one store: what seals its deployment record and wraps its terms. It stays in memory
// while the root key does not, so that a term can begin or end while the store is served.
crypto::HmacSha256Key DeploymentKey(const secret::SecretKey256& root_key, const StoreId& store_id);

Bytes SealDeploymentRecord(const crypto::HmacSha256Key& deployment_key, const DeploymentRecord& record);

// The store id in the clear head, which the deployment key is made for. kCorrupt: not a deployment record.
Result<StoreId> StoreIdOf(ByteView stored);

// kAuthentication: not sealed by this key, or changed. kCorrupt: not in a form that this program knows.
Result<DeploymentRecord> OpenDeploymentRecord(const crypto::HmacSha256Key& deployment_key, ByteView stored);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_DEPLOYMENT_RECORD_H_
