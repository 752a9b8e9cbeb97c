// A decision about a KMS key: its policy of 10 statements with conditions, and 5 identity policies. The goal is below
// 1 µs.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "authz/combination.h"

namespace kagimori::authz {
namespace {

using policy::Caller;
using policy::ConditionKey;
using policy::ConditionValues;
using policy::Document;
using policy::KeyName;
using policy::Kind;

constexpr std::string_view kKey = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const AccountId kAccount = AccountId::FromNumber(111122223333);

// As a server answers: the value is there already or a comparison away.
class BenchContext : public policy::RequestContext {
 public:
  ConditionValues Find(const ConditionKey& key) const override {
    switch (key.name()) {
      case KeyName::kKmsCallerAccount:
      case KeyName::kAwsPrincipalAccount:
        return std::string_view("111122223333");
      case KeyName::kKmsEncryptionContext:
        return key.suffix() == "app" ? ConditionValues(std::string_view("orders")) : ConditionValues();
      case KeyName::kAwsPrincipalTag:
        return key.suffix() == "team" ? ConditionValues(std::string_view("red")) : ConditionValues();
      case KeyName::kAwsPrincipalArn:
        return std::string_view("arn:aws:iam::111122223333:role/app/orders");
      case KeyName::kAwsSourceIp:
        return std::string_view("10.1.2.3");
      case KeyName::kAwsSecureTransport:
        return std::string_view("true");
      case KeyName::kAwsCurrentTime:
        return std::string_view("2026-01-02T03:04:05Z");
      case KeyName::kKmsEncryptionAlgorithm:
        return std::string_view("SYMMETRIC_DEFAULT");
      default:
        return {};
    }
  }
};

std::string Statement(const std::string& effect, const std::string& principal, const std::string& actions,
                      const std::string& condition) {
  std::string text = R"({"Effect":")" + effect + R"(","Resource":"*","Action":)" + actions;
  if (!principal.empty()) text += ",\"Principal\":" + principal;
  if (!condition.empty()) text += ",\"Condition\":" + condition;
  return text + "}";
}

// Ten statements; the caller gets in through its account.
std::string KeyPolicy() {
  const std::string account = R"({"AWS":"arn:aws:iam::111122223333:root"})";
  const std::string other = R"({"AWS":["arn:aws:iam::444455556666:root","arn:aws:iam::111122223333:user/Admin"]})";
  const std::string crypto =
      R"(["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey"])";
  std::string text = R"({"Version":"2012-10-17","Statement":[)";
  for (
      const std::string& statement : {
          Statement("Deny", "\"*\"", "\"kms:*\"", R"({"Bool":{"aws:SecureTransport":"false"}})"),
          Statement(
              "Deny", "\"*\"", "\"kms:*\"",
              R"({"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.168.0.0/16"]},"Bool":{"aws:ViaAWSService":"false"}})"),
          Statement("Deny", "\"*\"", crypto,
                    R"({"StringNotEquals":{"kms:EncryptionContext:App":["orders","billing"]}})"),
          Statement("Deny", "\"*\"", R"(["kms:ScheduleKeyDeletion","kms:DisableKey"])",
                    R"({"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/admin/*"}})"),
          Statement("Allow", other, crypto, R"({"StringEquals":{"kms:CallerAccount":"444455556666"}})"),
          Statement(
              "Allow", "{\"AWS\":\"*\"}", crypto,
              R"({"StringEquals":{"kms:ViaService":"s3.us-west-2.amazonaws.com","kms:CallerAccount":"111122223333"}})"),
          Statement("Allow", other, R"(["kms:CreateGrant","kms:ListGrants","kms:RevokeGrant"])",
                    R"({"Bool":{"kms:GrantIsForAWSResource":"true"}})"),
          Statement("Allow", R"({"Service":"logs.amazonaws.com"})", crypto,
                    R"({"ArnLike":{"aws:SourceArn":"arn:aws:logs:us-west-2:111122223333:*"}})"),
          Statement("Allow", account, R"("kms:*")",
                    R"({"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app/*"}})"),
          Statement("Allow", other, R"("kms:*")", R"({"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}})"),
      }) {
    text += (text.back() == '[' ? "" : ",") + statement;
  }
  return text + "]}";
}

std::string IdentityPolicy(const std::string& actions, const std::string& condition) {
  return R"({"Version":"2012-10-17","Statement":[)" + Statement("Allow", "", actions, condition) + "," +
         R"({"Effect":"Deny","NotAction":["kms:*","sts:*"],"Resource":"arn:aws:s3:::*/${aws:PrincipalTag/team}/*"}]})";
}

struct Fixture {
  Fixture() {
    key = Keep(KeyPolicy(), Kind::kKeyPolicy);
    for (const auto& [actions, condition] : std::vector<std::pair<std::string, std::string>>{
             {R"(["s3:GetObject","s3:PutObject"])", ""},
             {R"("kms:List*")", ""},
             {R"(["kms:Encrypt","kms:Sign"])", R"({"StringEquals":{"aws:PrincipalTag/team":"blue"}})"},
             {R"("sts:AssumeRole")", ""},
             {R"(["kms:Decrypt","kms:GenerateDataKey*"])",
              R"({"StringEquals":{"aws:PrincipalTag/team":["red","green"]}})"}}) {
      identity.push_back(Keep(IdentityPolicy(actions, condition), Kind::kIdentity));
    }
  }

  NamedPolicy Keep(const std::string& json, Kind kind) {
    documents.push_back(Document::Compile(json, kind).value());
    return {documents.back().get(), "policy"};
  }

  std::vector<std::shared_ptr<const Document>> documents;
  NamedPolicy key;
  std::vector<NamedPolicy> identity;
};

void BM_DecideOnKey(benchmark::State& state) {
  const Fixture fixture;
  const BenchContext context;
  const policy::Action action("kms:Decrypt");
  const Caller caller{.kind = Caller::Kind::kRoleSession,
                      .account = kAccount,
                      .arn = "arn:aws:sts::111122223333:assumed-role/orders/i-0123456789abcdef0",
                      .unique_id = "AROAIIAEFRGHEXAMPLE12"};
  const IdentitySide side{.identity = fixture.identity, .boundary = {}, .session = {}};
  const GrantLookup grants;
  for (auto _ : state) {
    const policy::Request request{.action = action, .resource = kKey, .caller = caller, .context = context};
    const Verdict verdict = DecideOnKey({.request = request, .shown_resource = kKey, .identity = side}, fixture.key,
                                        kAccount, true, grants);
    if (!verdict) state.SkipWithError("denied");
    benchmark::DoNotOptimize(verdict);
  }
}
BENCHMARK(BM_DecideOnKey);

// The policy that a key has when none was given, and the root user.
void BM_DecideOnKeyWithTheDefaultPolicy(benchmark::State& state) {
  const auto document =
      Document::Compile(
          R"({"Version":"2012-10-17","Id":"key-default-1","Statement":[{"Sid":"Enable IAM User Permissions",
          "Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]})",
          Kind::kKeyPolicy)
          .value();
  const BenchContext context;
  const policy::Action action("kms:Decrypt");
  const Caller caller{
      .kind = Caller::Kind::kRoot, .account = kAccount, .arn = "arn:aws:iam::111122223333:root", .unique_id = ""};
  const GrantLookup grants;
  for (auto _ : state) {
    const policy::Request request{.action = action, .resource = kKey, .caller = caller, .context = context};
    const Verdict verdict = DecideOnKey({.request = request, .shown_resource = kKey, .identity = {}},
                                        {document.get(), kKey}, kAccount, true, grants);
    if (!verdict) state.SkipWithError("denied");
    benchmark::DoNotOptimize(verdict);
  }
}
BENCHMARK(BM_DecideOnKeyWithTheDefaultPolicy);

void BM_CompileKeyPolicy(benchmark::State& state) {
  const std::string text = KeyPolicy();
  for (auto _ : state) benchmark::DoNotOptimize(Document::Compile(text, Kind::kKeyPolicy));
  state.counters["bytes"] = static_cast<double>(text.size());
}
BENCHMARK(BM_CompileKeyPolicy);

// What a policy's author can do to a server at worst: 8 KiB of text against patterns made for it.
void BM_HostilePattern(benchmark::State& state) {
  std::string stars;
  for (int i = 0; i < 2000; ++i) stars += "?a";
  const auto document =
      Document::Compile(
          R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*)" + stars + R"(b*"}})",
          Kind::kKeyPolicy)
          .value();
  const std::string text(8192, 'a');
  const BenchContext context;
  const policy::Action action("kms:Decrypt");
  const Caller caller;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        policy::Evaluate(*document, {.action = action, .resource = text, .caller = caller, .context = context}));
  }
}
BENCHMARK(BM_HostilePattern);

}  // namespace
}  // namespace kagimori::authz
