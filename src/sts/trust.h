#ifndef KAGIMORI_STS_TRUST_H_
#define KAGIMORI_STS_TRUST_H_

#include <string>
#include <string_view>
#include <vector>

#include "authz/combination.h"
#include "identity/account_snapshot.h"
#include "policy/request_context.h"
#include "sts/call.h"
#include "sts/parameters.h"

namespace kagimori::sts {

// The condition keys of one call: those of its parameters before those of every request.
class CallContext : public policy::RequestContext {
 public:
  explicit CallContext(const policy::RequestContext& global) : global_(global) {}

  // REQUIRES: `name` is a key's name.
  void Set(std::string_view name, std::vector<std::string> values);
  void Set(std::string_view name, std::string_view value) { Set(name, std::vector{std::string(value)}); }
  // aws:RequestTag/…, aws:TagKeys and sts:TransitiveTagKeys. Validation error: a tag that no key can be named by.
  StsResult<void> SetTags(const SessionLimits& limits);

  policy::ConditionValues Find(const policy::ConditionKey& key) const override;

 private:
  const policy::RequestContext& global_;
  policy::MapContext own_;
};

// A role as the target of AssumeRole and its like.
struct RoleArn {
  AccountId account;
  std::string path;
  std::string name;
};
// Validation error: no ARN of a role.
StsResult<RoleArn> ParseRoleArn(std::string_view text);

// The role of exactly that ARN. Null: there is none.
std::shared_ptr<const identity::Role> FindRole(const RoleArn& arn, const identity::AccountSnapshot& account);

// Whether caller and role agree on the action: the role's trust policy, and the caller's own policies where they count.
// REQUIRES: call.caller is not null.
bool MayAssume(const StsCall& call, const policy::RequestContext& context, std::string_view action,
               std::string_view role_arn, const identity::Role& role, AccountId owner);

// The same for the holder of an identity token of the provider with that ARN.
bool MayAssumeWithWebIdentity(const policy::RequestContext& context, std::string_view action,
                              std::string_view provider_arn, std::string_view role_arn, const identity::Role& role,
                              AccountId owner);

// Whether the caller's own policies allow the action on the resource. REQUIRES: call.caller is not null.
bool MayByIdentity(const StsCall& call, const policy::RequestContext& context, std::string_view action,
                   std::string_view resource);

// "User: … is not authorized to perform: … on resource: …".
std::string NotAuthorized(std::string_view caller_arn, std::string_view action, std::string_view resource);

// Whether the request's duration is within what the role allows. `seconds`: nothing was asked for.
StsResult<int64_t> RoleDuration(std::optional<int64_t> seconds, const identity::Role& role, bool chained);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_TRUST_H_
