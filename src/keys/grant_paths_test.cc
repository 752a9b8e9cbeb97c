#include "keys/grant_paths.h"

#include <gtest/gtest.h>

#include <set>

#include "keys/testing/test_grants.h"

namespace kagimori::keys {
namespace {

std::string Hex(const std::string& path) { return HexEncode(AsBytes(path)); }

GrantId TestId() {
  GrantId id;
  id.random.fill(0xCD);
  id.grantee.fill(0xEF);
  return id;
}

// docs/storage-format.md: another path would lose what is stored.
TEST(GrantPaths, AreStable) {
  seal::TestStore test;
  const KeyName name = TestName(0xAB);
  const std::string tail = Hex(HeadPath(name)).substr(2);
  const std::string id = std::string("efefefefefefefefefefefefefefefef") + "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";
  EXPECT_EQ(Hex(GrantPath(name, TestId())), "24" + tail + "01" + id);
  EXPECT_EQ(Hex(GranteeHeadPath(name, TestId().grantee)), "24" + tail + "02" + id.substr(0, 32));
  EXPECT_EQ(Hex(GrantCountPath(name, 15)), "24" + tail + "030f");
  Grant grant = TestGrant(TestRole("ONE"), {GrantOperation::kDecrypt}, name);
  grant.name = "n";
  const std::string by_name = Hex(GrantNamePath(*test.hierarchy, grant));
  EXPECT_TRUE(by_name.starts_with("24" + tail + "04"));
  EXPECT_EQ(by_name.size(), 2 + tail.size() + 2 + 32);
  const GrantPrincipal retiring = TestRole("R", kOtherAccount);
  const std::string retirable = Hex(RetirablePath(*test.hierarchy, retiring, name, TestId()));
  EXPECT_EQ(ReadBe(AsBytes(RetirablePath(*test.hierarchy, retiring, name, TestId())).subspan(1, 6)),
            kOtherAccount.number());
  EXPECT_TRUE(retirable.starts_with("25"));
  EXPECT_EQ(retirable.substr(14, 4), "0015");
  // Behind the marker: account, key and grant.
  EXPECT_EQ(retirable.substr(18 + 32), tail.substr(0, 12) + tail.substr(16) + id);
}

TEST(GrantPaths, PrefixesHoldTheirPaths) {
  seal::TestStore test;
  const KeyName name = TestName();
  EXPECT_TRUE(GrantPath(name, TestId()).starts_with(GrantsPrefix(name)));
  EXPECT_TRUE(GrantPath(name, TestId()).starts_with(GrantsPrefix(name, TestId().grantee)));
  for (const std::string& path : {GrantPath(name, TestId()), GranteeHeadPath(name, {}), GrantCountPath(name, 0)}) {
    EXPECT_TRUE(path.starts_with(GrantRecordsPrefix(name)));
    EXPECT_FALSE(path.starts_with(GrantRecordsPrefix(TestName(2))));
  }
  const GrantPrincipal retiring = TestRole("R");
  EXPECT_TRUE(RetirablePath(*test.hierarchy, retiring, name, TestId())
                  .starts_with(RetirablePrefix(*test.hierarchy, retiring, kTestRegion)));
}

TEST(GrantPaths, ParseBack) {
  seal::TestStore test;
  const KeyName name = TestName(0x7F, kOtherAccount);
  auto grant = ParseGrantRecordPath(GrantPath(name, TestId()));
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->key, name);
  EXPECT_EQ(grant->kind, GrantRecordKind::kGrant);
  EXPECT_EQ(grant->id, TestId());
  EXPECT_EQ(ParseGrantRecordPath(GranteeHeadPath(name, TestId().grantee))->id.grantee, TestId().grantee);
  EXPECT_EQ(ParseGrantRecordPath(GrantCountPath(name, 9))->part, 9u);
  auto retirable = ParseRetirablePath(RetirablePath(*test.hierarchy, TestRole("R"), name, TestId()));
  ASSERT_TRUE(retirable);
  EXPECT_EQ(retirable->key, name);
  EXPECT_EQ(retirable->id, TestId());

  for (const std::string& path : {GrantPath(name, TestId()), GranteeHeadPath(name, {}), GrantCountPath(name, 1)}) {
    EXPECT_FALSE(ParseGrantRecordPath(path + "x"));
    EXPECT_FALSE(ParseGrantRecordPath(path.substr(0, path.size() - 1)));
    std::string region = path;
    region[7] = '\x7F';
    EXPECT_FALSE(ParseGrantRecordPath(region));
    std::string kind = path;
    kind[26] = 9;
    EXPECT_FALSE(ParseGrantRecordPath(kind));
  }
  EXPECT_FALSE(ParseGrantRecordPath(""));
  EXPECT_FALSE(ParseGrantRecordPath(HeadPath(name)));
  EXPECT_FALSE(ParseRetirablePath(RetirablePath(*test.hierarchy, TestRole("R"), name, TestId()) + "x"));
  EXPECT_FALSE(ParseRetirablePath(GrantPath(name, TestId())));
}

TEST(GrantPaths, AreOfTheirAccounts) {
  seal::TestStore test;
  const KeyName name = TestName(1, kTestAccount);
  const std::string retirable = RetirablePath(*test.hierarchy, TestRole("R", kOtherAccount), name, TestId());
  EXPECT_EQ(seal::SealingAccount(GrantPath(name, TestId())), kTestAccount);
  EXPECT_EQ(seal::LedgerAccount(GrantPath(name, TestId())), kTestAccount);
  EXPECT_EQ(seal::SealingAccount(retirable), kOtherAccount);
  EXPECT_EQ(seal::LedgerAccount(retirable), kOtherAccount);
}

TEST(GrantMarkers, DifferByKindAndNameAndRegion) {
  seal::TestStore test;
  std::set<ByteArray<16>> markers;
  KeyName key = TestName();
  for (PrincipalForm form : {PrincipalForm{PrincipalKind::kUser, "X"}, PrincipalForm{PrincipalKind::kRole, "X"},
                             PrincipalForm{PrincipalKind::kUser, "Y"}}) {
    markers.insert(GranteeMarker(*test.hierarchy, {.key = key, .grantee = form}));
  }
  key.region = *Region::Parse("us-east-1");
  markers.insert(GranteeMarker(*test.hierarchy, {.key = key, .grantee = {PrincipalKind::kUser, "X"}}));
  EXPECT_EQ(markers.size(), 4u);
  EXPECT_NE(GrantTag(*test.hierarchy, key, TestId()), GrantTag(*test.hierarchy, TestName(), TestId()));
}

}  // namespace
}  // namespace kagimori::keys
