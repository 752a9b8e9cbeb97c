#ifndef KAGIMORI_AUTHZ_FINDINGS_H_
#define KAGIMORI_AUTHZ_FINDINGS_H_

#include <optional>
#include <string>
#include <vector>

#include "authz/combination.h"

// The decisions of combination.h with all that was said on the way, for whoever wants to know why. Every policy and the
// grants are asked, also where they cannot matter any more; the verdict is the same.
namespace kagimori::authz {

// What one policy, or the grants, said by themselves, whether or not it decided.
struct Finding {
  PolicyType type = PolicyType::kNone;
  std::string policy;  // NamedPolicy::name; the id of a grant that allows, else empty
  policy::Outcome::Effect effect = policy::Outcome::Effect::kNone;
  // Of a resource's, key's or trust policy: how the statement names the caller. Of a grant: kAccount when the grantee
  // is the caller's account.
  policy::PrincipalMatch match = policy::PrincipalMatch::kNone;
  int statement = -1;
  std::string sid;
};
using Findings = std::vector<Finding>;

Verdict DecideOnKey(const Question& question, const NamedPolicy& key_policy, AccountId owner, bool cross_account,
                    const GrantLookup& grants, Findings* findings);
Verdict DecideByIdentity(const Question& question, Findings* findings);
Verdict DecideOnResource(const Question& question, const std::optional<NamedPolicy>& resource_policy, AccountId owner,
                         Findings* findings);
Verdict DecideAssumeRole(const Question& question, const NamedPolicy& trust_policy, AccountId owner,
                         Findings* findings);

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_FINDINGS_H_
