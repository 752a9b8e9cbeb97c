#include "identity/caller.h"

#include <optional>
#include <utility>

namespace kagimori::identity {
namespace {

policy::Caller::Kind KindOf(Principal::Kind kind) {
  switch (kind) {
    case Principal::Kind::kRoot:
      return policy::Caller::Kind::kRoot;
    case Principal::Kind::kUser:
      return policy::Caller::Kind::kUser;
    case Principal::Kind::kRoleSession:
      return policy::Caller::Kind::kRoleSession;
    case Principal::Kind::kFederatedUser:
      return policy::Caller::Kind::kFederatedUser;
  }
  return policy::Caller::Kind::kFederatedUser;
}

// The session policies that the token names. One that is gone, or not to be read, leaves the session without rights.
void AddSessionPolicies(const Session& session, Caller* caller) {
  if (session.policy != nullptr) caller->session_policies.push_back({"session policy", session.policy});
  for (const std::string& arn : session.content.policy_arns) {
    std::shared_ptr<const ManagedPolicy> managed = caller->iam != nullptr ? caller->iam->FindPolicy(arn) : nullptr;
    if (managed == nullptr || managed->Default().policy.compiled == nullptr) {
      caller->unreadable = true;
      continue;
    }
    caller->session_policies.push_back({arn, managed->Default().policy.compiled});
  }
}

// The unique id of the user or role behind the credentials; empty: the account's root user.
std::string_view IssuerId(const Principal& principal, const Session* session) {
  if (session == nullptr) return principal.kind == Principal::Kind::kRoot ? "" : std::string_view(principal.unique_id);
  return session->content.issuer_name.empty() ? std::string_view() : std::string_view(session->content.issuer_id);
}

}  // namespace

policy::Caller Caller::AsPolicySees(std::string_view partition) const {
  std::string_view id;
  if (principal->kind == Principal::Kind::kRoleSession && role != nullptr) id = role->id;
  if ((principal->kind == Principal::Kind::kUser || principal->kind == Principal::Kind::kFederatedUser) &&
      user != nullptr)
    id = user->id;
  return {.kind = KindOf(principal->kind),
          .account = principal->account,
          .partition = partition,
          .arn = principal->arn,
          .unique_id = id};
}

Caller RootCaller(std::shared_ptr<const Principal> principal) {
  Caller caller;
  caller.principal = std::move(principal);
  return caller;
}

std::optional<Caller> ResolveCaller(std::shared_ptr<const Principal> principal, std::shared_ptr<const Session> session,
                                    std::shared_ptr<const AccountSnapshot> iam) {
  Caller caller;
  caller.principal = std::move(principal);
  caller.session = std::move(session);
  caller.iam = std::move(iam);
  const std::string_view issuer = IssuerId(*caller.principal, caller.session.get());
  if (!issuer.empty()) {
    if (caller.iam == nullptr) return std::nullopt;
    if (caller.principal->kind == Principal::Kind::kRoleSession) {
      caller.role = caller.iam->FindById<Role>(issuer);
    } else {
      caller.user = caller.iam->FindById<User>(issuer);
    }
    if (caller.role == nullptr && caller.user == nullptr) return std::nullopt;
    caller.policies = caller.iam->PoliciesOf(issuer);
    caller.unreadable = caller.policies == nullptr || caller.policies->unreadable;
  }
  if (caller.session != nullptr) AddSessionPolicies(*caller.session, &caller);
  return caller;
}

}  // namespace kagimori::identity
