#include "identity/session_token.h"

#include <gtest/gtest.h>

#include "identity/sessions.h"
#include "identity/temporary_key.h"
#include "identity/testing/test_account.h"
#include "seal/testing/test_store.h"
#include "wire/secret_codec.h"

namespace kagimori::identity {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};
const AccountId kAccount = AccountId::FromNumber(111122223333);

SessionContent RoleSession() {
  return {.kind = SessionKind::kAssumedRole,
          .account = kAccount,
          .issuer_id = "AROAEXAMPLEEXAMPLEEX1",
          .issuer_path = "/team/",
          .issuer_name = "Reader",
          .session_name = "alice@example",
          .issued = kNow,
          .expires = kNow + std::chrono::hours(1)};
}

SessionContent Everything() {
  SessionContent content = RoleSession();
  content.policy = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}})";
  content.policy_arns = {"arn:aws:iam::aws:policy/ReadOnlyAccess"};
  content.tags = {{.key = "Team", .value = "blue"}, {.key = "Cost", .value = ""}};
  content.transitive_tag_keys = {"Team"};
  content.source_identity = "alice";
  content.mfa_time = kNow - std::chrono::minutes(1);
  content.chained = true;
  content.federated_provider = "arn:aws:iam::111122223333:oidc-provider/token.example.com";
  content.web_identity_claims = {{"token.example.com:sub", "s"}, {"token.example.com:aud", "a"}};
  return content;
}

std::string SecretText(const secret::SecretBytes& secret) {
  return std::string(AsText(secret::SecretTesting::BytesOf(secret)));
}

TEST(SessionToken, SaysWhatWasPutIn) {
  seal::TestStore store;
  for (const SessionContent& content : {RoleSession(), Everything()}) {
    auto issued = IssueSession(*store.hierarchy, content);
    ASSERT_TRUE(issued);
    auto opened = OpenSession(*store.hierarchy, issued->access_key_id, issued->token, kNow);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->content, content);
    std::string shown;
    wire::SecretCodec::AppendBase64(issued->secret, &shown);
    EXPECT_EQ(SecretText(opened->secret_access_key), shown);
    EXPECT_EQ(shown.size(), 40U);
    EXPECT_EQ(issued->access_key_id.size(), 20U);
  }
}

TEST(SessionToken, AnotherNodeOfTheDeploymentOpensIt) {
  seal::TestStore store;
  auto issued = IssueSession(*store.hierarchy, RoleSession());
  auto other = seal::KeyHierarchy::Load(seal::TestRootKey(), &store.store, store.deployment);
  ASSERT_TRUE(other);
  EXPECT_TRUE(OpenSession(**other, issued->access_key_id, issued->token, kNow));
}

TEST(SessionToken, NoTwoAreAlike) {
  seal::TestStore store;
  auto one = IssueSession(*store.hierarchy, RoleSession());
  auto two = IssueSession(*store.hierarchy, RoleSession());
  EXPECT_NE(one->access_key_id, two->access_key_id);
  EXPECT_NE(one->token, two->token);
  EXPECT_NE(SecretText(one->secret), SecretText(two->secret));
}

TEST(SessionToken, EveryFlippedBitIsNoticed) {
  seal::TestStore store;
  auto issued = IssueSession(*store.hierarchy, Everything());
  const Bytes good = *Base64Decode(issued->token);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes changed = good;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    auto opened = OpenSession(*store.hierarchy, issued->access_key_id, Base64Encode(changed), kNow);
    ASSERT_FALSE(opened) << bit;
    EXPECT_EQ(opened.error(), TokenFault::kInvalid);
  }
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(OpenSession(*store.hierarchy, issued->access_key_id, Base64Encode(ByteView(good).first(size)), kNow));
  }
}

TEST(SessionToken, IsForItsOwnAccessKeyAndDeployment) {
  seal::TestStore store;
  seal::TestStore other;
  auto issued = IssueSession(*store.hierarchy, RoleSession());
  auto second = IssueSession(*store.hierarchy, RoleSession());
  SessionContent elsewhere = RoleSession();
  elsewhere.account = AccountId::FromNumber(7);
  auto foreign = IssueSession(*store.hierarchy, elsewhere);
  const auto opens = [&](const seal::KeyHierarchy& hierarchy, std::string_view key) {
    auto opened = OpenSession(hierarchy, key, issued->token, kNow);
    EXPECT_TRUE(opened || opened.error() == TokenFault::kInvalid) << key;
    return opened.has_value();
  };
  EXPECT_TRUE(opens(*store.hierarchy, issued->access_key_id));
  EXPECT_FALSE(opens(*other.hierarchy, issued->access_key_id));
  for (std::string_view key :
       {std::string_view(second->access_key_id), std::string_view(foreign->access_key_id),
        std::string_view("AKIAIOSFODNN7EXAMPLE"), std::string_view(), std::string_view("ASIA")}) {
    EXPECT_FALSE(opens(*store.hierarchy, key));
  }
}

TEST(SessionToken, EndsWithItsTerm) {
  seal::TestStore store;
  auto issued = IssueSession(*store.hierarchy, RoleSession());
  const seal::TermId old_term = store.hierarchy->current_term();
  ASSERT_TRUE(store.hierarchy->BeginTerm(&store.store, {}));
  EXPECT_TRUE(OpenSession(*store.hierarchy, issued->access_key_id, issued->token, kNow));
  ASSERT_TRUE(store.hierarchy->CloseTerm(old_term));
  ASSERT_TRUE(store.hierarchy->DestroyTerm(&store.store, old_term));
  EXPECT_EQ(OpenSession(*store.hierarchy, issued->access_key_id, issued->token, kNow).error(), TokenFault::kInvalid);
}

TEST(SessionToken, ExpiresToTheSecond) {
  seal::TestStore store;
  auto issued = IssueSession(*store.hierarchy, RoleSession());
  const Timestamp end = RoleSession().expires;
  EXPECT_TRUE(OpenSession(*store.hierarchy, issued->access_key_id, issued->token, {end.millis - 1}));
  EXPECT_EQ(OpenSession(*store.hierarchy, issued->access_key_id, issued->token, end).error(), TokenFault::kExpired);
}

TEST(SessionToken, NoneIsLongerThanTheLimit) {
  seal::TestStore store;
  SessionContent content = RoleSession();
  size_t longest = 0;
  unsigned percent = 0;
  for (size_t size = 2500; size < 3200; ++size) {
    content.policy.assign(size, 'x');
    auto issued = IssueSession(*store.hierarchy, content);
    if (!issued) {
      EXPECT_GT(issued.error().percent, 100U);
      break;
    }
    EXPECT_GE(issued->packed_percent, percent);
    percent = issued->packed_percent;
    longest = issued->token.size();
  }
  EXPECT_LE(longest, kMaxSessionTokenText);
  EXPECT_GT(longest, kMaxSessionTokenText - 8);
  EXPECT_EQ(percent, 100U);
  content.policy.assign(300, 'x');
  EXPECT_NEAR(IssueSession(*store.hierarchy, content)->packed_percent, 11, 1);
  EXPECT_EQ(IssueSession(*store.hierarchy, RoleSession())->packed_percent, 0U);
}

TEST(TemporaryKey, NamesItsAccount) {
  for (uint64_t number : {uint64_t{0}, uint64_t{7}, uint64_t{111122223333}, uint64_t{999'999'999'999}}) {
    EXPECT_EQ(AccountOfTemporaryKey(NewTemporaryAccessKeyId(AccountId::FromNumber(number))),
              AccountId::FromNumber(number));
  }
  for (std::string_view other : {"", "ASIA", "AKIAAAAAAAAAAAAAAAAA", "ASIA77777777AAAAAAAA", "ASIAAAAAAAAAAAAAAAA1",
                                 "ASIAAAAAAAAAAAAAAAAAA", "asiaaaaaaaaaaaaaaaaa"}) {
    EXPECT_FALSE(AccountOfTemporaryKey(other)) << other;
  }
}

TEST(SessionNames, AsAwsPrintsThem) {
  SessionContent content = RoleSession();
  EXPECT_EQ(SessionArn(content), "arn:aws:sts::111122223333:assumed-role/Reader/alice@example");
  EXPECT_EQ(SessionUserId(content), "AROAEXAMPLEEXAMPLEEX1:alice@example");
  EXPECT_EQ(IssuerArn(content), "arn:aws:iam::111122223333:role/team/Reader");
  content.kind = SessionKind::kFederatedUser;
  EXPECT_EQ(SessionArn(content), "arn:aws:sts::111122223333:federated-user/alice@example");
  EXPECT_EQ(SessionUserId(content), "111122223333:alice@example");
  EXPECT_EQ(IssuerArn(content), "arn:aws:iam::111122223333:user/team/Reader");
  content.kind = SessionKind::kUser;
  EXPECT_EQ(SessionArn(content), "arn:aws:iam::111122223333:user/team/Reader");
  content.kind = SessionKind::kRoot;
  content.issuer_name.clear();
  content.issuer_id = "111122223333";
  EXPECT_EQ(SessionArn(content), "arn:aws:iam::111122223333:root");
  EXPECT_EQ(SessionUserId(content), "111122223333");
}

std::shared_ptr<const Session> Opened(const seal::TestStore& store, Sessions* sessions, const SessionContent& content) {
  auto issued = IssueSession(*store.hierarchy, content);
  const SessionName name = NameOfSession(issued->access_key_id, issued->token);
  auto session = sessions->Open(name, issued->access_key_id, issued->token, kNow);
  EXPECT_TRUE(session);
  EXPECT_EQ(sessions->cache().Get(name), *session);
  return *session;
}

TEST(Sessions, KeepWhatWasOpenedAndNothingElse) {
  seal::TestStore store;
  Sessions sessions(store.hierarchy.get());
  auto session = Opened(store, &sessions, Everything());
  EXPECT_EQ(session->credential->principal->kind, Principal::Kind::kRoleSession);
  EXPECT_EQ(session->credential->principal->arn, "arn:aws:sts::111122223333:assumed-role/Reader/alice@example");
  EXPECT_NE(session->policy, nullptr);
  EXPECT_EQ(session->id.size(), 32U);
  const size_t before = sessions.cache().size();
  EXPECT_FALSE(sessions.Open(NameOfSession("ASIA", "x"), "ASIA", "x", kNow));
  EXPECT_EQ(sessions.cache().size(), before);
}

TEST(Sessions, APolicyThatCannotBeReadMakesNoSession) {
  seal::TestStore store;
  Sessions sessions(store.hierarchy.get());
  SessionContent content = RoleSession();
  content.policy = "{";
  auto issued = IssueSession(*store.hierarchy, content);
  EXPECT_EQ(
      sessions.Open(NameOfSession(issued->access_key_id, issued->token), issued->access_key_id, issued->token, kNow)
          .error(),
      TokenFault::kInvalid);
}

TEST(CheckSession, EndsWithItsPrincipal) {
  seal::TestStore store;
  Sessions sessions(store.hierarchy.get());
  auto role = Opened(store, &sessions, RoleSession());
  SessionContent of_user = RoleSession();
  of_user.kind = SessionKind::kUser;
  of_user.issuer_id = "AIDAEXAMPLEEXAMPLEEX1";
  auto user = Opened(store, &sessions, of_user);
  SessionContent of_root = RoleSession();
  of_root.kind = SessionKind::kRoot;
  of_root.issuer_id = "111122223333";
  of_root.issuer_name.clear();
  auto root = Opened(store, &sessions, of_root);

  const std::string trust =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}})";
  const auto both =
      TestAccount().AddRole("Reader", role->content.issuer_id, trust).AddUser("Reader", of_user.issuer_id);
  const auto again = TestAccount().AddRole("Reader", "AROAANOTHERANOTHERAN1", trust).AddUser("Reader", "AIDAOTHER");
  EXPECT_TRUE(CheckSession(*role, both.snapshot().get(), kNow));
  EXPECT_TRUE(CheckSession(*user, both.snapshot().get(), kNow));
  for (const TestAccount& account : {again, TestAccount(), TestAccount(AccountId::FromNumber(7))}) {
    EXPECT_EQ(CheckSession(*role, account.snapshot().get(), kNow).error(), TokenFault::kInvalid);
    EXPECT_EQ(CheckSession(*user, account.snapshot().get(), kNow).error(), TokenFault::kInvalid);
  }
  EXPECT_EQ(CheckSession(*role, nullptr, kNow).error(), TokenFault::kInvalid);
  EXPECT_TRUE(CheckSession(*root, TestAccount().snapshot().get(), kNow));
  EXPECT_EQ(CheckSession(*role, both.snapshot().get(), RoleSession().expires).error(), TokenFault::kExpired);
}

}  // namespace
}  // namespace kagimori::identity
