#include "policy/condition_key.h"

#include <gtest/gtest.h>

#include <string>

#include "policy/request_context.h"

namespace kagimori::policy {
namespace {

TEST(ConditionKey, NamesAreReadInAnyCase) {
  EXPECT_EQ(ConditionKey::Parse("KMS:viaservice"), ConditionKey(KeyName::kKmsViaService));
  EXPECT_EQ(ConditionKey::Parse("aws:UserId"), ConditionKey(KeyName::kAwsUserid));
  EXPECT_EQ(ConditionKey::Parse("aws:PRINCIPALTAG/Team")->suffix(), "team");
  EXPECT_EQ(ConditionKey::Parse("aws:PRINCIPALTAG/Team"), ConditionKey::Parse("aws:principaltag/TEAM"));
}

TEST(ConditionKey, Families) {
  const auto context = ConditionKey::Parse("kms:EncryptionContext:App:Name");
  EXPECT_EQ(context->name(), KeyName::kKmsEncryptionContext);
  EXPECT_EQ(context->suffix(), "app:name");
  EXPECT_EQ(context->ToString(), "kms:encryptioncontext:app:name");
  EXPECT_EQ(ConditionKey::Parse("kms:EncryptionContextKeys")->name(), KeyName::kKmsEncryptionContextKeys);
  EXPECT_EQ(ConditionKey::Parse("kms:RecipientAttestation:PCR0")->suffix(), "pcr0");
  EXPECT_EQ(ConditionKey::Parse("aws:ResourceTag/a/b")->suffix(), "a/b");
}

TEST(ConditionKey, OthersKeepTheirWholeName) {
  const auto key = ConditionKey::Parse("Token.Example.com/pool:aud");
  EXPECT_EQ(key->name(), KeyName::kOther);
  EXPECT_EQ(key->suffix(), "token.example.com/pool:aud");
  EXPECT_EQ(key->ToString(), "token.example.com/pool:aud");
}

TEST(ConditionKey, NamesThatNoKeyHas) {
  EXPECT_FALSE(ConditionKey::Parse(""));
  EXPECT_FALSE(ConditionKey::Parse("aws:RequestTag/"));
  EXPECT_FALSE(ConditionKey::Parse("kms:EncryptionContext:"));
  EXPECT_FALSE(ConditionKey::Parse(std::string(513, 'a')));
}

TEST(ConditionKey, KnowsWhatIsMultivaluedAndOfWhichType) {
  for (const char* name :
       {"kms:EncryptionContextKeys", "kms:GrantOperations", "kms:ResourceAliases", "aws:TagKeys", "aws:CalledVia",
        "aws:PrincipalOrgPaths", "aws:PrincipalServiceNamesList", "sts:TransitiveTagKeys"}) {
    EXPECT_TRUE(ConditionKey::Parse(name)->multi_valued()) << name;
  }
  EXPECT_FALSE(ConditionKey::Parse("kms:RequestAlias")->multi_valued());
  EXPECT_FALSE(ConditionKey::Parse("kms:EncryptionContext:a")->multi_valued());
  EXPECT_FALSE(ConditionKey::Parse("example:other")->multi_valued());
  EXPECT_EQ(ConditionKey::Parse("kms:ValidTo")->type(), ValueType::kDate);
  EXPECT_EQ(ConditionKey::Parse("aws:SourceIp")->type(), ValueType::kIp);
  EXPECT_EQ(ConditionKey::Parse("aws:PrincipalArn")->type(), ValueType::kArn);
  EXPECT_EQ(ConditionKey::Parse("kms:MultiRegion")->type(), ValueType::kBool);
}

TEST(MapContext, HoldsWhatWasSet) {
  MapContext context;
  EXPECT_TRUE(context.Set("aws:TagKeys", std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(context.Set("aws:username", "alice"));
  EXPECT_TRUE(context.Set("aws:username", "bob"));
  EXPECT_TRUE(context.Set("aws:CalledVia", std::vector<std::string>{}));
  EXPECT_FALSE(context.Set("", "x"));
  const ConditionValues keys = context.Find(*ConditionKey::Parse("AWS:tagkeys"));
  ASSERT_EQ(keys.values().size(), 2U);
  EXPECT_EQ(keys.values()[1], "b");
  EXPECT_EQ(context.Find(ConditionKey(KeyName::kAwsUsername)).values()[0], "bob");
  EXPECT_TRUE(context.Find(ConditionKey(KeyName::kAwsCalledVia)).absent()) << "an empty list is nothing";
  EXPECT_TRUE(context.Find(ConditionKey(KeyName::kAwsUserid)).absent());
}

}  // namespace
}  // namespace kagimori::policy
