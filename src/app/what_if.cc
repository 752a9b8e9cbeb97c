#include "app/what_if.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "app/decision_report.h"
#include "authz/caller_view.h"
#include "shapes/kms_operations.h"

namespace kagimori::app {
namespace {

using identity::Principal;
using Ref = policy::PrincipalRef;

constexpr std::string_view kEncryptionContext = "kms:encryptioncontext:";
constexpr std::string_view kAnySession = "any-session";

// The parameters of an operation: all of them are among the keys that were given.
class NoFacts final : public authz::OperationFacts {
 public:
  policy::ConditionValues Find(const policy::ConditionKey&, authz::Scratch*) const override { return {}; }
};

Result<std::string> ScalarText(simdjson::dom::element value) {
  switch (value.type()) {
    case simdjson::dom::element_type::STRING:
      return std::string(std::string_view(value.get_string()));
    case simdjson::dom::element_type::BOOL:
      return std::string(bool(value.get_bool()) ? "true" : "false");
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64:
    case simdjson::dom::element_type::DOUBLE:
      return simdjson::to_string(value);
    default:
      return Fail(ErrorKind::kInvalid, "a condition key has a text, a number, a boolean or a list of them");
  }
}

Result<std::vector<std::string>> Texts(simdjson::dom::element value) {
  std::vector<std::string> texts;
  simdjson::dom::array list;
  if (value.get_array().get(list) != simdjson::SUCCESS) {
    KAGIMORI_ASSIGN_OR_RETURN(std::string text, ScalarText(value));
    texts.push_back(std::move(text));
    return texts;
  }
  for (simdjson::dom::element one : list) {
    KAGIMORI_ASSIGN_OR_RETURN(std::string text, ScalarText(one));
    texts.push_back(std::move(text));
  }
  return texts;
}

// "arn:aws:sts::<account>:assumed-role/Name/session" in its last two parts.
std::pair<std::string_view, std::string_view> RoleAndSession(std::string_view arn) {
  const size_t session = arn.rfind('/');
  const std::string_view head = arn.substr(0, session);
  return {head.substr(head.rfind('/') + 1), arn.substr(session + 1)};
}

std::string_view LastPart(std::string_view arn) { return arn.substr(arn.rfind('/') + 1); }

std::shared_ptr<const Principal> RootOf(AccountId account) {
  return std::make_shared<const Principal>(Principal{.kind = Principal::Kind::kRoot,
                                                     .account = account,
                                                     .arn = "arn:aws:iam::" + account.ToString() + ":root",
                                                     .unique_id = account.ToString(),
                                                     .name = {}});
}

std::shared_ptr<const Principal> UserOf(const Ref& who, std::string id) {
  return std::make_shared<const Principal>(Principal{.kind = Principal::Kind::kUser,
                                                     .account = who.account,
                                                     .arn = who.text,
                                                     .unique_id = std::move(id),
                                                     .name = std::string(LastPart(who.text))});
}

struct SessionOfRole {
  std::shared_ptr<const Principal> principal;
  std::shared_ptr<const identity::Session> session;
};
SessionOfRole MakeSession(AccountId account, const identity::Role& role, std::string_view name,
                          std::shared_ptr<const policy::Document> policy, Timestamp now) {
  auto session = std::make_shared<identity::Session>();
  identity::SessionContent& content = session->content;
  content.account = account;
  content.issuer_id = role.id;
  content.issuer_path = role.path;
  content.issuer_name = role.name;
  content.session_name = name;
  content.issued = now;
  content.expires = Timestamp{now.millis + std::chrono::milliseconds(std::chrono::hours(1)).count()};
  session->policy = std::move(policy);
  auto principal = std::make_shared<const Principal>(Principal{.kind = Principal::Kind::kRoleSession,
                                                               .account = account,
                                                               .arn = identity::SessionArn(content),
                                                               .unique_id = identity::SessionUserId(content),
                                                               .name = {}});
  return {std::move(principal), std::move(session)};
}

Result<identity::Caller> Resolved(std::shared_ptr<const Principal> principal,
                                  std::shared_ptr<const identity::Session> session,
                                  std::shared_ptr<const identity::AccountSnapshot> iam) {
  auto caller = identity::ResolveCaller(std::move(principal), std::move(session), std::move(iam));
  if (!caller) return Fail(ErrorKind::kNotFound, "the principal is not there any more");
  return *std::move(caller);
}

}  // namespace

Result<GivenContext> GivenContext::Parse(std::string_view json) {
  GivenContext given;
  if (json.empty()) return given;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(simdjson::padded_string(json)).get_object().get(object) != simdjson::SUCCESS)
    return Fail(ErrorKind::kInvalid, "the context is no JSON object");
  std::vector<shapes::StringMap::Entry> pairs;
  std::set<std::string> seen;
  for (const auto& [name, value] : object) {
    const std::string folded = policy::ToLowerAscii(name);
    if (!seen.insert(folded).second)
      return Fail(ErrorKind::kInvalid, "the context has a condition key twice: " + std::string(name));
    KAGIMORI_ASSIGN_OR_RETURN(std::vector<std::string> texts, Texts(value));
    if (folded.starts_with(kEncryptionContext) && texts.size() == 1)
      pairs.emplace_back(std::string(name.substr(kEncryptionContext.size())), texts.front());
    if (!given.keys.Set(name, std::move(texts)))
      return Fail(ErrorKind::kInvalid, "no condition key is called '" + std::string(name) + "'");
  }
  if (!pairs.empty() && !seen.contains("kms:encryptioncontextkeys")) {
    std::vector<std::string> names;
    for (const auto& [name, value] : pairs) names.push_back(name);
    given.keys.Set("kms:EncryptionContextKeys", std::move(names));
  }
  given.encryption_context = shapes::StringMap(std::move(pairs));
  return given;
}

Result<Ref> ParseWhatIfPrincipal(std::string_view text) {
  auto principal = policy::ParsePrincipal(policy::PrincipalType::kAws, text);
  if (principal) {
    switch (principal->kind) {
      case Ref::Kind::kAccount:
      case Ref::Kind::kUser:
      case Ref::Kind::kRole:
      case Ref::Kind::kRoleSession:
        return *std::move(principal);
      case Ref::Kind::kFederatedUser:
        return Fail(ErrorKind::kInvalid,
                    "what a federated user may do is in its token alone; ask for the user that issued it");
      default:
        break;
    }
  }
  return Fail(ErrorKind::kInvalid, "the principal is no ARN of a user, a role, a session of one, or an account");
}

Result<Region> WhatIfRegion(std::string_view text, std::string_view fallback) {
  std::string_view name = fallback;
  if (text.starts_with("arn:")) {
    std::string_view rest = text;
    for (int colon = 0; colon < 3 && !rest.empty(); ++colon)
      rest.remove_prefix(std::min(rest.find(':'), rest.size() - 1) + 1);
    const std::string_view of_arn = rest.substr(0, rest.find(':'));
    if (!of_arn.empty() && of_arn != "*") name = of_arn;
  }
  if (name.empty()) name = "us-east-1";
  if (auto region = Region::Parse(name)) return *region;
  return Fail(ErrorKind::kInvalid, "there is no Region '" + std::string(name) + "'");
}

Result<identity::Caller> CallerOf(const Ref& who, std::shared_ptr<const identity::AccountSnapshot> iam,
                                  std::shared_ptr<const policy::Document> session_policy, Timestamp now) {
  if (who.kind == Ref::Kind::kAccount) return identity::RootCaller(RootOf(who.account));
  if (who.kind == Ref::Kind::kUser) {
    std::string id = iam->IdOfPrincipal(who.text);
    if (id.empty()) return Fail(ErrorKind::kNotFound, "there is no user " + who.text);
    return Resolved(UserOf(who, std::move(id)), nullptr, std::move(iam));
  }
  std::shared_ptr<const identity::Role> role;
  std::string_view name = kAnySession;
  if (who.kind == Ref::Kind::kRole) {
    role = iam->FindById<identity::Role>(iam->IdOfPrincipal(who.text));
  } else {
    const auto [role_name, session_name] = RoleAndSession(who.text);
    role = iam->Find<identity::Role>(role_name);
    name = session_name;
  }
  if (role == nullptr) return Fail(ErrorKind::kNotFound, "there is no role of " + who.text);
  SessionOfRole made = MakeSession(who.account, *role, name, std::move(session_policy), now);
  return Resolved(std::move(made.principal), std::move(made.session), std::move(iam));
}

identity::Caller CallerOnPaper(const Ref& who, PaperPolicies policies, Timestamp now) {
  if (who.kind == Ref::Kind::kAccount) return identity::RootCaller(RootOf(who.account));
  identity::Caller caller;
  caller.policies = std::make_shared<const identity::PrincipalPolicies>(std::move(policies.own));
  caller.session_policies = std::move(policies.session);
  if (who.kind == Ref::Kind::kUser) {
    identity::User user;
    user.id = who.text;
    user.name = LastPart(who.text);
    caller.user = std::make_shared<const identity::User>(std::move(user));
    caller.principal = UserOf(who, who.text);
    return caller;
  }
  identity::Role role;
  std::string_view session = kAnySession;
  if (who.kind == Ref::Kind::kRole) {
    const auto arn = identity::ParseEntityArn(who.text);
    role.id = who.text;
    role.name = LastPart(who.text);
    if (arn) role.path = arn->path;
  } else {
    const auto [name, session_name] = RoleAndSession(who.text);
    role.name = name;
    role.id = identity::ArnOf(who.account, identity::EntityKind::kRole, "/", name);
    session = session_name;
  }
  SessionOfRole made = MakeSession(who.account, role, session, nullptr, now);
  caller.principal = std::move(made.principal);
  caller.session = std::move(made.session);
  caller.role = std::make_shared<const identity::Role>(std::move(role));
  return caller;
}

policy::PrincipalBindings PaperBindings(const policy::Document& unbound) {
  policy::PrincipalBindings bindings;
  for (const Ref& principal : unbound.principals()) {
    if (principal.needs_binding()) bindings.emplace(principal.text, principal.text);
  }
  return bindings;
}

std::string WholeAccount(AccountId account, Region region) {
  std::string arn = "arn:";
  arn.append(region.partition()).append(":kms:").append(region.name()).append(":").append(account.ToString());
  return arn.append(":*");
}

Result<std::string> CanonicalAction(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == 0 || colon == text.npos || colon + 1 == text.size())
    return Fail(ErrorKind::kInvalid, "the action is none: expected <service>:<name>");
  const std::string service = policy::ToLowerAscii(text.substr(0, colon));
  if (service != "kms") return service + std::string(text.substr(colon));
  const std::string folded = policy::ToLowerAscii(text);
  for (const shapes::OperationDescriptor& operation : shapes::kOperations) {
    for (std::string_view action : operation.actions) {
      if (policy::EqualsFolded(folded, action)) return std::string(action);
    }
  }
  return Fail(ErrorKind::kInvalid, "KMS has no action '" + std::string(text) + "'");
}

bool IsKeylessAction(std::string_view action) {
  constexpr auto kActions =
      std::to_array<std::string_view>({"kms:CreateKey", "kms:GenerateRandom", "kms:ListKeys", "kms:ListAliases"});
  return std::ranges::find(kActions, action) != kActions.end() || action.find("CustomKeyStore") != action.npos;
}

bool WorksAcrossAccounts(std::string_view action) {
  return std::ranges::any_of(shapes::kOperations, [&](const shapes::OperationDescriptor& operation) {
    return operation.cross_account && std::ranges::find(operation.actions, action) != operation.actions.end();
  });
}

bool IsAliasAction(std::string_view action) {
  constexpr auto kActions = std::to_array<std::string_view>({"kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"});
  return std::ranges::find(kActions, action) != kActions.end();
}

std::string DecideWhatIf(const WhatIf& call, const identity::Caller& caller, const GivenContext& context,
                         const WhatIfTarget& on, Region region, Timestamp now) {
  const authz::CallFacts facts{.caller = &caller,
                               .region = region,
                               .now = now,
                               .source_ip = {},
                               .secure_transport = true,
                               .user_agent = {},
                               .referer = {},
                               .via_service = {}};
  const NoFacts parameters;
  const authz::KeyContext of_key(facts, parameters, on.of, on.key.get(), on.alias);
  const authz::GlobalContext global(facts);
  const bool kms = call.action.starts_with("kms:");
  const authz::WhatIfContext all(context.keys, kms ? static_cast<const policy::RequestContext*>(&of_key) : &global);
  const authz::CallerView view(caller, region.partition());
  const policy::Action action(call.action);
  const policy::Request request{.action = action, .resource = on.resource, .caller = view.caller(), .context = all};
  authz::Simulation made = authz::Simulate(request, on.shown, view.identity(), on.target);
  if (view.unreadable()) {
    made.decision = authz::Simulation::Decision::kImplicitDeny;
    made.explanation = "a policy of the caller is gone or cannot be read";
    made.message = authz::DenialText(view.caller(), call.action, on.shown,
                                     "because no identity-based policy allows the " + call.action + " action");
  }
  return DecisionJson({.principal = view.caller().arn,
                       .action = call.action,
                       .resource = on.shown,
                       .kind = on.target.kind,
                       .grants_asked = static_cast<bool>(on.target.grants),
                       .absent = &all.absent()},
                      made);
}

}  // namespace kagimori::app
