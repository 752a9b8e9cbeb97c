#include "keys/resource_quotas.h"

#include <gtest/gtest.h>

#include "base/result.h"

namespace kagimori::keys {
namespace {

const AccountId kOne = AccountId::FromNumber(111122223333);
const AccountId kOther = AccountId::FromNumber(444455556666);

TEST(ResourceQuotasTest, AreAwssUnlessSaidOtherwise) {
  const ResourceQuotas quotas = ResourceQuotas::Parse("aws").value();
  EXPECT_EQ(quotas.Of(kOne).keys, 100'000u);
  EXPECT_EQ(quotas.Of(kOne).aliases_per_key, 50u);
  EXPECT_EQ(quotas.Of(kOne).grants_per_key, 50'000u);
}

TEST(ResourceQuotasTest, AnAccountHasItsOwnAndTheRestOfEverybodys) {
  const ResourceQuotas quotas =
      ResourceQuotas::Parse("111122223333:keys=5,aliases=7,keys=9,111122223333:grants=0").value();
  EXPECT_EQ(quotas.Of(kOne).keys, 5u);
  EXPECT_EQ(quotas.Of(kOne).aliases_per_key, 7u) << "said of everybody, after the account was named first";
  EXPECT_EQ(quotas.Of(kOne).grants_per_key, 0u);
  EXPECT_EQ(quotas.Of(kOther).keys, 9u);
  EXPECT_EQ(quotas.Of(kOther).aliases_per_key, 7u);
  EXPECT_EQ(quotas.Of(kOther).grants_per_key, 50'000u);
}

TEST(ResourceQuotasTest, AnythingElseIsRefused) {
  for (const char* text : {"", "keys", "keys=", "keys=x", "keys=-1", "keys=1000000001", "aliases=1001",
                           "grants=1000001", "keys=5,", ",keys=5", "aws,keys=5", "rotations=1", "11112222333:keys=5",
                           ":keys=5", "1:1:keys=5", "keys=18446744073709551617", "keys=5 ", "KEYS=5"}) {
    EXPECT_FALSE(ResourceQuotas::Parse(text)) << text;
  }
  EXPECT_TRUE(ResourceQuotas::Parse("keys=1000000000,aliases=1000,grants=1000000"));
}

}  // namespace
}  // namespace kagimori::keys
