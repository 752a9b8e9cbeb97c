#ifndef KAGIMORI_AUTHZ_COMBINATION_H_
#define KAGIMORI_AUTHZ_COMBINATION_H_

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "policy/document.h"
#include "policy/evaluate.h"

// What all policies and grants together say about one action on one resource. Pure. Source: AWS KMS Developer Guide,
// "Troubleshooting key access"; IAM User Guide, "Policy evaluation logic".
namespace kagimori::authz {

// A document with the name by which an operator finds it: the ARN of a managed policy, "user/Bob/inline/ReadKeys", the
// key's ARN. Views into what the asker keeps.
struct NamedPolicy {
  const policy::Document* document = nullptr;
  std::string_view name;
};

// What the caller's own account says. Everything is empty for a root user, a service and the holder of a web identity.
struct IdentitySide {
  // Of the user and its groups; of the role; of the user that issued a federation token.
  std::span<const NamedPolicy> identity;
  std::optional<NamedPolicy> boundary;
  // Inline and managed ones. A session has at least one or none at all; none does not limit, except for
  // GetFederationToken, whose sessions then may do nothing.
  std::span<const NamedPolicy> session;
};

// What the grants on a key say.
struct GrantVerdict {
  bool allows = false;
  // The grantee is the account, so that identity policies must allow, too.
  bool through_account = false;
  std::string_view grant_id;  // valid until the decision has been used
};

// Whether one of the key's grants allows the action to the caller, its constraints met. Called at most once, and only
// where the answer can matter.
using GrantLookup = std::function<GrantVerdict()>;

enum class PolicyType : uint8_t { kNone, kIdentity, kResource, kTrust, kBoundary, kSession, kGrant, kRoot };

// One statement, or one grant, that a decision rests on.
struct Ground {
  PolicyType type = PolicyType::kNone;
  std::string_view policy;  // NamedPolicy::name; a grant's id
  int statement = -1;       // index in the document
  std::string_view sid;
};

// What lets the caller in.
struct Permit {
  Ground resource;  // the statement of the key's, the resource's or the role's policy, or the grant
  Ground identity;  // the statement of the identity policy; kRoot for a root user. kNone where it was not needed
};

struct Refusal {
  enum class Cause : uint8_t {
    kExplicitDeny,    // `ground` says which statement
    kNotAllowed,      // ground.type is the type of policy that would have to allow; no statement does
    kNoCrossAccount,  // the operation cannot be used on the resource of another account
    kNoSession,       // a GetFederationToken session without a session policy
  };
  Cause cause = Cause::kNotAllowed;
  Ground ground;
  std::string message;  // AWS's text for the client
};

using Verdict = std::expected<Permit, Refusal>;

// The resource as the message names it: an ARN, "*" for what has none, or empty to leave " on resource: …" out (tags of
// CreateKey).
struct Question {
  const policy::Request& request;
  std::string_view shown_resource;
  const IdentitySide& identity;
};

// An action on a KMS key. The key policy decides, with what it delegates to the account, and grants.
// REQUIRES: key_policy.document is of Kind::kKeyPolicy.
Verdict DecideOnKey(const Question& question, const NamedPolicy& key_policy, AccountId owner, bool cross_account,
                    const GrantLookup& grants);

// An action that only the identity policies of the caller decide: CreateKey, an alias, most of IAM.
Verdict DecideByIdentity(const Question& question);

// An action on a resource that may have a policy of its own: in the same account either policy is enough, across
// accounts both are needed. REQUIRES: the policy, if there is one, is of Kind::kResource.
Verdict DecideOnResource(const Question& question, const std::optional<NamedPolicy>& resource_policy, AccountId owner);

// sts:AssumeRole and its like on a role. In the same account the trust policy is enough where it names the caller
// directly, and the identity policies decide where it names the account; across accounts both are needed. For a web
// identity the trust policy is everything. REQUIRES: trust_policy.document is of Kind::kTrust.
Verdict DecideAssumeRole(const Question& question, const NamedPolicy& trust_policy, AccountId owner);

// "User: … is not authorized to perform: …", with `context` ("because no …", "with an explicit deny …").
std::string DenialText(const policy::Caller& caller, std::string_view action, std::string_view shown_resource,
                       std::string_view context);

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_COMBINATION_H_
