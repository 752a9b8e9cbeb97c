#include "crypto/commitment.h"

#include "crypto/secret_opener.h"

namespace kagimori::crypto {

void AppendCommitment(const secret::SecretKey256& commitment, Bytes* out) {
  auto bytes = SecretOpener::Open(commitment);
  out->insert(out->end(), bytes.begin(), bytes.end());
}

}  // namespace kagimori::crypto
