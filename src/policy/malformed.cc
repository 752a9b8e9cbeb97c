#include "policy/malformed.h"

#include <utility>

namespace kagimori::policy {
namespace {

using FaultKind = MalformedPolicy::Fault;

// Of IAM's documents. Source: answers of IAM that users report.
std::string_view IdentityText(FaultKind fault) {
  switch (fault) {
    case FaultKind::kLegacy:
      return "The policy failed legacy parsing";
    case FaultKind::kVersion:
      return "Policy document must be version 2012-10-17 or greater.";
    case FaultKind::kSid:
      return "Statement IDs (SID) in a single policy must be unique.";
    case FaultKind::kNoAction:
      return "Policy statement must contain actions.";
    case FaultKind::kNoResource:
      return "Policy statement must contain resources.";
    case FaultKind::kProhibited:
      return "Policy document should not specify a principal.";
    case FaultKind::kNoPrincipal:
      return "Missing required field Principal";
    case FaultKind::kPrincipalArn:
    case FaultKind::kPrincipal:
      return "Invalid principal in policy";
    default:
      return "Syntax errors in policy.";
  }
}

std::string_view KeyPolicyText(FaultKind fault) {
  switch (fault) {
    case FaultKind::kNoPrincipal:
      return "Policy contains a statement with no principal";
    case FaultKind::kPrincipalArn:
      return "An ARN in the specified key policy is invalid.";
    case FaultKind::kPrincipal:
      return "Policy contains a statement with one or more invalid principals.";
    default:
      return IdentityText(fault);
  }
}

std::string_view TrustText(FaultKind fault) {
  switch (fault) {
    case FaultKind::kTooLarge:
      return "This policy contains invalid Json";
    case FaultKind::kSyntax:
      return "Syntax error in policy.";
    case FaultKind::kVersion:
      return "The policy must contain a valid version string";
    case FaultKind::kSid:
      return "The Statement Ids in the policy are not unique";
    case FaultKind::kNoAction:
      return "Missing required field Action";
    case FaultKind::kProhibited:
      return "Has prohibited field Resource";
    default:
      return IdentityText(fault);
  }
}

}  // namespace

MalformedPolicy Malformed(Kind kind, Fault fault) {
  if (fault.text.empty()) {
    fault.text = kind == Kind::kKeyPolicy ? KeyPolicyText(fault.fault)
                 : kind == Kind::kTrust   ? TrustText(fault.fault)
                                          : IdentityText(fault.fault);
  }
  return {.fault = fault.fault, .text = std::move(fault.text), .detail = std::move(fault.detail)};
}

}  // namespace kagimori::policy
