#include "authz/authorizer.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "keys/testing/test_keys.h"

namespace kagimori::authz {
namespace {

namespace action = keys::action;

const identity::Principal kCaller{.kind = identity::Principal::Kind::kRoot,
                                  .account = keys::kTestAccount,
                                  .arn = "arn:aws:iam::111122223333:root",
                                  .unique_id = "111122223333",
                                  .name = ""};

std::string Text(std::string_view action, std::string_view arn) {
  std::string text = "User: arn:aws:iam::111122223333:root is not authorized to perform: ";
  return text.append(action)
      .append(" on resource: ")
      .append(arn)
      .append(" because no resource-based policy allows the ")
      .append(action)
      .append(" action");
}

TEST(Authorizer, TheSameAccountMay) {
  auto key = keys::LoadedTestKey();
  auto proof = Authorizer().OnKey<action::Encrypt>(kCaller, key, keys::CanonicalContext({{"a", "b"}}));
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->snapshot(), key) << "the snapshot that was decided on, and no other";
  EXPECT_EQ(HexEncode(proof->context().bytes()), HexEncode(keys::CanonicalContext({{"a", "b"}}).bytes()));

  auto alias = Authorizer().OnAlias<action::CreateAlias>(kCaller, keys::TestAliasName("alias/x"));
  ASSERT_TRUE(alias);
  EXPECT_EQ(alias->resource().name, "alias/x");
  auto account =
      Authorizer().OnAccount<action::ListKeys>(kCaller, {.account = keys::kTestAccount, .region = keys::kTestRegion});
  ASSERT_TRUE(account);
  EXPECT_EQ(account->resource().account, keys::kTestAccount);
}

TEST(Authorizer, AnotherAccountMayNot) {
  auto foreign = keys::LoadedTestKey(keys::TestName(1, keys::kOtherAccount));
  auto key = Authorizer().OnKey<action::Decrypt>(kCaller, foreign);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message, Text("kms:Decrypt", foreign->arn));

  keys::AliasName name = keys::TestAliasName("alias/x");
  name.account = keys::kOtherAccount;
  auto alias = Authorizer().OnAlias<action::DeleteAlias>(kCaller, name);
  ASSERT_FALSE(alias);
  EXPECT_EQ(alias.error().message, Text("kms:DeleteAlias", name.Arn()));

  auto account =
      Authorizer().OnAccount<action::CreateKey>(kCaller, {.account = keys::kOtherAccount, .region = keys::kTestRegion});
  ASSERT_FALSE(account);
  EXPECT_EQ(account.error().message, Text("kms:CreateKey", "*"));
}

// Whoever asks for a foreign key learns nothing about whether it is there.
TEST(Authorizer, AMissingForeignKeyIsDeniedInTheSameWords) {
  auto foreign = keys::LoadedTestKey(keys::TestName(1, keys::kOtherAccount));
  auto there = Authorizer().OnKey<action::Decrypt>(kCaller, foreign);
  Denial missing = Authorizer::ForeignKey(kCaller, action::Decrypt::kName, foreign->arn);
  EXPECT_EQ(there.error().message, missing.message);
}

TEST(Authorizer, ActionsHaveTheirNames) {
  EXPECT_EQ(action::ReEncryptFrom::kName, "kms:ReEncryptFrom");
  EXPECT_EQ(action::ReEncryptTo::kName, "kms:ReEncryptTo");
  EXPECT_EQ(action::GenerateDataKeyWithoutPlaintext::kName, "kms:GenerateDataKeyWithoutPlaintext");
}

using Proof = keys::Authorized<action::Encrypt, keys::Key>;
static_assert(!std::is_copy_constructible_v<Proof> && !std::is_copy_assignable_v<Proof> &&
              !std::is_default_constructible_v<Proof>);
static_assert(std::is_nothrow_move_constructible_v<Proof>);
static_assert(!std::is_constructible_v<keys::Authorized<action::Decrypt, keys::Key>, Proof>);

}  // namespace
}  // namespace kagimori::authz
