#ifndef KAGIMORI_CRYPTO_SECRET_SHARING_H_
#define KAGIMORI_CRYPTO_SECRET_SHARING_H_

#include <span>
#include <vector>

#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

// Shamir's secret sharing over GF(2^8) (A. Shamir, "How to share a secret", 1979), by libgfshare. `threshold` of the
// shares give the secret back; fewer say nothing about it but its size. Nothing in a share tells whether it is right:
// shares that do not belong together give another secret, and it is for the caller to notice.
//
// libgfshare computes in a buffer of its own on the ordinary heap, which it overwrites before it frees it: for the
// microseconds of a call the secret is in undumpable memory that is not locked. One call at a time in the process; the
// others wait.
inline constexpr int kMaxShares = 16;

struct SecretShare {
  int number = 0;  // 1..255: where the polynomials were evaluated
  secret::SecretKey256 bytes;
};

// Shares 1..count. kInvalid unless 2 <= threshold <= count <= kMaxShares.
Result<std::vector<SecretShare>> ShareSecret(const secret::SecretKey256& secret, int threshold, int count);

// From exactly as many shares as the threshold was. kInvalid: fewer than 2 or more than kMaxShares, a number out of
// bounds or there twice.
Result<secret::SecretKey256> JoinShares(std::span<const SecretShare> shares);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_SECRET_SHARING_H_
