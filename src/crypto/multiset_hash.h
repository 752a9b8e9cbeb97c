#ifndef KAGIMORI_CRYPTO_MULTISET_HASH_H_
#define KAGIMORI_CRYPTO_MULTISET_HASH_H_

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/digest.h"

namespace kagimori::crypto {

// A hash of a multiset that is kept up to date one element at a time: the sum of the elements' tags modulo 2^256, each
// tag an HMAC-SHA-256 (MSet-Add-Hash of Clarke, Devadas, van Dijk, Gassend and Suh, "Incremental Multiset Hash
// Functions", ASIACRYPT 2003). Whoever has neither the HMAC's key nor any of the sums cannot make another multiset with
// the same one; so a sum is stored sealed only.
class MultisetHash {
 public:
  MultisetHash() = default;
  explicit MultisetHash(const ByteArray<32>& stored);

  void Add(const Sha256Digest& tag);
  // What was added before. In any order with Add: the sum is taken modulo 2^256.
  void Remove(const Sha256Digest& tag);

  ByteArray<32> ToBytes() const;  // big-endian
  // Neither side is a secret that a caller could learn from the time this takes: both stay in the program.
  bool operator==(const MultisetHash&) const = default;

 private:
  std::array<uint64_t, 4> limbs_{};  // least significant first
};

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_MULTISET_HASH_H_
