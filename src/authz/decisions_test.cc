// The decisions of testdata/decisions: each line is a case, under the heading of the rule that decides it. The files
// say what their columns are.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "authz/combination.h"
#include "policy/json_tree.h"

namespace kagimori::authz {
namespace {

using policy::Caller;
using policy::Document;
using policy::Kind;
using policy::MapContext;
using policy::Outcome;
using policy::PrincipalMatch;

struct Line {
  std::string rule, text;
  std::vector<std::string> fields;
};

std::vector<Line> Read(const std::string& name, size_t columns) {
  std::ifstream file(std::string(KAGIMORI_DECISIONS) + "/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<Line> lines;
  std::set<std::string> seen;
  std::string rule;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text.starts_with('#')) continue;
    if (text.starts_with("== ")) {
      rule = text.substr(3);
      continue;
    }
    EXPECT_FALSE(rule.empty()) << "no rule: " << text;
    const bool old = rule.starts_with("Version 2008");
    EXPECT_TRUE(seen.insert((old ? "old " : "") + text).second) << "twice: " << text;
    Line line{rule, text, {}};
    for (size_t at = 0; at != std::string::npos;) {
      const size_t end = text.find(" | ", at);
      line.fields.push_back(text.substr(at, end == std::string::npos ? end : end - at));
      at = end == std::string::npos ? end : end + 3;
    }
    EXPECT_EQ(line.fields.size(), columns) << text;
    if (line.fields.size() == columns) lines.push_back(std::move(line));
  }
  return lines;
}

std::string Where(const Line& line) { return line.rule + "\n  " + line.text; }

std::shared_ptr<const Document> Compile(const std::string& json, Kind kind, const policy::PrincipalBindings& ids = {}) {
  auto document = Document::Compile(json, kind, ids);
  EXPECT_TRUE(document) << json << "\n" << document.error().text << "\n" << document.error().detail;
  return document.value_or(nullptr);
}

constexpr std::string_view kKey = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const AccountId kOwner = AccountId::FromNumber(111122223333);
const AccountId kOther = AccountId::FromNumber(444455556666);

const std::map<std::string, Caller>& Callers() {
  using enum Caller::Kind;
  static const auto* callers = new std::map<std::string, Caller>{
      {"root", {.kind = kRoot, .account = kOwner, .arn = "arn:aws:iam::111122223333:root", .unique_id = ""}},
      {"bob",
       {.kind = kUser,
        .account = kOwner,
        .arn = "arn:aws:iam::111122223333:user/bob",
        .unique_id = "AIDABOBBOBBOBBOBBOB12"}},
      {"alice",
       {.kind = kUser,
        .account = kOwner,
        .arn = "arn:aws:iam::111122223333:user/div/alice",
        .unique_id = "AIDAALICEALICEALICE12"}},
      {"red/one",
       {.kind = kRoleSession,
        .account = kOwner,
        .arn = "arn:aws:sts::111122223333:assumed-role/red/one",
        .unique_id = "AROAREDREDREDREDRED12"}},
      {"red/two",
       {.kind = kRoleSession,
        .account = kOwner,
        .arn = "arn:aws:sts::111122223333:assumed-role/red/two",
        .unique_id = "AROAREDREDREDREDRED12"}},
      {"old/one",
       {.kind = kRoleSession,
        .account = kOwner,
        .arn = "arn:aws:sts::111122223333:assumed-role/old/one",
        .unique_id = "AROANEWNEWNEWNEWNEW12"}},
      {"fed-of-bob",
       {.kind = kFederatedUser,
        .account = kOwner,
        .arn = "arn:aws:sts::111122223333:federated-user/fed",
        .unique_id = "AIDABOBBOBBOBBOBBOB12"}},
      {"fed-of-root",
       {.kind = kFederatedUser,
        .account = kOwner,
        .arn = "arn:aws:sts::111122223333:federated-user/fed",
        .unique_id = ""}},
      {"other-root", {.kind = kRoot, .account = kOther, .arn = "arn:aws:iam::444455556666:root", .unique_id = ""}},
      {"other-bob",
       {.kind = kUser,
        .account = kOther,
        .arn = "arn:aws:iam::444455556666:user/bob",
        .unique_id = "AIDAOTHEROTHEROTHER12"}},
      {"other-red",
       {.kind = kRoleSession,
        .account = kOther,
        .arn = "arn:aws:sts::444455556666:assumed-role/red/one",
        .unique_id = "AROAOTHEROTHEROTHER12"}},
      {"other-fed",
       {.kind = kFederatedUser,
        .account = kOther,
        .arn = "arn:aws:sts::444455556666:federated-user/fed",
        .unique_id = "AIDAOTHEROTHEROTHER12"}},
      {"logs", {.kind = kService, .account = {}, .arn = "logs.amazonaws.com", .unique_id = ""}},
      {"web", {.kind = kWebIdentity, .account = kOwner, .arn = "accounts.example.com", .unique_id = ""}},
  };
  return *callers;
}

const policy::PrincipalBindings kIds = {{"arn:aws:iam::111122223333:user/bob", "AIDABOBBOBBOBBOBBOB12"},
                                        {"arn:aws:iam::111122223333:user/div/alice", "AIDAALICEALICEALICE12"},
                                        {"arn:aws:iam::111122223333:role/red", "AROAREDREDREDREDRED12"},
                                        {"arn:aws:iam::111122223333:role/old", "AROAOLDOLDOLDOLDOLD12"},
                                        {"arn:aws:iam::444455556666:user/bob", "AIDAOTHEROTHEROTHER12"},
                                        {"arn:aws:iam::444455556666:role/red", "AROAOTHEROTHEROTHER12"}};

TEST(Decisions, Conditions) {
  const policy::Action action("kms:Decrypt");
  for (const Line& line : Read("conditions.txt", 5)) {
    const std::string& holds = line.fields[4];
    ASSERT_TRUE(holds == "yes" || holds == "no" || holds == "strict") << Where(line);
    MapContext context;
    context.Set("aws:PrincipalTag/Team", "red");
    context.Set("aws:PrincipalTag/Wild", "*");
    if (line.fields[3] != "-") {
      const auto json = policy::ParseJson("{\"v\":" + line.fields[3] + "}");
      ASSERT_TRUE(json) << Where(line);
      std::vector<std::string> values;
      for (const policy::Json& item : json->Find("v")->items) values.push_back(item.text);
      context.Set(line.fields[1], values);
    }
    for (const std::string effect : {"Allow", "Deny"}) {
      const std::string version = line.rule.starts_with("Version 2008") ? "" : R"("Version":"2012-10-17",)";
      const auto document = Compile(
          "{" + version + R"("Statement":{"Principal":"*","Action":"kms:*","Resource":"*","Effect":")" + effect +
              R"(","Condition":{")" + line.fields[0] + "\":{\"" + line.fields[1] + "\":" + line.fields[2] + "}}}}",
          Kind::kKeyPolicy);
      ASSERT_TRUE(document) << Where(line);
      const Outcome outcome = policy::Evaluate(
          *document, {.action = action, .resource = kKey, .caller = Callers().at("bob"), .context = context});
      const bool applies = holds == "yes" || (holds == "strict" && effect == "Deny");
      EXPECT_EQ(outcome.effect != Outcome::Effect::kNone, applies) << effect << " " << Where(line);
    }
  }
}

TEST(Decisions, Principals) {
  const std::vector<std::string> matches = {"-", "account", "issuer", "role", "any", "provider", "service", "direct"};
  const policy::Action action("kms:Decrypt");
  const MapContext context;
  for (const Line& line : Read("principals.txt", 4)) {
    ASSERT_TRUE(Callers().contains(line.fields[1])) << Where(line);
    const auto ask = [&](const std::string& effect) {
      const auto document = Compile(R"({"Statement":{"Action":"kms:*","Resource":"*","Effect":")" + effect + "\"," +
                                        line.fields[0].substr(1) + "}",
                                    Kind::kKeyPolicy, kIds);
      return policy::Evaluate(
          *document, {.action = action, .resource = kKey, .caller = Callers().at(line.fields[1]), .context = context});
    };
    const Outcome allow = ask("Allow");
    EXPECT_EQ(matches[static_cast<size_t>(allow.match)], line.fields[2]) << Where(line);
    EXPECT_EQ(allow.effect == Outcome::Effect::kAllow, line.fields[2] != "-") << Where(line);
    EXPECT_EQ(ask("Deny").effect == Outcome::Effect::kDeny ? "yes" : "no", line.fields[3]) << Where(line);
  }
}

TEST(Decisions, Elements) {
  MapContext context;
  context.Set("aws:username", "bob");
  for (const Line& line : Read("elements.txt", 4)) {
    const policy::Action action(line.fields[1]);
    for (const std::string effect : {"Allow", "Deny"}) {
      const auto document = Compile(
          R"({"Version":"2012-10-17","Statement":{"Effect":")" + effect + "\"," + line.fields[0].substr(1) + "}",
          Kind::kIdentity);
      const Outcome outcome = policy::Evaluate(
          *document, {.action = action, .resource = line.fields[2], .caller = Callers().at("bob"), .context = context});
      EXPECT_EQ(outcome.effect != Outcome::Effect::kNone ? "yes" : "no", line.fields[3])
          << effect << " " << Where(line);
    }
  }
}

// The callers of combinations.txt.
const Caller& CallerOf(const std::string& name) {
  static const std::map<std::string, std::string> names = {{"root", "root"},
                                                           {"user", "bob"},
                                                           {"session", "red/one"},
                                                           {"federated", "fed-of-bob"},
                                                           {"root-federated", "fed-of-root"},
                                                           {"other-root", "other-root"},
                                                           {"other-user", "other-bob"},
                                                           {"other-session", "other-red"},
                                                           {"other-federated", "other-fed"},
                                                           {"service", "logs"},
                                                           {"web", "web"}};
  return Callers().at(names.at(name));
}

std::string Member(const std::string& type, std::string_view text) {
  return "{\"" + type + "\":\"" + std::string(text) + "\"}";
}

std::string PrincipalOf(const std::string& match, const Caller& caller) {
  const std::string account = caller.account.ToString();
  if (match == "any") return Member("AWS", "*");
  if (match == "account") return Member("AWS", account);
  if (match == "issuer") return Member("AWS", "arn:aws:iam::" + account + ":user/bob");
  if (match == "role") return Member("AWS", "arn:aws:iam::" + account + ":role/red");
  if (match == "direct") return Member("AWS", caller.arn);
  if (match == "service") return Member("Service", caller.arn);
  if (match == "provider") return Member("Federated", caller.arn);
  return Member("AWS", "arn:aws:iam::111122223333:user/somebody-else");
}

// All that one case needs, kept together: NamedPolicy and IdentitySide are views.
class Case {
 public:
  explicit Case(const Line& line)
      : kind_(line.fields[0]),
        caller_(CallerOf(line.fields[1])),
        action_(kind_ == "role"       ? "sts:AssumeRole"
                : kind_ == "identity" ? "kms:CreateKey"
                : kind_ == "resource" ? "ssm:GetParameter"
                                      : "kms:Decrypt"),
        grant_(line.fields[6]) {
    const bool other_resource = kind_ == "resource";
    const Kind resource_kind = kind_ == "role" ? Kind::kTrust : other_resource ? Kind::kResource : Kind::kKeyPolicy;
    if (line.fields[2] != "-") {
      const size_t dash = line.fields[2].find('-');
      resource_ = Resource(line.fields[2].substr(0, dash), line.fields[2].substr(dash + 1), resource_kind);
    } else if (kind_ != "identity" && !other_resource) {
      resource_ = Resource("allow", "other", resource_kind);
    }
    identity_ = Said(line.fields[3], Kind::kIdentity, "identity-policy");
    boundary_ = Said(line.fields[4], Kind::kBoundary, "boundary-policy");
    session_ = Said(line.fields[5], Kind::kSession, "session-policy");
    side_ = {.identity = identity_, .boundary = {}, .session = session_};
    if (!boundary_.empty()) side_.boundary = boundary_[0];
  }

  Verdict Decide() const {
    const policy::Request request{.action = action_, .resource = kKey, .caller = caller_, .context = context_};
    const Question question{.request = request, .shown_resource = kKey, .identity = side_};
    if (kind_ == "identity") return DecideByIdentity(question);
    if (kind_ == "resource") return DecideOnResource(question, resource_, kOwner);
    if (kind_ == "role") return DecideAssumeRole(question, *resource_, kOwner);
    return DecideOnKey(question, *resource_, kOwner, kind_ == "key", [this]() -> GrantVerdict {
      return {.allows = grant_ != "-", .through_account = grant_ == "account", .grant_id = "0123abcd"};
    });
  }

  std::string_view action() const { return action_.name(); }
  const Caller& caller() const { return caller_; }

 private:
  NamedPolicy Keep(const std::string& json, Kind kind, std::string_view name) {
    documents_.push_back(Compile(json, kind, kIds));
    return {documents_.back().get(), name};
  }

  NamedPolicy Resource(const std::string& effect, const std::string& match, Kind kind) {
    std::string json = R"({"Version":"2012-10-17","Statement":{"Sid":"R1","Effect":")";
    json += effect == "deny" ? "Deny" : "Allow";
    json += "\",\"Action\":\"" + std::string(action_.name()) + "\",\"Principal\":" + PrincipalOf(match, caller_);
    if (kind != Kind::kTrust) json += R"(,"Resource":"*")";
    return Keep(json + "}}", kind, "resource-policy");
  }

  std::vector<NamedPolicy> Said(const std::string& what, Kind kind, std::string_view name) {
    if (what == "-") return {};
    const std::string action = what == "none" ? "s3:GetObject" : std::string(action_.name());
    return {Keep(R"({"Version":"2012-10-17","Statement":[{"Sid":"S0","Effect":"Allow","Action":"s3:*","Resource":"*"},)"
                 R"({"Sid":"S1","Effect":")" +
                     std::string(what == "deny" ? "Deny" : "Allow") + "\",\"Action\":\"" + action +
                     R"(","Resource":"*"}]})",
                 kind, name)};
  }

  std::string kind_;
  const Caller& caller_;
  policy::Action action_;
  std::string grant_;
  MapContext context_;
  std::vector<std::shared_ptr<const Document>> documents_;
  std::optional<NamedPolicy> resource_;
  std::vector<NamedPolicy> identity_, boundary_, session_;
  IdentitySide side_;
};

std::string AllowText(const Permit& permit) {
  std::string text = "allow by ";
  const bool identity = permit.identity.type != PolicyType::kNone;
  switch (permit.resource.type) {
    case PolicyType::kNone:
      return text + "identity";
    case PolicyType::kGrant:
      return text + (identity ? "grant+identity" : "grant");
    default:
      return text + (identity ? "both" : "resource");
  }
}

// A ground names its policy, its statement and its Sid.
void CheckGround(const Ground& ground, const Line& line) {
  static const std::map<PolicyType, std::string_view> names = {
      {PolicyType::kIdentity, "identity-policy"}, {PolicyType::kBoundary, "boundary-policy"},
      {PolicyType::kSession, "session-policy"},   {PolicyType::kResource, "resource-policy"},
      {PolicyType::kTrust, "resource-policy"},    {PolicyType::kGrant, "0123abcd"}};
  const auto name = names.find(ground.type);
  if (name == names.end()) return;
  EXPECT_EQ(ground.policy, name->second) << Where(line);
  const bool of_resource = ground.type == PolicyType::kResource || ground.type == PolicyType::kTrust;
  if (ground.type == PolicyType::kGrant) return;
  EXPECT_EQ(ground.statement, of_resource ? 0 : 1) << Where(line);
  EXPECT_EQ(ground.sid, of_resource ? "R1" : "S1") << Where(line);
}

TEST(Decisions, Combinations) {
  for (const Line& line : Read("combinations.txt", 8)) {
    const Case c(line);
    const Verdict verdict = c.Decide();
    const std::string& expected = line.fields[7];
    if (expected.starts_with("allow by ")) {
      ASSERT_TRUE(verdict) << Where(line) << "\n" << verdict.error().message;
      EXPECT_EQ(AllowText(*verdict), expected) << Where(line);
      CheckGround(verdict->resource, line);
      CheckGround(verdict->identity, line);
      continue;
    }
    ASSERT_FALSE(verdict) << Where(line) << "\n" << AllowText(*verdict);
    std::string end = expected;
    if (const size_t at = end.find("ACTION"); at != std::string::npos) end.replace(at, 6, c.action());
    EXPECT_EQ(verdict.error().message, "User: " + std::string(c.caller().arn) + " is not authorized to perform: " +
                                           std::string(c.action()) + " on resource: " + std::string(kKey) + " " + end)
        << Where(line);
    const bool denied = expected.starts_with("with an explicit deny");
    EXPECT_EQ(verdict.error().cause == Refusal::Cause::kExplicitDeny, denied) << Where(line);
    if (denied) CheckGround(verdict.error().ground, line);
  }
}

TEST(Decisions, AreAsManyAsPromised) {
  EXPECT_GE(Read("conditions.txt", 5).size() + Read("principals.txt", 4).size() + Read("elements.txt", 4).size() +
                Read("combinations.txt", 8).size(),
            500U);
}

}  // namespace
}  // namespace kagimori::authz
