#include "authz/explanation.h"

#include <string_view>

namespace kagimori::authz {
namespace {

std::string_view TypeName(PolicyType type) {
  switch (type) {
    case PolicyType::kNone:
      return "nothing";
    case PolicyType::kIdentity:
      return "identity policy";
    case PolicyType::kResource:
      return "resource policy";
    case PolicyType::kTrust:
      return "trust policy";
    case PolicyType::kBoundary:
      return "permissions boundary";
    case PolicyType::kSession:
      return "session policy";
    case PolicyType::kGrant:
      return "grant";
    case PolicyType::kRoot:
      return "root user";
  }
  return "nothing";
}

std::string Describe(const Ground& ground) {
  std::string text(TypeName(ground.type));
  if (!ground.policy.empty()) text.append(" ").append(ground.policy);
  if (ground.statement >= 0) text.append(", statement ").append(std::to_string(ground.statement));
  if (!ground.sid.empty()) text.append(" \"").append(ground.sid).append("\"");
  return text;
}

}  // namespace

std::string Explain(const Permit& permit) {
  std::string text = "allowed by ";
  const bool by_resource = permit.resource.type != PolicyType::kNone;
  if (by_resource) text.append(Describe(permit.resource));
  if (permit.identity.type != PolicyType::kNone) text.append(by_resource ? "; " : "").append(Describe(permit.identity));
  return text;
}

std::string Explain(const Refusal& refusal) {
  switch (refusal.cause) {
    case Refusal::Cause::kExplicitDeny:
      return "denied by " + Describe(refusal.ground);
    case Refusal::Cause::kNotAllowed:
      return "no statement of any " + std::string(TypeName(refusal.ground.type)) + " allows it";
    case Refusal::Cause::kNoCrossAccount:
      return "the operation cannot be used on another account's resources";
    case Refusal::Cause::kNoSession:
      return "the federated session has no session policy";
  }
  return {};
}

}  // namespace kagimori::authz
