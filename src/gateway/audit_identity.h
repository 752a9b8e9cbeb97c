#ifndef KAGIMORI_GATEWAY_AUDIT_IDENTITY_H_
#define KAGIMORI_GATEWAY_AUDIT_IDENTITY_H_

#include <string>

#include "audit/event.h"
#include "identity/identity.h"
#include "identity/session.h"

namespace kagimori::gateway {

// Whoever brings an identity token in place of a signature.
struct WebIdentity {
  AccountId account;         // of the role that is asked for; the record is that account's
  std::string principal_id;  // "<provider ARN>:<audience>:<subject>"
  std::string subject;
  std::string provider;  // the provider's ARN
};

// What CloudTrail says of a session (userIdentity.sessionContext). Views into the session.
audit::SessionContext SessionContextOf(const identity::Session& session);

// userIdentity of a record. `account`: the caller's number as text. `context`: where the session's part is kept, or
// null when there is no session. Views into the arguments.
audit::UserIdentity IdentityOf(const identity::Credential& credential, std::string_view account,
                               const audit::SessionContext* context);
audit::UserIdentity IdentityOf(const WebIdentity& identity);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_AUDIT_IDENTITY_H_
