#ifndef KAGIMORI_IDENTITY_SESSION_H_
#define KAGIMORI_IDENTITY_SESSION_H_

#include <expected>
#include <memory>
#include <string>

#include "base/clock.h"
#include "identity/identity.h"
#include "identity/session_token.h"

namespace kagimori::policy {
class Document;
}

namespace kagimori::identity {

class AccountSnapshot;

// Temporary credentials as a request brings them: what their token says, with the inline session policy compiled.
// Immutable.
struct Session {
  SessionContent content;
  // Access key, secret and principal. The principal of a kUser session is the user, of a kRoot session the root user.
  std::shared_ptr<const Credential> credential;
  // 32 bytes that name the token, for sigv4::Credential::identity: access key ids of sessions are not unique enough.
  std::string id;
  std::shared_ptr<const policy::Document> policy;  // of content.policy; null: there is none
  // For audit records: the ARN of the role or user behind the session, and the account's number.
  std::string issuer_arn;
  std::string account_text;

  bool has_session_policies() const { return policy != nullptr || !content.policy_arns.empty(); }
};

// Whether the session's principal is still there: the role or user of the token's unique id, by the account as it is
// now. Asked on every request, so that a deleted role or user ends its sessions. kExpired: past its end. Revocation by
// policy (aws:TokenIssueTime) needs nothing here. `account`: null when there is no such account.
std::expected<void, TokenFault> CheckSession(const Session& session, const AccountSnapshot* account, Timestamp now);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_SESSION_H_
