#ifndef KAGIMORI_POLICY_PRINCIPAL_H_
#define KAGIMORI_POLICY_PRINCIPAL_H_

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace kagimori::policy {

// The member of a Principal element under which a text stands.
enum class PrincipalType : uint8_t { kAws, kService, kFederated, kCanonicalUser };

// One principal of a Principal or NotPrincipal element. Source: "AWS JSON policy elements: Principal".
struct PrincipalRef {
  enum class Kind : uint8_t {
    kAny,            // "*"
    kAccount,        // 12 digits or arn:aws:iam::<account>:root
    kUser,           // arn:aws:iam::<account>:user/<path><name>: bound to a unique id
    kRole,           // arn:aws:iam::<account>:role/<path><name>: bound to a unique id
    kRoleSession,    // arn:aws:sts::<account>:assumed-role/<role>/<session>
    kFederatedUser,  // arn:aws:sts::<account>:federated-user/<name>
    kUniqueId,       // AIDA… or AROA…: what a deleted user or role has become
    kService,        // cloudtrail.amazonaws.com
    kProvider,       // of a Federated member: a provider's ARN or name
    kCanonicalUser,  // of Amazon S3 alone; matches nobody
  };
  Kind kind = Kind::kAny;
  PrincipalType type = PrincipalType::kAws;
  std::string text;       // as the policy has it
  std::string partition;  // of an ARN; empty for the other forms
  AccountId account;      // kAccount, kUser, kRole, kRoleSession, kFederatedUser; a provider's with an ARN

  bool needs_binding() const { return kind == Kind::kUser || kind == Kind::kRole; }
  bool operator==(const PrincipalRef&) const = default;
};

enum class PrincipalFault : uint8_t {
  kInvalidArn,        // no ARN of IAM or STS that can be a principal: no account, a group, another service, a wildcard
  kInvalidPrincipal,  // no form of a principal at all
};

std::expected<PrincipalRef, PrincipalFault> ParsePrincipal(PrincipalType type, std::string_view text);

// "AIDA…" or "AROA…", the unique id of a user or role.
bool IsUniqueId(std::string_view text);

// ARN of a user or role → its unique id, stored beside the policy when it is accepted. A user or role that is not in it
// matches nobody, and an Allow whose NotPrincipal has one applies to nobody; names are never compared.
using PrincipalBindings = std::map<std::string, std::string, std::less<>>;

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_PRINCIPAL_H_
