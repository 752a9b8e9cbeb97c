#include "gateway/request_quotas.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace kagimori::gateway {
namespace {

using shapes::DataKeyPairSpec;
using shapes::KeySpec;
using shapes::Operation;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr AccountId kAlice = AccountId::FromNumber(111122223333);
constexpr AccountId kBob = AccountId::FromNumber(444455556666);
const Region kFrankfurt = *Region::Parse("eu-central-1");
const Region kVirginia = *Region::Parse("us-east-1");

// Tells how many of `tries` requests at one moment are let through.
int Taken(RequestQuotas* quotas, RequestQuotas::View* view, AccountId account, Region region, QuotaGroup group,
          RequestQuotas::Time now, int tries) {
  int taken = 0;
  for (int i = 0; i < tries; ++i) taken += quotas->Take(view, account, region, group, now) ? 1 : 0;
  return taken;
}

TEST(RequestRates, AreReadOrRefused) {
  EXPECT_FALSE(ParseRequestRates("off")->any());
  auto some = ParseRequestRates("CreateKey=50,symmetric=0.5");
  ASSERT_TRUE(some);
  EXPECT_EQ(some->Of(QuotaGroup::Of(Operation::kCreateKey), kFrankfurt), 50);
  EXPECT_EQ(some->Of(QuotaGroup::Symmetric(), kVirginia), 0.5);
  EXPECT_EQ(some->Of(QuotaGroup::Rsa(), kVirginia), std::nullopt);
  auto mixed = ParseRequestRates("aws,RSA_4096=3");
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->Of(QuotaGroup::Of(DataKeyPairSpec::kRsa4096), kFrankfurt), 3);
  EXPECT_EQ(mixed->Of(QuotaGroup::Symmetric(), kVirginia), 100'000);
  EXPECT_EQ(mixed->Of(QuotaGroup::Symmetric(), kFrankfurt), 20'000);
  EXPECT_EQ(mixed->Of(QuotaGroup::Symmetric(), *Region::Parse("eu-north-1")), 10'000);
  EXPECT_EQ(ParseRequestRates("aws,symmetric=7")->Of(QuotaGroup::Symmetric(), kVirginia), 7);
  for (std::string_view wrong :
       {"", "on", "aws,", ",aws", "CreateKey", "CreateKey=", "CreateKey=0", "CreateKey=-1", "CreateKey=1e3",
        "CreateKey=nan", "CreateKey=1000001", "CreateKey=5 ", "createkey=5", "Nothing=5", "off,aws"}) {
    EXPECT_FALSE(ParseRequestRates(wrong)) << wrong;
  }
}

// Encrypt and the like have no quota of their own; everything else that AWS lists has one.
TEST(RequestRates, AwsHasOneForEveryGroupThatARequestCanFallInto) {
  const RequestRates rates = *ParseRequestRates("aws");
  for (size_t i = 0; i < shapes::kOperationCount; ++i) {
    const auto operation = static_cast<Operation>(i);
    if (BasisOf(operation) != QuotaBasis::kOperation) continue;
    EXPECT_TRUE(rates.Of(GroupOf(operation), kFrankfurt)) << GroupOf(operation).name();
  }
  for (size_t i = 0; i < shapes::EnumTraits<DataKeyPairSpec>::kNames.size(); ++i)
    EXPECT_TRUE(rates.Of(QuotaGroup::Of(static_cast<DataKeyPairSpec>(i)), kFrankfurt)) << i;
  for (size_t i = 0; i < shapes::EnumTraits<KeySpec>::kNames.size(); ++i)
    EXPECT_TRUE(rates.Of(QuotaGroup::Of(static_cast<KeySpec>(i)), kFrankfurt)) << i;
}

TEST(QuotaGroup, EveryNameFindsItsGroup) {
  for (uint8_t i = 0; i < QuotaGroup::kCount; ++i)
    EXPECT_EQ(QuotaGroup::Find(QuotaGroup::At(i).name()), QuotaGroup::At(i)) << QuotaGroup::At(i).name();
  EXPECT_EQ(QuotaGroup::Of(KeySpec::kHmac256), QuotaGroup::Symmetric());
  EXPECT_EQ(QuotaGroup::Of(KeySpec::kSm2), QuotaGroup::Ecc());
  EXPECT_EQ(QuotaGroup::Of(KeySpec::kMlKem768), QuotaGroup::MlKem());
}

TEST(RequestQuotas, ASecondsWorthAtOnceAndThenTheRate) {
  RequestQuotas quotas(*ParseRequestRates("CreateKey=5"));
  RequestQuotas::View view;
  const QuotaGroup group = QuotaGroup::Of(Operation::kCreateKey);
  RequestQuotas::Time now{seconds(1000)};
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, group, now, 20), 5);
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, group, now + milliseconds(199), 20), 0);
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, group, now + milliseconds(200), 20), 1);
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, group, now + milliseconds(700), 20), 2);
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, group, now + seconds(3600), 20), 5)
      << "it holds a second's worth";
}

TEST(RequestQuotas, LessThanOneASecondStillLetsOneThrough) {
  RequestQuotas quotas(*ParseRequestRates("RSA_4096=0.5"));
  RequestQuotas::View view;
  const QuotaGroup group = QuotaGroup::Of(DataKeyPairSpec::kRsa4096);
  RequestQuotas::Time now{seconds(1000)};
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, group, now, 5), 1);
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, group, now + milliseconds(1999), 5), 0);
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, group, now + seconds(2), 5), 1);
}

TEST(RequestQuotas, AccountsRegionsAndGroupsAreApart) {
  RequestQuotas quotas(*ParseRequestRates("CreateKey=1,DeleteAlias=1"));
  RequestQuotas::View view;
  const RequestQuotas::Time now{seconds(1)};
  const QuotaGroup create = QuotaGroup::Of(Operation::kCreateKey);
  for (const Region region : {kFrankfurt, kVirginia}) {
    EXPECT_EQ(Taken(&quotas, &view, kAlice, region, create, now, 3), 1);
    EXPECT_EQ(Taken(&quotas, &view, kBob, region, create, now, 3), 1);
  }
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, QuotaGroup::Of(Operation::kDeleteAlias), now, 3), 1);
  EXPECT_EQ(Taken(&quotas, &view, kAlice, kFrankfurt, QuotaGroup::Of(Operation::kListKeys), now, 3), 3) << "no quota";
}

TEST(RequestQuotas, CoresShareWhatThereIs) {
  RequestQuotas quotas(*ParseRequestRates("symmetric=10000"));
  const RequestQuotas::Time now{seconds(1)};
  std::atomic<int> taken = 0;
  std::vector<std::thread> cores;
  for (int i = 0; i < 4; ++i) {
    cores.emplace_back([&] {
      RequestQuotas::View view;
      taken += Taken(&quotas, &view, kAlice, kFrankfurt, QuotaGroup::Symmetric(), now, 9000);
    });
  }
  for (std::thread& core : cores) core.join();
  EXPECT_EQ(taken, 10'000);
}

}  // namespace
}  // namespace kagimori::gateway
