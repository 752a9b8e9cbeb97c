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

// The one record that the root key seals itself (docs/storage-format.md, "Deployment record"); private to the files of
// seal/.
struct DeploymentRecord {
  StoreId store_id{};
  uint64_t version = 1;
  ByteArray<16> deployment_id{};
  DeploymentKind kind = DeploymentKind::kProduction;
  TermId naming_term = 0;
  TermId current_term = 0;
  std::map<TermId, secret::SecretKey256> terms;
};

inline constexpr size_t kMaxTerms = 1024;

std::string DeploymentRecordPath();

Bytes SealDeploymentRecord(const crypto::HmacSha256Key& root, const DeploymentRecord& record);

// kAuthentication: not sealed by this root key, or changed. kCorrupt: not in a form that this program knows.
Result<DeploymentRecord> OpenDeploymentRecord(const crypto::HmacSha256Key& root, ByteView stored);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_DEPLOYMENT_RECORD_H_
