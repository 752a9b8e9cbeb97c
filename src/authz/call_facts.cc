#include "authz/call_facts.h"

#include <string>

namespace kagimori::authz {
namespace {

using identity::Principal;
using policy::ConditionKey;
using policy::ConditionValues;
using policy::KeyName;

ConditionValues Flag(bool value) { return std::string_view(value ? "true" : "false"); }

std::string_view PrincipalType(const Principal& principal) {
  switch (principal.kind) {
    case Principal::Kind::kRoot:
      return "Account";
    case Principal::Kind::kUser:
      return "User";
    case Principal::Kind::kRoleSession:
      return "AssumedRole";
    case Principal::Kind::kFederatedUser:
      return "FederatedUser";
  }
  return "Anonymous";
}

// Session tags come before those of the role or user.
ConditionValues PrincipalTag(const identity::Caller& caller, std::string_view suffix, Scratch* scratch) {
  const auto key = [](const auto& tag) { return std::string_view(tag.key); };
  const auto value = [](const auto& tag) { return std::string_view(tag.value); };
  if (caller.session != nullptr) {
    ConditionValues of_session = FindInFamily(caller.session->content.tags, suffix, key, value, scratch);
    if (!of_session.absent()) return of_session;
  }
  if (caller.role != nullptr) return FindInFamily(caller.role->tags, suffix, key, value, scratch);
  // A federated user is not the user that issued its token.
  if (caller.user != nullptr && caller.principal->kind == Principal::Kind::kUser)
    return FindInFamily(caller.user->tags, suffix, key, value, scratch);
  return {};
}

// For a session the ARN of the role, not of the session.
std::string_view PrincipalArn(const identity::Caller& caller, Scratch* scratch) {
  if (caller.principal->kind != Principal::Kind::kRoleSession || caller.session == nullptr)
    return caller.principal->arn;
  return scratch->Keep(identity::IssuerArn(caller.session->content));
}

// What only temporary credentials have.
ConditionValues SessionKey(const CallFacts& call, const ConditionKey& key, Scratch* scratch) {
  if (call.caller->session == nullptr) return {};
  const identity::SessionContent& session = call.caller->session->content;
  switch (key.name()) {
    case KeyName::kAwsMultiFactorAuthPresent:
      return Flag(session.mfa_time.has_value());
    case KeyName::kAwsMultiFactorAuthAge:
      if (!session.mfa_time) return {};
      return scratch->Keep(std::to_string((call.now.millis - session.mfa_time->millis) / 1000));
    case KeyName::kAwsTokenIssueTime:
      return scratch->Keep(FormatIso(session.issued));
    case KeyName::kAwsFederatedProvider:
      return session.federated_provider.empty() ? ConditionValues() : std::string_view(session.federated_provider);
    case KeyName::kAwsSourceIdentity:
      return session.source_identity.empty() ? ConditionValues() : std::string_view(session.source_identity);
    case KeyName::kOther:
      return FindInFamily(
          session.web_identity_claims, key.suffix(), [](const auto& claim) { return std::string_view(claim.key); },
          [](const auto& claim) { return std::string_view(claim.value); }, scratch);
    default:
      return {};
  }
}

ConditionValues ServiceKey(const CallFacts& call, const ConditionKey& key, Scratch* scratch) {
  switch (key.name()) {
    case KeyName::kAwsViaAwsService:
      return Flag(!call.via_service.empty());
    case KeyName::kAwsCalledVia:
    case KeyName::kAwsCalledViaFirst:
    case KeyName::kAwsCalledViaLast: {
      if (call.via_service.empty()) return {};
      std::string service(call.via_service.substr(0, call.via_service.find('.')));
      return scratch->Keep(service + ".amazonaws.com");
    }
    default:
      return {};
  }
}

ConditionValues TextOrAbsent(std::string_view text) { return text.empty() ? ConditionValues() : text; }

ConditionValues CallerKey(const CallFacts& call, const ConditionKey& key, Scratch* scratch) {
  if (call.caller == nullptr) return {};
  const identity::Caller& caller = *call.caller;
  switch (key.name()) {
    case KeyName::kAwsPrincipalArn:
      return PrincipalArn(caller, scratch);
    case KeyName::kAwsPrincipalAccount:
      return scratch->Keep(caller.principal->account.ToString());
    case KeyName::kAwsPrincipalTag:
      return PrincipalTag(caller, key.suffix(), scratch);
    case KeyName::kAwsPrincipalType:
      return PrincipalType(*caller.principal);
    case KeyName::kAwsPrincipalIsAwsService:
      return Flag(false);
    case KeyName::kAwsUserid:
      return std::string_view(caller.principal->unique_id);
    case KeyName::kAwsUsername:
      return caller.principal->kind == Principal::Kind::kUser ? TextOrAbsent(caller.principal->name)
                                                              : ConditionValues();
    default:
      return SessionKey(call, key, scratch);
  }
}

}  // namespace

ConditionValues FindCallKey(const CallFacts& call, const ConditionKey& key, Scratch* scratch) {
  switch (key.name()) {
    case KeyName::kAwsSourceIp:
      return TextOrAbsent(call.source_ip);
    case KeyName::kAwsSecureTransport:
      return Flag(call.secure_transport);
    case KeyName::kAwsUserAgent:
      return TextOrAbsent(call.user_agent);
    case KeyName::kAwsReferer:
      return TextOrAbsent(call.referer);
    case KeyName::kAwsRequestedRegion:
      return call.region.name();
    case KeyName::kAwsCurrentTime:
      return scratch->Keep(FormatIso(call.now));
    case KeyName::kAwsEpochTime:
      return scratch->Keep(std::to_string(call.now.seconds()));
    case KeyName::kAwsViaAwsService:
    case KeyName::kAwsCalledVia:
    case KeyName::kAwsCalledViaFirst:
    case KeyName::kAwsCalledViaLast:
      return ServiceKey(call, key, scratch);
    default:
      return CallerKey(call, key, scratch);
  }
}

}  // namespace kagimori::authz
