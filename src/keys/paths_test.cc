#include "keys/paths.h"

#include <gtest/gtest.h>

#include <set>

#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

std::string Hex(const std::string& path) { return HexEncode(AsBytes(path)); }

// docs/storage-format.md: another path would lose what is stored.
TEST(Paths, AreStable) {
  KeyName name = TestName(0xAB);  // in eu-central-1, Region 21
  std::string tail = HexEncode(AsBytes(HeadPath(name))).substr(2);
  EXPECT_EQ(Hex(HeadPath(name)).substr(0, 2), "20");
  EXPECT_EQ(tail.substr(12, 4), "0015");
  EXPECT_EQ(ReadBe(AsBytes(HeadPath(name)).subspan(1, 6)), 111122223333u);
  EXPECT_EQ(tail.substr(16),
            "01"
            "abababababababababababababababab");
  EXPECT_EQ(Hex(PartPath(name, Part::kDescription)), "21" + tail + "01");
  EXPECT_EQ(Hex(PartPath(name, Part::kPolicy)), "21" + tail + "02");
  EXPECT_EQ(Hex(PartPath(name, Part::kTags)), "21" + tail + "03");
  EXPECT_EQ(Hex(PartPath(name, Part::kAliases)), "21" + tail + "04");
  EXPECT_EQ(Hex(MaterialPath(name, TestMaterialId(0xCD))), "21" + tail + "05" + HexEncode(TestMaterialId(0xCD)));
  EXPECT_EQ(Hex(DuePath(Timestamp{0x0102030405}, name)), "230000000102030405" + tail);
  EXPECT_EQ(Hex(OutboxPath({0xEF})), "30ef" + std::string(30, '0'));
  EXPECT_EQ(Hex(ClockPath()), "02");
}

TEST(Paths, PrefixesHoldTheirPaths) {
  seal::TestStore test;
  KeyName name = TestName();
  EXPECT_TRUE(HeadPath(name).starts_with(HeadPrefix(name.account, name.region)));
  EXPECT_TRUE(MaterialPath(name, {}).starts_with(PartPrefix(name)));
  EXPECT_TRUE(DuePath(kTestNow, name).starts_with(DuePrefix()));
  EXPECT_TRUE(OutboxPath({}).starts_with(OutboxPrefix()));
  EXPECT_TRUE(AliasPath(*test.hierarchy, TestAliasName("alias/x")).starts_with(AliasPrefix(kTestAccount, kTestRegion)));
  EXPECT_FALSE(HeadPath(TestName(1, kOtherAccount)).starts_with(HeadPrefix(name.account, name.region)));
}

TEST(Paths, DueIsInTheOrderOfTime) {
  KeyName low = TestName(0x00);
  KeyName high = TestName(0xFF);
  EXPECT_LT(DuePath(Timestamp{255}, high), DuePath(Timestamp{256}, low));
  EXPECT_LT(DuePath(Timestamp{1}, high), DuePath(Timestamp{1'000'000'000'000}, low));
}

TEST(Paths, AliasPathsShowNoNameAndNeverMeet) {
  seal::TestStore test;
  std::set<std::string> paths;
  for (std::string_view name : {"alias/a", "alias/b", "alias/A"}) {
    std::string path = AliasPath(*test.hierarchy, TestAliasName(std::string(name)));
    EXPECT_EQ(path.size(), 1u + 6u + 2u + 16u);
    EXPECT_EQ(path.find("alias"), path.npos);
    paths.insert(path);
  }
  AliasName other = TestAliasName("alias/a");
  other.account = kOtherAccount;
  paths.insert(AliasPath(*test.hierarchy, other).substr(9));
  other = TestAliasName("alias/a");
  other.region = *Region::Parse("us-east-1");
  paths.insert(AliasPath(*test.hierarchy, other).substr(9));
  EXPECT_EQ(paths.size(), 5u);
}

TEST(Paths, HeadPathsParseBack) {
  for (KeyId::Kind kind : {KeyId::Kind::kSingleRegion, KeyId::Kind::kMultiRegion}) {
    KeyName name = TestName(0x7F, kOtherAccount);
    name.id.kind = kind;
    EXPECT_EQ(ParseHeadPath(HeadPath(name)), name);
  }
  std::string path = HeadPath(TestName());
  EXPECT_FALSE(ParseHeadPath(""));
  EXPECT_FALSE(ParseHeadPath(path + "x"));
  EXPECT_FALSE(ParseHeadPath(path.substr(0, path.size() - 1)));
  EXPECT_FALSE(ParseHeadPath(PartPrefix(TestName())));
  std::string region = path;
  region[7] = '\x7F';
  EXPECT_FALSE(ParseHeadPath(region));
  std::string kind = path;
  kind[9] = 3;
  EXPECT_FALSE(ParseHeadPath(kind));
}

}  // namespace
}  // namespace kagimori::keys
