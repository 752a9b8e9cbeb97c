#ifndef KAGIMORI_KMS_WORK_COST_H_
#define KAGIMORI_KMS_WORK_COST_H_

#include "crypto/key_type.h"

// Where an operation's computation belongs: what takes over 50 µs would hold up every other request of its core, while
// a worker costs some tens (`kagimori_microbench --benchmark_filter=Asymmetric` measures; docs/performance.md has the
// figures, of a processor on which the bound comes to about 100 µs).
namespace kagimori::kms {

enum class WorkCost {
  kCheap,          // on the core that read the request
  kLong,           // on a worker
  kKeyGeneration,  // on a worker that gives way to everything else
};

// Signing, decrypting, decapsulating. Agreeing takes long on every curve: a public key is parsed for it, too.
constexpr WorkCost CostOfPrivateUse(crypto::KeyType type) {
  using crypto::KeyType;
  switch (type) {
    case KeyType::kP256:
    case KeyType::kSecp256k1:
    case KeyType::kEd25519:
    case KeyType::kMlKem512:
    case KeyType::kMlKem768:
      return WorkCost::kCheap;
    default:
      return WorkCost::kLong;
  }
}

// Verifying, encrypting, encapsulating.
constexpr WorkCost CostOfPublicUse(crypto::KeyType type) {
  using crypto::KeyType;
  switch (type) {
    case KeyType::kP384:
    case KeyType::kP521:
    case KeyType::kEd25519:
    case KeyType::kSm2:
    case KeyType::kMlDsa44:
    case KeyType::kMlDsa65:
    case KeyType::kMlDsa87:
      return WorkCost::kLong;
    default:
      return WorkCost::kCheap;
  }
}

constexpr WorkCost CostOfGeneration(crypto::KeyType type) {
  return crypto::IsRsa(type) ? WorkCost::kKeyGeneration : WorkCost::kLong;
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_WORK_COST_H_
