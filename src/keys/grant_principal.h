#ifndef KAGIMORI_KEYS_GRANT_PRINCIPAL_H_
#define KAGIMORI_KEYS_GRANT_PRINCIPAL_H_

#include <boost/container/small_vector.hpp>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "policy/caller.h"
#include "policy/principal.h"

// Who a grant is given to, and who may retire it.
namespace kagimori::keys {

// Stored by number: append only.
enum class PrincipalKind : uint8_t {
  kAccount = 1,        // arn:aws:iam::111122223333:root
  kUser = 2,           // arn:aws:iam::111122223333:user/path/name
  kRole = 3,           // arn:aws:iam::111122223333:role/path/name, every session of it
  kRoleSession = 4,    // arn:aws:sts::111122223333:assumed-role/name/session, that one alone
  kFederatedUser = 5,  // arn:aws:sts::111122223333:federated-user/name
  kService = 6,        // sns.amazonaws.com
};

// What a principal is matched by. Users and roles are bound to their unique id (AIDA…, AROA…), so that another one of
// the same name is somebody else; accounts to their number, sessions and federated users to their ARN, services to
// their name.
struct PrincipalForm {
  PrincipalKind kind = PrincipalKind::kAccount;
  std::string id;
  auto operator<=>(const PrincipalForm&) const = default;
  // One text for each form: what markers and the equality of grants are made of.
  std::string Text() const;
};

struct GrantPrincipal {
  PrincipalForm form;
  AccountId account;  // whose it is; a service's: 0
  std::string given;  // as the creator wrote it
  bool operator==(const GrantPrincipal&) const = default;
};

// A principal that can be a grantee or retire grants, taken apart without a look at who is there. Nothing for whatever
// cannot: a group, an organization, a wildcard, a service, a bare id, an account's bare number (guess), an ARN of
// another partition than the Region's (or plain "aws", in which users and roles are named everywhere).
std::optional<policy::PrincipalRef> ParseGrantPrincipal(std::string_view arn, Region region);
// "sns.amazonaws.com"; nothing but the form is known of services. Nothing: it is none.
std::optional<GrantPrincipal> ServicePrincipal(std::string_view name);

// The users, roles and accounts of this deployment, as far as grants ask for them.
class PrincipalDirectory {
 public:
  virtual ~PrincipalDirectory() = default;
  // By an ARN of ParseGrantPrincipal: the unique id of the user or role, of the role of a session, or the number of the
  // account (accounts and federated users). Nothing: there is no such user, role or account.
  virtual Task<Result<std::optional<std::string>>> FindId(policy::PrincipalRef principal) const = 0;
  // The ARN, at present, of the user or role with that unique id. Nothing: it is gone.
  virtual Task<Result<std::optional<std::string>>> FindArn(AccountId account, PrincipalForm form) const = 0;
};

// A principal as a grant holds it. Nothing: it is not there, or cannot be one.
Task<Result<std::optional<GrantPrincipal>>> BindPrincipal(const PrincipalDirectory& directory, std::string arn,
                                                          Region region);
// How a list shows it: the ARN that it has now, the bare unique id of a user or role that is gone.
Task<Result<std::string>> ShownPrincipal(const PrincipalDirectory& directory, GrantPrincipal principal);

// The forms under which grants can be a caller's, the closest first; the account is the last one, and what it is given
// is for its identity policies to hand on (a root user needs none).
using CallerForms = boost::container::small_vector<PrincipalForm, 3>;
CallerForms FormsOf(const policy::Caller& caller);

}  // namespace kagimori::keys

template <>
struct std::hash<kagimori::keys::PrincipalForm> {
  size_t operator()(const kagimori::keys::PrincipalForm& form) const noexcept {
    return std::hash<std::string>()(form.id) ^ static_cast<size_t>(form.kind);
  }
};

#endif  // KAGIMORI_KEYS_GRANT_PRINCIPAL_H_
