#include "crypto/secret_sharing.h"

#include <gtest/gtest.h>

#include "crypto/random.h"
#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretTesting;

std::vector<SecretShare> Pick(const std::vector<SecretShare>& shares, unsigned mask) {
  std::vector<SecretShare> picked;
  for (size_t i = 0; i < shares.size(); ++i) {
    if ((mask >> i & 1) != 0) picked.push_back({.number = shares[i].number, .bytes = shares[i].bytes.Clone()});
  }
  return picked;
}

TEST(SecretSharingTest, EveryChoiceOfThresholdSharesGivesTheSecretBackAndNoSmallerOneDoes) {
  const auto secret = RandomSecretArray<32>();
  for (const auto& [threshold, count] : {std::pair{2, 2}, {2, 3}, {3, 5}, {5, 5}, {4, 7}}) {
    const auto shares = ShareSecret(secret, threshold, count).value();
    ASSERT_EQ(shares.size(), static_cast<size_t>(count));
    for (unsigned mask = 0; mask < 1u << count; ++mask) {
      const int size = __builtin_popcount(mask);
      if (size > threshold) continue;
      const auto joined = JoinShares(Pick(shares, mask));
      if (size < 2) {
        EXPECT_EQ(joined.error().kind, ErrorKind::kInvalid);
      } else {
        EXPECT_EQ(secret::Equal(joined.value(), secret), size == threshold) << mask;
      }
    }
  }
}

// Shamir over GF(2^8) with the polynomial x^8+x^4+x^3+x^2+1: the line s + a·x at 1 and 2, computed by hand.
TEST(SecretSharingTest, JoinsWhatAnotherImplementationOfTheFieldMadeAndTheOrderIsNoMatter) {
  std::vector<SecretShare> shares;
  // s = 0x53, a = 0xCA: at 1 s ^ a = 0x99; at 2 s ^ 2·0xCA = 0x53 ^ 0x89 = 0xDA (0xCA << 1 = 0x194, less 0x11D: 0x89).
  shares.push_back({.number = 2, .bytes = SecretTesting::Filled<32>(0xDA)});
  shares.push_back({.number = 1, .bytes = SecretTesting::Filled<32>(0x99)});
  EXPECT_EQ(SecretTesting::BytesOf(JoinShares(shares).value()), Bytes(32, 0x53));
}

TEST(SecretSharingTest, SharesAreRandom) {
  const auto secret = SecretTesting::Filled<32>(7);
  const auto once = ShareSecret(secret, 2, 3).value();
  const auto again = ShareSecret(secret, 2, 3).value();
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(secret::Equal(once[i].bytes, again[i].bytes));
    EXPECT_FALSE(secret::Equal(once[i].bytes, secret));
  }
}

TEST(SecretSharingTest, BoundsAndDoubledNumbers) {
  const auto secret = SecretTesting::Filled<32>(7);
  for (const auto& [threshold, count] : {std::pair{1, 3}, {0, 0}, {4, 3}, {2, 17}, {-1, 2}, {2, 300}}) {
    EXPECT_EQ(ShareSecret(secret, threshold, count).error().kind, ErrorKind::kInvalid);
  }
  for (int number : {0, 1, 256, -1}) {
    std::vector<SecretShare> shares;
    shares.push_back({.number = 1, .bytes = secret.Clone()});
    shares.push_back({.number = number, .bytes = secret.Clone()});
    EXPECT_EQ(JoinShares(shares).error().kind, ErrorKind::kInvalid) << number;
  }
}

}  // namespace
}  // namespace kagimori::crypto
