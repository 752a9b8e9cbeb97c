// Random policies and requests, decided by the evaluator and by a slow one that shares nothing with it. What they are
// made of is small, so that they meet.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "policy/evaluate.h"
#include "policy/testing/slow_evaluator.h"

namespace kagimori::policy {
namespace {

constexpr int kPolicies = 2000;
constexpr int kRequestsEach = 5;

using Words = std::vector<std::string>;

const Words kActions = {"kms:Decrypt",    "kms:Encrypt",     "kms:CreateGrant", "kms:GenerateDataKey",
                        "sts:AssumeRole", "kms:ReEncryptTo", "iam:GetUser"};
const Words kActionPatterns = {
    "kms:*",     "*",           "kms:Decrypt",          "KMS:dec*",    "kms:?ncrypt", "kms:Re*To",
    "sts:*Role", "kms:*crypt*", "kms:GenerateDataKey*", "iam:Get?ser", "*:*"};
const std::string kKey = "arn:aws:kms:us-east-1:111122223333:key/1234abcd";
const Words kResources = {kKey, "arn:aws:kms:eu-west-1:444455556666:alias/bob/x",
                          "arn:aws:kms:us-east-1:111122223333:*", "arn:aws:iam::111122223333:role/red"};
const Words kResourcePatterns = {"*",
                                 kKey,
                                 "arn:aws:kms:*:111122223333:key/*",
                                 "arn:aws:kms:*",
                                 "arn:aws:kms:*:*:alias/${aws:username}/*",
                                 "arn:aws:kms:*:*:key/${aws:PrincipalTag/team}",
                                 "arn:aws:kms:eu-west-1:444455556666:alias/${aws:PrincipalTag/team, 'bob'}/?",
                                 "arn:aws:iam::111122223333:role/${aws:PrincipalTag/team, 'red'}",
                                 "arn:aws:kms:us-east-1:${aws:PrincipalAccount}:key/*",
                                 "arn:aws:kms:us-east-?:111122223333:k?y/1234*"};
const Words kPrincipals = {"*",
                           "111122223333",
                           "arn:aws:iam::444455556666:root",
                           "arn:aws:iam::111122223333:user/bob",
                           "arn:aws:iam::111122223333:user/team/alice",
                           "arn:aws:iam::111122223333:role/red",
                           "arn:aws:iam::444455556666:role/red",
                           "arn:aws:sts::111122223333:assumed-role/red/one",
                           "arn:aws:sts::111122223333:federated-user/fed",
                           "AROAREDREDREDREDRED"};
const std::map<std::string, std::string> kIds = {{"arn:aws:iam::111122223333:user/bob", "AIDABOBBOBBOBBOBBOB"},
                                                 {"arn:aws:iam::111122223333:role/red", "AROAREDREDREDREDRED"},
                                                 {"arn:aws:iam::444455556666:role/red", "AROAOTHEROTHEROTHER"}};
const Words kStringKeys = {
    "kms:ViaService",      "aws:PrincipalTag/Team", "kms:EncryptionContext:App", "aws:username",
    "kms:ResourceAliases", "aws:TagKeys",           "kms:EncryptionContextKeys", "token.example.com:sub"};
const Words kStrings = {"red", "Red", "blue", "bob", "r*d", "a?",  "",       "é", "bob/é",
                        "r",   "*",   "App",  "app", "a:b", "x*y", "redred", "ré"};
const Words kPatternsOfStrings = {"red",
                                  "Red",
                                  "*",
                                  "r*",
                                  "?",
                                  "*d",
                                  "r?d",
                                  "${aws:username}",
                                  "${*}",
                                  "a?",
                                  "b*b",
                                  "*r*d*",
                                  "",
                                  "?é",
                                  "*é",
                                  "**?",
                                  "${aws:PrincipalTag/team, 'red'}",
                                  "${aws:username}*",
                                  "x${*}y",
                                  "r${?}d",
                                  "*:*"};
const Words kNumbers = {"1", "2", "10", "-3", "2.5", "02", "1.0", "many", "", "7."};
const Words kDates = {"2024-01-01",   "2024-01-01T00:00:00Z",      "2024-02-29T12:30:00.5Z",    "1704067200",
                      "1704067200.0", "2024-01-01T02:00:00+02:00", "2023-12-31T19:00:00-05:00", "soon"};
const Words kIps = {"10.0.0.1", "10.0.1.1", "192.168.3.4", "2001:db8:0:0:0:0:0:1", "nowhere"};
const Words kRanges = {"10.0.0.0/24",   "10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "2001:db8:0:0:0:0:0:0/32",
                       "192.168.3.5/31"};
const Words kArns = {kKey, "arn:aws:s3:::bucket/a:b", "arn:aws:iam::111122223333:role/red", "no-arn"};
const Words kArnPatterns = {"arn:aws:kms:*:*:key/*",
                            "arn:*:s3:::bucket/*",
                            "*",
                            "arn:aws:iam::*:role/${aws:PrincipalTag/team}",
                            "arn:aws:kms:us-*:key/1234abcd",
                            "arn:aws:s3:::*:b",
                            "arn:aws:kms:us-east-?:1111*:key/1234abcd"};

struct Family {
  Words operators, keys, policy_values, request_values;
};
const std::vector<Family> kFamilies = {
    {{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
      "StringNotEqualsIgnoreCase", "stringLIKE"},
     kStringKeys,
     kPatternsOfStrings,
     kStrings},
    {{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
      "NumericGreaterThanEquals"},
     {"kms:RotationPeriodInDays", "aws:PrincipalTag/level"},
     {"1", "2", "2.50", "-3", "10", "02"},
     kNumbers},
    {{"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"},
     {"aws:CurrentTime", "kms:ValidTo"},
     {"2024-01-01", "2024-01-01T00:00:00Z", "1704067200", "2024-02-29T12:30:00.5Z"},
     kDates},
    {{"Bool"}, {"aws:SecureTransport", "kms:MultiRegion"}, {"true", "false", "True"}, {"true", "false", "TRUE", "yes"}},
    {{"BinaryEquals"}, {"example:blob"}, {"cmVk", "Ym9i", ""}, {"red", "bob", ""}},
    {{"IpAddress", "NotIpAddress"}, {"aws:SourceIp"}, kRanges, kIps},
    {{"ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"},
     {"aws:SourceArn", "aws:PrincipalArn"},
     kArnPatterns,
     kArns},
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool Once(int in) { return Below(in) == 0; }
  const std::string& Pick(const Words& words) {
    return words[static_cast<size_t>(Below(static_cast<int>(words.size())))];
  }

  std::string List(const Words& words, int most = 3) {
    if (Once(2)) return Quote(Pick(words));
    std::string out = "[";
    for (int i = 1 + Below(most); i > 0; --i) out += Quote(Pick(words)) + (i > 1 ? "," : "");
    return out + "]";
  }

  std::string Principal() {
    if (Once(8)) return "\"*\"";
    std::string out = "{\"AWS\":" + List(kPrincipals, 6);
    if (Once(4)) out += R"(,"Service":"logs.amazonaws.com")";
    if (Once(4)) out += R"(,"Federated":"accounts.example.com")";
    return out + "}";
  }

  std::string Condition() {
    std::map<std::string, std::map<std::string, std::string>> operators;
    for (int i = Below(2); i >= 0; --i) {
      if (Once(8)) {
        operators["Null"][Pick(kStringKeys)] = Once(2) ? "true" : "\"false\"";
        continue;
      }
      const Family& family = kFamilies[static_cast<size_t>(Once(2) ? 0 : Below(static_cast<int>(kFamilies.size())))];
      std::string op = Pick(family.operators);
      if (Once(4)) op = (Once(2) ? "ForAllValues:" : "ForAnyValue:") + op;
      if (Once(4)) op += "IfExists";
      operators[op][Pick(family.keys)] = List(family.policy_values);
    }
    std::string out = "{";
    for (const auto& [op, keys] : operators) {
      out += (out.size() > 1 ? ",\"" : "\"") + op + "\":{";
      std::string inner;
      for (const auto& [key, values] : keys) inner += (inner.empty() ? "\"" : ",\"") + key + "\":" + values;
      out += inner + "}";
    }
    return out + "}";
  }

  std::string Policy(Kind kind) {
    std::string out = "{";
    if (kind == Kind::kIdentity || !Once(4)) out += R"("Version":"2012-10-17",)";
    out += "\"Statement\":[";
    for (int i = Below(5); i >= 0; --i) out += Statement(kind) + (i > 0 ? "," : "");
    return out + "]}";
  }

  slow::Question Question() {
    slow::Question question{
        .action = Pick(kActions), .resource = Pick(kResources), .asker = Asker(), .context = {}, .ids = kIds};
    for (const Family& family : kFamilies) {
      for (const std::string& key : family.keys) {
        if (Once(3)) continue;
        std::vector<std::string>& values = question.context[ToLowerAscii(key)];
        for (int i = Once(4) ? 2 : 1; i > 0; --i) values.push_back(Pick(family.request_values));
      }
    }
    return question;
  }

 private:
  static std::string Quote(const std::string& text) { return "\"" + text + "\""; }

  std::string Statement(Kind kind) {
    std::string out = Once(3) ? R"({"Effect":"Deny")" : R"({"Effect":"Allow")";
    if (kind == Kind::kKeyPolicy) out += (Once(5) ? ",\"NotPrincipal\":" : ",\"Principal\":") + Principal();
    if (kind != Kind::kKeyPolicy || !Once(20))
      out += (Once(5) ? ",\"NotAction\":" : ",\"Action\":") + List(kActionPatterns);
    if (kind != Kind::kKeyPolicy || !Once(20))
      out += (Once(5) ? ",\"NotResource\":" : ",\"Resource\":") + List(kResourcePatterns);
    if (Once(2)) out += ",\"Condition\":" + Condition();
    return out + "}";
  }

  slow::Asker Asker() {
    switch (Below(8)) {
      case 0:
        return {"root", "111122223333", "arn:aws:iam::111122223333:root", ""};
      case 1:
        return {"user", "111122223333", "arn:aws:iam::111122223333:user/bob", "AIDABOBBOBBOBBOBBOB"};
      case 2:
        return {"session", "111122223333", "arn:aws:sts::111122223333:assumed-role/red/one", "AROAREDREDREDREDRED"};
      case 3:
        return {"session", "111122223333", "arn:aws:sts::111122223333:assumed-role/red/two", "AROANEWNEWNEWNEWNEW"};
      case 4:
        return {"federated", "111122223333", "arn:aws:sts::111122223333:federated-user/fed",
                Once(2) ? "" : "AIDABOBBOBBOBBOBBOB"};
      case 5:
        return {"service", "", "logs.amazonaws.com", ""};
      case 6:
        return {"web", "111122223333", "accounts.example.com", ""};
      default:
        return {"session", "444455556666", "arn:aws:sts::444455556666:assumed-role/red/one", "AROAOTHEROTHEROTHER"};
    }
  }

  std::mt19937 random_;
};

Caller CallerOf(const slow::Asker& asker) {
  static const std::map<std::string, Caller::Kind> kinds = {
      {"root", Caller::Kind::kRoot},           {"user", Caller::Kind::kUser},
      {"session", Caller::Kind::kRoleSession}, {"federated", Caller::Kind::kFederatedUser},
      {"service", Caller::Kind::kService},     {"web", Caller::Kind::kWebIdentity}};
  return {.kind = kinds.at(asker.kind),
          .account = AccountId::Parse(asker.account).value_or(AccountId()),
          .arn = asker.arn,
          .unique_id = asker.id};
}

slow::Answer Fast(const Document& document, const slow::Question& question) {
  static const Words matches = {"none", "account", "issuer", "role", "any", "provider", "service", "direct"};
  MapContext context;
  for (const auto& [name, values] : question.context) EXPECT_TRUE(context.Set(name, values));
  const Action action(question.action);
  const Caller caller = CallerOf(question.asker);
  const Outcome outcome =
      Evaluate(document, {.action = action, .resource = question.resource, .caller = caller, .context = context});
  const bool applies = outcome.effect != Outcome::Effect::kNone;
  EXPECT_EQ(applies, outcome.statement >= 0);
  return {.effect = outcome.effect == Outcome::Effect::kAllow ? "allow"
                    : applies                                 ? "deny"
                                                              : "none",
          .match = matches[static_cast<size_t>(outcome.match)]};
}

std::string Describe(const slow::Question& question) {
  std::string text = question.action + " on " + question.resource + " by " + question.asker.kind + " " +
                     question.asker.arn + " " + question.asker.id;
  for (const auto& [name, values] : question.context) {
    text += "\n  " + name + " =";
    for (const std::string& value : values) text += " '" + value + "'";
  }
  return text;
}

// KAGIMORI_POLICY_SEED chooses the seed of a run; without it the run is always the same.
unsigned Seed() {
  const char* text = std::getenv("KAGIMORI_POLICY_SEED");
  return text == nullptr ? 20121017U : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

void Compare(Kind kind) {
  const unsigned seed = Seed();
  testing::Test::RecordProperty("seed", static_cast<int>(seed));
  std::map<std::string, int> seen;
  Generator generator(seed + static_cast<unsigned>(kind));
  for (int i = 0; i < kPolicies; ++i) {
    const std::string json = generator.Policy(kind);
    const auto document = Document::Compile(json, kind, PrincipalBindings(kIds.begin(), kIds.end()));
    ASSERT_TRUE(document) << "seed " << seed << ": " << json << "\n" << document.error().detail;
    for (int j = 0; j < kRequestsEach; ++j) {
      const slow::Question question = generator.Question();
      const slow::Answer fast = Fast(**document, question);
      const slow::Answer slow = slow::Evaluate(json, kind == Kind::kKeyPolicy, question);
      ASSERT_TRUE(fast.effect == slow.effect && fast.match == slow.match)
          << "seed " << seed << "\n"
          << json << "\n"
          << Describe(question) << "\nfast: " << fast.effect << " " << fast.match << "\nslow: " << slow.effect << " "
          << slow.match;
      ++seen[fast.effect + " " + fast.match];
    }
  }
  // A generator whose policies never meet its requests would test nothing.
  std::cout << "seed " << seed << ":";
  for (const auto& [answer, count] : seen) std::cout << "  " << answer << " " << count;
  std::cout << "\n";
  constexpr int kEnough = kPolicies * kRequestsEach / 20;
  int allowed = 0;
  for (const auto& [answer, count] : seen) allowed += answer.starts_with("allow") ? count : 0;
  EXPECT_GT(allowed, kEnough);
  EXPECT_GT(seen["deny none"], kEnough);
  EXPECT_GT(seen["none none"], kEnough);
}

TEST(PolicyProperty, IdentityPoliciesAreDecidedAsByTheSlowEvaluator) { Compare(Kind::kIdentity); }
TEST(PolicyProperty, KeyPoliciesAreDecidedAsByTheSlowEvaluator) { Compare(Kind::kKeyPolicy); }

}  // namespace
}  // namespace kagimori::policy
