#include "seal/sealed_record.h"

#include <gtest/gtest.h>

#include <set>

#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

const AccountId kAccount = AccountId::FromNumber(111122223333);
const AccountId kOther = AccountId::FromNumber(444455556666);
constexpr std::string_view kPath = "\x20path";
constexpr std::string_view kMessage = "canary canary canary canary";

class SealedRecordTest : public ::testing::Test {
 protected:
  Bytes Seal(uint64_t version = 7) {
    return SealRecord(*store_.hierarchy, {.path = kPath, .account = kAccount, .version = version}, kMessage);
  }
  static void ExpectCorrupt(const Result<OpenedRecord>& opened) {
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt);
  }
  TestStore store_;
};

TEST_F(SealedRecordTest, OpensAsItWasSealed) {
  auto opened = OpenRecord(*store_.hierarchy, kPath, kAccount, Seal(), 7);
  ASSERT_TRUE(opened) << Describe(opened.error());
  EXPECT_EQ(opened->message, kMessage);
  EXPECT_EQ(opened->schema, 2);
  EXPECT_EQ(opened->version, 7u);
  // And in the next run of the program.
  auto loaded = KeyHierarchy::Load(TestRootKey(), &store_.store, store_.deployment).value();
  EXPECT_TRUE(OpenRecord(*loaded, kPath, kAccount, Seal()));
}

TEST_F(SealedRecordTest, HasTheDocumentedLayout) {
  Bytes stored = Seal();
  EXPECT_EQ(stored.size(), 1 + 2 + 4 + 8 + 32 + kMessage.size() + 16);
  EXPECT_EQ(HexEncode(ByteView(stored).first(15)), "010002000000020000000000000007");
}

TEST_F(SealedRecordTest, EmptyMessage) {
  Bytes stored = SealRecord(*store_.hierarchy, {.path = kPath, .account = kAccount}, "");
  auto opened = OpenRecord(*store_.hierarchy, kPath, kAccount, stored);
  ASSERT_TRUE(opened) << Describe(opened.error());
  EXPECT_EQ(opened->message, "");
}

TEST_F(SealedRecordTest, EveryFlippedBitAndEveryCutIsFound) {
  const Bytes stored = Seal();
  for (size_t bit = 0; bit < stored.size() * 8; ++bit) {
    Bytes changed = stored;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ExpectCorrupt(OpenRecord(*store_.hierarchy, kPath, kAccount, changed));
  }
  for (size_t size = 0; size < stored.size(); ++size) {
    ExpectCorrupt(OpenRecord(*store_.hierarchy, kPath, kAccount, ByteView(stored).first(size)));
  }
  Bytes longer = stored;
  longer.push_back(0);
  ExpectCorrupt(OpenRecord(*store_.hierarchy, kPath, kAccount, longer));
}

TEST_F(SealedRecordTest, OpensNowhereElse) {
  Bytes stored = Seal();
  ExpectCorrupt(OpenRecord(*store_.hierarchy, "\x20pati", kAccount, stored));
  ExpectCorrupt(OpenRecord(*store_.hierarchy, "\x20patht", kAccount, stored));
  ExpectCorrupt(OpenRecord(*store_.hierarchy, kPath, kOther, stored));
  ExpectCorrupt(OpenRecord(*store_.hierarchy, kPath, kNoAccount, stored));
  ExpectCorrupt(OpenRecord(*store_.hierarchy, kPath, kAccount, stored, 6));
  ExpectCorrupt(OpenRecord(*store_.hierarchy, kPath, kAccount, stored, 8));
  TestStore other;
  ExpectCorrupt(OpenRecord(*other.hierarchy, kPath, kAccount, stored));
}

TEST_F(SealedRecordTest, NothingOfTheMessageShowsAndNoTwoAreAlike) {
  std::set<Bytes> salts;
  for (int i = 0; i < 100; ++i) {
    Bytes stored = Seal();
    EXPECT_EQ(AsText(stored).find("canary"), std::string::npos);
    EXPECT_EQ(AsText(stored).find("path"), std::string::npos);
    salts.insert(Bytes(stored.begin() + 15, stored.begin() + 47));
  }
  EXPECT_EQ(salts.size(), 100u);
}

TEST_F(SealedRecordTest, WrappedSecretIsBoundToItsBindingAndAccount) {
  auto secret = secret::SecretTesting::FromText("forty-two bytes of key material, or so it is");
  Bytes wrapped = WrapSecret(*store_.hierarchy, kAccount, "material/1", secret);
  EXPECT_EQ(AsText(wrapped).find("key mat"), std::string::npos);
  auto opened = UnwrapSecret(*store_.hierarchy, kAccount, "material/1", wrapped);
  ASSERT_TRUE(opened) << Describe(opened.error());
  EXPECT_EQ(secret::SecretTesting::BytesOf(*opened), secret::SecretTesting::BytesOf(secret));

  TestStore other;
  EXPECT_EQ(UnwrapSecret(*store_.hierarchy, kAccount, "material/2", wrapped).error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(UnwrapSecret(*store_.hierarchy, kAccount, "", wrapped).error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(UnwrapSecret(*store_.hierarchy, kOther, "material/1", wrapped).error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(UnwrapSecret(*other.hierarchy, kAccount, "material/1", wrapped).error().kind, ErrorKind::kCorrupt);
  for (size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    Bytes changed = wrapped;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(UnwrapSecret(*store_.hierarchy, kAccount, "material/1", changed)) << bit;
  }
  for (size_t size = 0; size < wrapped.size(); ++size) {
    EXPECT_FALSE(UnwrapSecret(*store_.hierarchy, kAccount, "material/1", ByteView(wrapped).first(size)));
  }
}

TEST_F(SealedRecordTest, NameMarkersDependOnEverything) {
  std::set<ByteArray<16>> markers;
  TestStore other;
  for (const KeyHierarchy* hierarchy : {store_.hierarchy.get(), other.hierarchy.get()}) {
    for (AccountId account : {kAccount, kOther}) {
      for (uint8_t kind : {1, 2}) {
        for (uint16_t region : {1, 256}) {
          for (std::string_view name : {"alias/a", "alias/b", ""}) {
            markers.insert(NameMarker(*hierarchy, account, kind, region, name));
          }
        }
      }
    }
  }
  EXPECT_EQ(markers.size(), 2u * 2 * 2 * 2 * 3);
  EXPECT_EQ(NameMarker(*store_.hierarchy, kAccount, 1, 1, "alias/a"),
            NameMarker(*store_.hierarchy, kAccount, 1, 1, "alias/a"));
}

}  // namespace
}  // namespace kagimori::seal
