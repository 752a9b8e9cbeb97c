#ifndef KAGIMORI_POLICY_CALLER_H_
#define KAGIMORI_POLICY_CALLER_H_

#include <cstdint>
#include <string_view>

#include "base/ids.h"

namespace kagimori::policy {

// Who asks, as principal elements see them. Views into what the caller of the evaluator keeps.
struct Caller {
  enum class Kind : uint8_t {
    kRoot,           // the root user of an account
    kUser,           // an IAM user, also with the temporary credentials of GetSessionToken
    kRoleSession,    // of AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity
    kFederatedUser,  // of GetFederationToken
    kService,        // a call of an AWS service on its own behalf
    kWebIdentity,    // nobody of AWS's: the holder of an identity provider's token, who asks for a role
  };
  Kind kind = Kind::kRoot;
  AccountId account;                   // of kWebIdentity the role's; meaningless for kService
  std::string_view partition = "aws";  // of the ARNs
  // arn:aws:iam::<account>:root, the user's ARN, the assumed-role session's, the federated user's; the provider's ARN
  // or name for kWebIdentity; the service principal (cloudtrail.amazonaws.com) for kService. What messages call the
  // user.
  std::string_view arn;
  // kUser: AIDA…; kRoleSession: the role's AROA…, without the session's name; kFederatedUser: the issuing user's AIDA…,
  // empty when the root user issued it. Else empty.
  std::string_view unique_id;
};

// How a statement's principal element names a caller; it decides what may still block what the statement allows. From
// the weakest to the strongest.
enum class PrincipalMatch : uint8_t {
  kNone,
  kAccount,      // through its account: identity policies decide
  kIssuingUser,  // a federated user through the user that issued the token: boundary and session policies limit
  kRole,         // a session through its role's ARN: boundary and session policies limit
  kAny,          // "*", or anybody but those of a NotPrincipal
  kProvider,     // the identity provider's token
  kService,      // the service by its name
  kDirect,       // the user, the session or the federated user itself; the root user through its account
};

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_CALLER_H_
