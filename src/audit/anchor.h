#ifndef KAGIMORI_AUDIT_ANCHOR_H_
#define KAGIMORI_AUDIT_ANCHOR_H_

#include <cstdint>

#include "crypto/digest.h"

namespace kagimori::audit {

// A place in the chain. Kept outside the log (in the store, or farther away), it shows that nothing before it was cut
// off.
struct Anchor {
  uint64_t sequence = 0;        // of the last event that is linked; the first event has 1
  crypto::Sha256Digest link{};  // SHA-256 of the control line that ends there
  uint64_t file = 0;            // number of the file
  uint64_t offset = 0;          // bytes of that file, plain, up to and with that line
  bool operator==(const Anchor&) const = default;
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_ANCHOR_H_
