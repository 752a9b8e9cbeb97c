// The rules that operations share: of alias names, tags, policies, pages, data keys, and the notes in the audit record.
#include <gtest/gtest.h>

#include "keys/default_policy.h"
#include "keys/testing/test_keys.h"
#include "kms/alias_rules.h"
#include "kms/data_key.h"
#include "kms/errors.h"
#include "kms/key_policy.h"
#include "kms/material_note.h"
#include "kms/paging.h"
#include "kms/tag_rules.h"

namespace kagimori::kms {
namespace {

shapes::Tag TagOf(std::string key, std::string value = "v") {
  shapes::Tag tag;
  tag.tag_key = std::move(key);
  tag.tag_value = std::move(value);
  return tag;
}

void ExpectRefused(const std::optional<shapes::ApiError>& refused, std::string_view name, std::string_view message) {
  ASSERT_TRUE(refused) << message;
  EXPECT_EQ(refused->name(), name);
  EXPECT_EQ(refused->message(), message);
}

TEST(AliasRules, TheServicesTexts) {
  EXPECT_FALSE(CheckAliasName("alias/x"));
  EXPECT_FALSE(CheckAliasName("alias/alias/x"));
  EXPECT_FALSE(CheckAliasName("alias/aws"));
  EXPECT_FALSE(CheckAliasName("alias/awsome/x"));
  for (std::string_view name :
       {"x", "", "Alias/x", "alias", "/alias/x", "arn:aws:kms:eu-central-1:111122223333:alias/x"}) {
    ExpectRefused(CheckAliasName(name), "ValidationException",
                  "Alias must start with the prefix \"alias/\". Please see "
                  "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html");
  }
  ExpectRefused(CheckAliasName("alias/a:b"), "ValidationException",
                "alias/a:b contains invalid characters for an alias");
  ExpectRefused(CheckAliasName("alias/aws/s3"), "NotAuthorizedException", "");
  ExpectRefused(CheckAliasName("alias/aws/"), "NotAuthorizedException", "");
  EXPECT_TRUE(CheckAliasName("alias/"));
}

TEST(AliasRules, NamesStaySorted) {
  std::vector<std::string> names;
  for (const char* name : {"alias/b", "alias/a", "alias/c"}) names = WithAlias(std::move(names), name);
  EXPECT_EQ(names, (std::vector<std::string>{"alias/a", "alias/b", "alias/c"}));
  EXPECT_EQ(WithoutAlias(names, "alias/b"), (std::vector<std::string>{"alias/a", "alias/c"}));
  EXPECT_EQ(WithoutAlias(names, "alias/none"), names);
}

TEST(TagRules, TheServicesTexts) {
  EXPECT_FALSE(CheckTags({}));
  EXPECT_FALSE(CheckTags({TagOf("a"), TagOf("A"), TagOf("a b_./=+-@:"), TagOf("\xC3\xA4", "")}));
  EXPECT_FALSE(CheckTags({TagOf("awsome"), TagOf("my-aws:x")}));
  ExpectRefused(CheckTags({TagOf("a"), TagOf("b"), TagOf("a", "w")}), "TagException", "Duplicate tag keys");
  for (const char* key : {"aws:x", "AWS:x", "aWs:", "Aws:y"}) {
    ExpectRefused(CheckTags({TagOf(key)}), "TagException", "Tags beginning with aws: are reserved");
  }
  std::vector<shapes::Tag> many;
  for (int i = 0; i < 50; ++i) many.push_back(TagOf("k" + std::to_string(i)));
  EXPECT_FALSE(CheckTags(many));
  many.push_back(TagOf("one more"));
  ExpectRefused(CheckTags(many), "TagException", "Too many tags");
  EXPECT_TRUE(CheckTags({TagOf("a\n")}));
  EXPECT_TRUE(CheckTags({TagOf("a", "<b>")}));
}

TEST(TagRules, MergingReplacesValuesAndKeepsTheOrder) {
  std::vector<keys::Tag> all;
  MergeTags({TagOf("b", "1"), TagOf("a", "2")}, &all);
  MergeTags({TagOf("c", "3"), TagOf("b", "4")}, &all);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].key + all[0].value + all[1].key + all[1].value + all[2].key + all[2].value, "a2b4c3");
}

TEST(KeyPolicyRules, TheDefaultIsNotStoredAndEverythingElseIsToTheByte) {
  const std::string standard = keys::DefaultKeyPolicy(keys::kTestAccount, keys::kTestRegion);
  keys::Key key = keys::TestKey();
  key.policy_bindings = {{"arn", "id"}};
  SetPolicy({.text = standard, .bindings = {}, .document = nullptr}, &key);
  EXPECT_EQ(key.policy, std::nullopt);
  EXPECT_TRUE(key.policy_bindings.empty());
  const policy::PrincipalBindings bindings{{"arn:aws:iam::111122223333:user/Bob", "AIDAEXAMPLEEXAMPLE222"}};
  SetPolicy({.text = standard + "\n", .bindings = bindings, .document = nullptr}, &key);
  EXPECT_EQ(key.policy, standard + "\n");
  EXPECT_EQ(key.policy_bindings, bindings);
}

TEST(Paging, Limits) {
  EXPECT_EQ(PageLimit(std::nullopt, 50, 100), 50u);
  EXPECT_EQ(PageLimit(1, 50, 100), 1u);
  EXPECT_EQ(PageLimit(100, 50, 100), 100u);
  EXPECT_EQ(PageLimit(1000, 50, 100), 100u);
}

TEST(Paging, AMarkerIsBoundToItsListing) {
  seal::TestStore store;
  Markers mine(*store.hierarchy, keys::kTestAccount);
  Markers theirs(*store.hierarchy, keys::kOtherAccount);
  std::string keys_here = MarkerBinding(shapes::Operation::kListKeys, keys::kTestRegion, "");
  std::string marker = mine.Seal(keys_here, "from here");
  EXPECT_EQ(mine.Open(keys_here, marker).value(), "from here");
  EXPECT_FALSE(theirs.Open(keys_here, marker));
  EXPECT_FALSE(mine.Open(MarkerBinding(shapes::Operation::kListKeys, *Region::Parse("us-east-1"), ""), marker));
  EXPECT_FALSE(mine.Open(MarkerBinding(shapes::Operation::kListAliases, keys::kTestRegion, ""), marker));
  EXPECT_FALSE(mine.Open(MarkerBinding(shapes::Operation::kListKeys, keys::kTestRegion, "x"), marker));
  EXPECT_FALSE(mine.Open(keys_here, marker + "A"));
  EXPECT_FALSE(mine.Open(keys_here, ""));
}

TEST(DataKeys, OneLengthAndOneOnly) {
  shapes::op::GenerateDataKey::Request request;
  EXPECT_FALSE(NamesOneLength(request));
  request.key_spec = shapes::DataKeySpec::kAes128;
  EXPECT_TRUE(NamesOneLength(request));
  EXPECT_EQ(DataKeyLength(request), 16u);
  request.key_spec = shapes::DataKeySpec::kAes256;
  EXPECT_EQ(DataKeyLength(request), 32u);
  request.number_of_bytes = 5;
  EXPECT_FALSE(NamesOneLength(request));
  request.key_spec.reset();
  EXPECT_TRUE(NamesOneLength(request));
  EXPECT_EQ(DataKeyLength(request), 5u);
}

TEST(MaterialNotes, AreOneJsonObject) {
  Trail trail;
  NoteMaterial("one", keys::TestMaterialId(0x11), &trail);
  EXPECT_EQ(trail.additional_event_data_json, "{\"one\":\"" + std::string(64, '1') + "\"}");
  NoteMaterial("two", keys::TestMaterialId(0x22), &trail);
  EXPECT_EQ(trail.additional_event_data_json,
            "{\"one\":\"" + std::string(64, '1') + "\",\"two\":\"" + std::string(64, '2') + "\"}");
}

TEST(Errors, TextsOfUsage) {
  keys::Key key = keys::TestKey();
  key.usage = shapes::KeyUsageType::kSignVerify;
  shapes::ApiError wrong = WrongUsage(key, "Encrypt");
  EXPECT_EQ(wrong.name(), "InvalidKeyUsageException");
  EXPECT_EQ(wrong.message(), key.arn + " key usage is SIGN_VERIFY which is not valid for Encrypt.");
  EXPECT_EQ(IncompatibleAlgorithm("RSAES_OAEP_SHA_256", key),
            "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.");
}

// What went wrong inside stays inside.
TEST(Errors, InternalFailuresTellTheOperatorAndNobodyElse) {
  Trail trail;
  shapes::ApiError error = Internal(Fail(ErrorKind::kCorrupt, "a detail").error(), trail);
  EXPECT_EQ(error.name(), "KMSInternalException");
  EXPECT_EQ(error.message().find("detail"), std::string::npos);
  ASSERT_TRUE(trail.failure);
  EXPECT_EQ(trail.failure->text, "a detail");
}

}  // namespace
}  // namespace kagimori::kms
