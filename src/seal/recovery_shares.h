#ifndef KAGIMORI_SEAL_RECOVERY_SHARES_H_
#define KAGIMORI_SEAL_RECOVERY_SHARES_H_

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "seal/recovery_code.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// A recovery code for several people: any `threshold` of `count` shares give the code back, fewer say nothing about it
// (crypto/secret_sharing.h). A share says which one it is, how many are needed, whose it is and which sharing it
// belongs to, so that shares of different codes are told apart before they are joined.
struct ShareCounts {
  int threshold = 0;  // 2..count
  int count = 0;      // at most crypto::kMaxShares
};

// The shares as they are given to people, number 1 first: 18 groups of 5 characters each, "S…" (docs/storage-format.md,
// "Recovery shares"). kInvalid: counts out of bounds. `owner` as in RecoverySlotKey.
Result<std::vector<secret::SecretBytes>> WriteRecoveryShares(const RecoveryCode& code, const ByteArray<16>& owner,
                                                             const ShareCounts& counts);

// Collects shares, one text after the other, until there are enough. Texts are hostile.
class ShareCollector {
 public:
  explicit ShareCollector(const ByteArray<16>& owner) : owner_(owner) {}

  // kInvalid: not a share, the error says what is wrong; another owner's; of another sharing than the ones before;
  // there already. What was collected stays.
  Result<> Add(const secret::SecretBytes& text);

  int collected() const { return static_cast<int>(shares_.size()); }
  int missing() const { return threshold_ - collected(); }  // REQUIRES: collected() > 0

  // kInvalid: there are not enough.
  Result<RecoveryCode> Join() const;

 private:
  struct Share {
    int number = 0;
    secret::SecretKey256 bytes;
  };
  ByteArray<16> owner_;
  ByteArray<3> set_{};
  int threshold_ = 0;
  std::vector<Share> shares_;
};

// Whether a text begins as a share does; it may be damaged all the same.
bool LooksLikeShare(const secret::SecretBytes& text);

// A recovery code from a text that people give: the code, or shares of it, one a line. kInvalid as above.
Result<RecoveryCode> ReadRecoveryText(const secret::SecretBytes& text, const ByteArray<16>& owner);

// Of all texts that give a code: the longest one, with room for what people put around it.
inline constexpr size_t kMaxRecoveryText = 4096;

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_RECOVERY_SHARES_H_
