#ifndef KAGIMORI_IDENTITY_CALLER_H_
#define KAGIMORI_IDENTITY_CALLER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "identity/account_snapshot.h"
#include "identity/identity.h"
#include "identity/session.h"
#include "policy/caller.h"

namespace kagimori::identity {

// Who calls, with all that decisions need of it: policies and tags as the account's IAM is now, the session as its
// token says. Made for one request, from what is cached.
struct Caller {
  std::shared_ptr<const Principal> principal;         // never null
  std::shared_ptr<const Session> session;             // null: long-term credentials
  std::shared_ptr<const AccountSnapshot> iam;         // null: a root user, to whom IAM says nothing
  std::shared_ptr<const User> user;                   // the user, or the one that issued a federation token; else null
  std::shared_ptr<const Role> role;                   // of a role session; else null
  std::shared_ptr<const PrincipalPolicies> policies;  // of user or role; null: there are none, and root users have none
  std::vector<PolicyInForce> session_policies;
  // A policy that limits the caller is gone or cannot be read: nothing is allowed.
  bool unreadable = false;

  bool temporary() const { return session != nullptr; }
  // As principal elements see it. Views into this object. `partition`: of the Region that is called.
  policy::Caller AsPolicySees(std::string_view partition) const;
};

// A root user with its long-term key: IAM has no say.
Caller RootCaller(std::shared_ptr<const Principal> principal);

// Everybody else. `iam`: the account as it is now; null only where the account's root user stands behind the session.
// Nothing: the user or role is not there any more, and the credentials are worth nothing.
std::optional<Caller> ResolveCaller(std::shared_ptr<const Principal> principal, std::shared_ptr<const Session> session,
                                    std::shared_ptr<const AccountSnapshot> iam);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_CALLER_H_
