#include "keys/key_reference.h"

#include <gtest/gtest.h>

#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

constexpr std::string_view kUuid = "1234abcd-12ab-34cd-56ef-1234567890ab";
constexpr std::string_view kMrk = "mrk-1234abcd12ab34cd56ef1234567890ab";
const std::string kArn = "arn:aws:kms:eu-central-1:111122223333:";

ParsedReference Parse(std::string_view text, AliasForms forms = AliasForms::kAllowed) {
  return ParseKeyReference(text, kTestAccount, kTestRegion, forms);
}

void ExpectBad(std::string_view text, BadReference reason, std::string_view repeated,
               AliasForms forms = AliasForms::kAllowed) {
  ParsedReference parsed = Parse(text, forms);
  const auto* bad = std::get_if<BadKeyReference>(&parsed);
  ASSERT_NE(bad, nullptr) << text;
  EXPECT_EQ(bad->reason, reason) << text;
  EXPECT_EQ(bad->text, repeated) << text;
}

TEST(KeyReference, AnIdMeansTheCallersAccountAndTheEndpointsRegion) {
  for (std::string_view id : {kUuid, kMrk}) {
    for (AliasForms forms : {AliasForms::kAllowed, AliasForms::kRefused}) {
      auto key = std::get<KeyReference>(Parse(id, forms));
      EXPECT_EQ(key.name.account, kTestAccount);
      EXPECT_EQ(key.name.region, kTestRegion);
      EXPECT_EQ(key.name.id.ToString(), id);
      EXPECT_TRUE(key.canonical);
      EXPECT_EQ(key.arn, kArn + "key/" + std::string(id));
    }
  }
}

TEST(KeyReference, AnArnMayNameAnotherAccount) {
  std::string arn = "arn:aws:kms:eu-central-1:444455556666:key/" + std::string(kMrk);
  auto key = std::get<KeyReference>(Parse(arn));
  EXPECT_EQ(key.name.account, kOtherAccount);
  EXPECT_EQ(key.name.id.kind, KeyId::Kind::kMultiRegion);
  EXPECT_EQ(key.arn, arn);
}

TEST(KeyReference, AliasNameAndAliasArn) {
  auto name = std::get<AliasReference>(Parse("alias/app/one"));
  EXPECT_EQ(name.name, TestAliasName("alias/app/one"));
  EXPECT_EQ(name.arn, kArn + "alias/app/one");
  std::string arn = "arn:aws:kms:eu-central-1:444455556666:alias/x:y";
  auto foreign = std::get<AliasReference>(Parse(arn));
  EXPECT_EQ(foreign.name.account, kOtherAccount);
  EXPECT_EQ(foreign.name.name, "alias/x:y");
  EXPECT_EQ(foreign.arn, arn);
}

// The rows of the reference's table of errors that need no lookup.
TEST(KeyReference, WhatIsNoKeyId) {
  for (std::string_view text :
       {"foo", "1234abcd12ab34cd56ef1234567890ab", "mrk-1234", "mrk-fake-key-id", "", "key/x", " ", "ARN:aws:kms",
        "1234abcd-12ab-34cd-56ef-1234567890a", "1234abcd-12ab-34cd-56ef-1234567890abc",
        "1234abcd-12ab-34cd-56ef-1234567890ag", "1234abcd_12ab-34cd-56ef-1234567890ab",
        "MRK-1234abcd12ab34cd56ef1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890abc", "Alias/x", "alias"}) {
    ExpectBad(text, BadReference::kBadId, text);
    ExpectBad(text, BadReference::kBadId, text, AliasForms::kRefused);
  }
  ExpectBad(kArn + "key/foo", BadReference::kBadIdInArn, "foo");
  ExpectBad(kArn + "key/", BadReference::kBadIdInArn, "");
  ExpectBad(kArn + "key/alias/x", BadReference::kBadIdInArn, "alias/x");
}

TEST(KeyReference, AnotherRegionIsNamed) {
  for (std::string_view rest : {"key/1234abcd-12ab-34cd-56ef-1234567890ab", "key/foo", "alias/x"}) {
    ExpectBad("arn:aws:kms:us-west-2:111122223333:" + std::string(rest), BadReference::kOtherRegion, "us-west-2");
    ExpectBad("arn:aws:kms::111122223333:" + std::string(rest), BadReference::kOtherRegion, "");
  }
}

TEST(KeyReference, UpperCaseNamesNoKeyAndKeepsItsCase) {
  auto key = std::get<KeyReference>(Parse("1234ABCD-12ab-34cd-56ef-1234567890ab"));
  EXPECT_FALSE(key.canonical);
  EXPECT_EQ(key.arn, kArn + "key/1234ABCD-12ab-34cd-56ef-1234567890ab");
  auto by_arn = std::get<KeyReference>(Parse(kArn + "key/mrk-1234ABCD12ab34cd56ef1234567890ab"));
  EXPECT_FALSE(by_arn.canonical);
  EXPECT_EQ(by_arn.arn, kArn + "key/mrk-1234ABCD12ab34cd56ef1234567890ab");
}

TEST(KeyReference, AliasesWhereOnlyKeysAreTaken) {
  for (const std::string& text : {std::string("alias/x"), std::string("alias/"), kArn + "alias/x",
                                  std::string("arn:aws:kms:us-west-2:111122223333:alias/x")}) {
    ExpectBad(text, BadReference::kAliasNotAllowed, "", AliasForms::kRefused);
  }
}

TEST(KeyReference, ArnsOfOtherThings) {
  for (const std::string& text :
       {std::string("arn:"), std::string("arn:aws:kms"), std::string("arn:aws:kms:eu-central-1:111122223333"), kArn,
        kArn + "grant/x", kArn + "key", kArn + "Key/" + std::string(kUuid),
        "arn:aws:s3:eu-central-1:111122223333:key/" + std::string(kUuid),
        "arn:aws-cn:kms:eu-central-1:111122223333:key/" + std::string(kUuid),
        "arn:aws:kms:eu-central-1:11112222333:key/" + std::string(kUuid),
        "arn:aws:kms:eu-central-1:11112222333x:key/" + std::string(kUuid),
        "arn:aws:kms:eu-central-1::key/" + std::string(kUuid)}) {
    ExpectBad(text, BadReference::kBadArn, text);
  }
}

// The hot path's parser gives what the whole one gives, or nothing.
TEST(KeyReference, ThePlainParserAgrees) {
  size_t plain = 0;
  for (const std::string& text :
       {std::string(kUuid), std::string(kMrk), kArn + "key/" + std::string(kUuid), kArn + "key/" + std::string(kMrk),
        "arn:aws:kms:eu-central-1:444455556666:key/" + std::string(kUuid),
        std::string("1234ABCD-12ab-34cd-56ef-1234567890ab"), kArn + "key/1234ABCD-12ab-34cd-56ef-1234567890ab",
        std::string("alias/x"), kArn + "alias/x", std::string("foo"), std::string(), kArn + "key/foo", kArn + "key/",
        kArn, std::string("arn:"), "arn:aws:kms:us-west-2:111122223333:key/" + std::string(kUuid),
        "arn:aws-cn:kms:eu-central-1:111122223333:key/" + std::string(kUuid),
        "arn:aws:s3:eu-central-1:111122223333:key/" + std::string(kUuid),
        "arn:aws:kms:eu-central-1:11112222333:key/" + std::string(kUuid)}) {
    ParsedReference parsed = Parse(text);
    const auto* key = std::get_if<KeyReference>(&parsed);
    std::optional<KeyName> name = ParsePlainKeyReference(text, kTestAccount, kTestRegion);
    EXPECT_EQ(name.has_value(), key != nullptr && key->canonical) << text;
    if (name && key != nullptr) {
      EXPECT_EQ(*name, key->name) << text;
      ++plain;
    }
  }
  EXPECT_EQ(plain, 5u);
}

TEST(KeyReference, ThePartitionIsTheRegions) {
  Region china = *Region::Parse("cn-north-1");
  auto parsed = ParseKeyReference(kUuid, kTestAccount, china, AliasForms::kRefused);
  EXPECT_EQ(std::get<KeyReference>(parsed).arn, "arn:aws-cn:kms:cn-north-1:111122223333:key/" + std::string(kUuid));
}

}  // namespace
}  // namespace kagimori::keys
