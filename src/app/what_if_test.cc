#include "app/what_if.h"

#include <gtest/gtest.h>

#include <string>

#include "app/audit_search.h"
#include "app/decision_report.h"

namespace kagimori::app {
namespace {

std::string Value(const GivenContext& given, std::string_view name) {
  const auto values = given.keys.Find(*policy::ConditionKey::Parse(name));
  return values.absent() ? "absent" : std::string(values.values()[0]);
}

TEST(GivenContext, WhatAJsonObjectSays) {
  const auto given = GivenContext::Parse(
      R"({"aws:SourceIp":"10.0.0.1","aws:MultiFactorAuthPresent":true,"kms:RotationPeriodInDays":90,)"
      R"("KMS:EncryptionContext:Purpose":["demo"],"kms:GrantOperations":["Encrypt","Decrypt"]})");
  ASSERT_TRUE(given);
  EXPECT_EQ(Value(*given, "aws:sourceip"), "10.0.0.1");
  EXPECT_EQ(Value(*given, "aws:MultiFactorAuthPresent"), "true");
  EXPECT_EQ(Value(*given, "kms:RotationPeriodInDays"), "90");
  EXPECT_EQ(Value(*given, "kms:EncryptionContext:purpose"), "demo");
  EXPECT_EQ(Value(*given, "kms:EncryptionContextKeys"), "Purpose");
  EXPECT_EQ(given->encryption_context, (shapes::StringMap{{"Purpose", "demo"}})) << "grants see the case";
  EXPECT_TRUE(GivenContext::Parse("")->encryption_context.empty());
}

TEST(GivenContext, WhatIsRefused) {
  for (const char* bad : {"{", "[]", "\"x\"", R"({"a":{}})", R"({"a":null})", R"({"a":[["b"]]})", R"({"":"b"})",
                          R"({"aws:SourceIp":"1","AWS:sourceip":"2"})", R"({"kms:EncryptionContext:":"b"})"})
    EXPECT_FALSE(GivenContext::Parse(bad)) << bad;
}

TEST(WhatIf, Principals) {
  for (const char* good :
       {"111122223333", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/a/Bob",
        "arn:aws:iam::111122223333:role/Reader", "arn:aws:sts::111122223333:assumed-role/Reader/session"})
    EXPECT_TRUE(ParseWhatIfPrincipal(good)) << good;
  for (const char* bad : {"", "*", "AIDAQWERTYUIOPASDFGHJ", "arn:aws:iam::111122223333:group/g",
                          "arn:aws:sts::111122223333:federated-user/f", "arn:aws:s3:::bucket"})
    EXPECT_FALSE(ParseWhatIfPrincipal(bad)) << bad;
}

TEST(WhatIf, ActionsAndRegions) {
  EXPECT_EQ(CanonicalAction("KMS:encrypt").value(), "kms:Encrypt");
  EXPECT_EQ(CanonicalAction("STS:AssumeRole").value(), "sts:AssumeRole");
  for (const char* bad : {"", ":", "kms", "kms:", ":Encrypt", "kms:Encript"}) EXPECT_FALSE(CanonicalAction(bad)) << bad;
  EXPECT_TRUE(WorksAcrossAccounts("kms:Encrypt"));
  EXPECT_TRUE(WorksAcrossAccounts("kms:ReEncryptFrom"));
  EXPECT_FALSE(WorksAcrossAccounts("kms:PutKeyPolicy"));
  EXPECT_EQ(WhatIfRegion("arn:aws:kms:eu-west-1:1:key/x", "us-west-2")->name(), "eu-west-1");
  EXPECT_EQ(WhatIfRegion("arn:aws:iam::111122223333:role/r", "us-west-2")->name(), "us-west-2");
  EXPECT_EQ(WhatIfRegion("*", "")->name(), "us-east-1");
  EXPECT_EQ(WhatIfRegion("arn:", "")->name(), "us-east-1");
  EXPECT_FALSE(WhatIfRegion("arn:aws:kms:nowhere:1:key/x", ""));
}

// The caller on paper is matched by what the documents are bound to.
TEST(WhatIf, CallersOnPaper) {
  const auto caller = [](const char* arn) {
    return CallerOnPaper(*ParseWhatIfPrincipal(arn), {}, Timestamp{1'750'000'000'000});
  };
  const identity::Caller session = caller("arn:aws:sts::111122223333:assumed-role/Reader/me");
  EXPECT_EQ(session.AsPolicySees("aws").arn, "arn:aws:sts::111122223333:assumed-role/Reader/me");
  EXPECT_EQ(session.AsPolicySees("aws").unique_id, "arn:aws:iam::111122223333:role/Reader");
  const identity::Caller role = caller("arn:aws:iam::111122223333:role/path/Reader");
  EXPECT_EQ(role.AsPolicySees("aws").arn, "arn:aws:sts::111122223333:assumed-role/Reader/any-session");
  EXPECT_EQ(role.AsPolicySees("aws").unique_id, "arn:aws:iam::111122223333:role/path/Reader");
  const identity::Caller user = caller("arn:aws:iam::111122223333:user/Bob");
  EXPECT_EQ(user.AsPolicySees("aws").unique_id, "arn:aws:iam::111122223333:user/Bob");
}

// An answer of the socket is bounded, whatever an account has.
TEST(DecisionReport, IsBounded) {
  authz::Simulation made;
  for (int i = 0; i < 2000; ++i)
    made.findings.push_back({.type = authz::PolicyType::kIdentity, .policy = std::string(200, 'p'), .sid = {}});
  const std::set<std::string> absent = {"aws:sourceip"};
  const std::string json = DecisionJson({.principal = "p", .action = "a", .resource = "r", .absent = &absent}, made);
  EXPECT_LT(json.size(), size_t{60} * 1024);
  const auto text = DescribeDecision(json);
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("more that are not shown"), std::string::npos);
  EXPECT_FALSE(IsAllowed(json).value());
  EXPECT_FALSE(DescribeDecision("{}"));
  EXPECT_FALSE(IsAllowed("[]"));
}

TEST(AuditSearch, WhatARecordAsks) {
  const auto call = ReadAuditedCall(
      R"({"eventSource":"kms.amazonaws.com","eventName":"Decrypt","eventTime":"2026-01-02T03:04:05Z","awsRegion":"eu-west-1",)"
      R"("sourceIPAddress":"10.1.2.3","userIdentity":{"arn":"arn:aws:iam::111122223333:user/Bob"},)"
      R"("requestParameters":{"encryptionContext":{"a\"b":"c"},"keyId":"alias/x"},"errorCode":"AccessDenied",)"
      R"("additionalEventData":{"authorization":"why"},"resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k"}]})");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->authorization, "why");
  ASSERT_EQ(call->asked.size(), 1u);
  EXPECT_EQ(call->asked[0].action, "kms:Decrypt");
  EXPECT_EQ(call->asked[0].resource, "arn:aws:kms:eu-west-1:111122223333:key/k");
  const auto given = GivenContext::Parse(call->asked[0].context);
  ASSERT_TRUE(given) << call->asked[0].context;
  EXPECT_EQ(Value(*given, "aws:SourceIp"), "10.1.2.3");
  EXPECT_EQ(Value(*given, "kms:EncryptionContext:a\"b"), "c");
  EXPECT_EQ(Value(*given, "kms:RequestAlias"), "alias/x");
  EXPECT_EQ(Value(*given, "kms:EncryptionAlgorithm"), "SYMMETRIC_DEFAULT");
}

TEST(AuditSearch, WhatNoRecordTells) {
  EXPECT_FALSE(ReadAuditedCall("{"));
  EXPECT_TRUE(ReadAuditedCall("[]")->asked.empty());
  EXPECT_TRUE(ReadAuditedCall(R"({"eventSource":"kms.amazonaws.com","eventName":"Decrypt","userIdentity":{"arn":"a"}})")
                  ->asked.empty());
  EXPECT_FALSE(FindAuditEvent("/nonexistent", "not-a-uuid"));
}

}  // namespace
}  // namespace kagimori::app
