#ifndef KAGIMORI_IAM_POLICY_RULES_H_
#define KAGIMORI_IAM_POLICY_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "iam/call.h"
#include "identity/entities.h"

namespace kagimori::iam {

// Characters without white space, which is what AWS's quotas count.
size_t PolicySize(std::string_view document);

// The document compiled as an identity policy. MalformedPolicyDocument.
OrError<identity::PolicyText> AcceptIdentityPolicy(std::string document);

// The accounts whose users and roles a trust policy names: their snapshots are needed in Call::others to accept it.
// None for what is malformed or too large.
std::vector<AccountId> AccountsInTrustPolicy(const std::string& document);
// Sets the trust policy of a role, its principals bound to the unique ids of users and roles, which must be there.
// MalformedPolicyDocument, LimitExceeded (size).
OrError<void> AcceptTrustPolicy(const Call& call, std::string document, identity::Role* role);

// As it is shown: a user or role of the account that is gone by its unique id, one that was renamed by its new ARN.
// Those of other accounts by the ARN that was accepted.
std::string ShownTrustPolicy(const identity::AccountSnapshot& account, const identity::Role& role);

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_POLICY_RULES_H_
