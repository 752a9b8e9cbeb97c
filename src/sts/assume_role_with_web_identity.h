#ifndef KAGIMORI_STS_ASSUME_ROLE_WITH_WEB_IDENTITY_H_
#define KAGIMORI_STS_ASSUME_ROLE_WITH_WEB_IDENTITY_H_

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "identity/account_snapshot.h"
#include "oidc/issuer_keys.h"
#include "oidc/jwt.h"
#include "sts/call.h"
#include "sts/parameters.h"
#include "sts/trust.h"
#include "wire/query.h"

namespace kagimori::sts {

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
//
// Nobody signs this request: the identity token vouches for it. In this order, of which every step may end it:
//   1  ParseAssumeRoleWithWebIdentity
//   2  FindProvider       the role's account trusts the token's issuer
//   3  FindKeys           the issuer's keys, from memory; FetchKeys where they are not there
//   4  VerifyWebIdentity  the token is its issuer's, and good now
//   5  AssumeRoleWithWebIdentity
struct WebIdentityRequest {
  std::string role_arn;
  RoleArn role;
  std::string session_name;
  std::optional<int64_t> duration_seconds;
  SessionLimits limits;
  oidc::Jwt token;  // nothing of it is verified before VerifyWebIdentity
};
StsResult<WebIdentityRequest> ParseAssumeRoleWithWebIdentity(const wire::QueryParameters& parameters);
std::string AuditAssumeRoleWithWebIdentity(const WebIdentityRequest& request);

// InvalidIdentityToken: the account of request.role has no provider of that issuer.
StsResult<std::shared_ptr<const identity::OidcProvider>> FindProvider(const WebIdentityRequest& request,
                                                                      const identity::AccountSnapshot& owner);

// The keys of the token's issuer. Null: they are to be fetched. `keys`: null: no issuer is configured.
// InvalidIdentityToken: nobody has configured this one.
StsResult<std::shared_ptr<const oidc::JwkSet>> FindKeys(const WebIdentityRequest& request,
                                                        const oidc::IssuerKeys* keys);
// The same, where FindKeys has none; blocks as long as the issuer takes to answer. IDPCommunicationError.
StsResult<std::shared_ptr<const oidc::JwkSet>> FetchKeys(const WebIdentityRequest& request, oidc::IssuerKeys* keys);

// The token's claims as its issuer has signed them: only VerifyWebIdentity makes one, so that whoever holds it may
// believe them.
class VerifiedIdentity {
 public:
  const std::string& issuer() const { return issuer_; }  // as the token has it
  const std::string& subject() const { return subject_; }
  const std::string& audience() const { return audience_; }  // the one that the provider knows
  const std::vector<std::string>& other_audiences() const { return other_audiences_; }  // of a token with `azp`
  const std::vector<std::string>& methods() const { return methods_; }

 private:
  friend StsResult<VerifiedIdentity> VerifyWebIdentity(const WebIdentityRequest&, const identity::OidcProvider&,
                                                       const oidc::JwkSet&, Timestamp);
  VerifiedIdentity() = default;
  std::string issuer_;
  std::string subject_;
  std::string audience_;
  std::vector<std::string> other_audiences_;
  std::vector<std::string> methods_;
};

// A signature check or, for a token without a key id, several: for a worker thread. InvalidIdentityToken,
// ExpiredTokenException.
StsResult<VerifiedIdentity> VerifyWebIdentity(const WebIdentityRequest& request, const identity::OidcProvider& provider,
                                              const oidc::JwkSet& keys, Timestamp now);

// `provider`: FindProvider's, in `owner`. call.caller is not looked at.
StsResult<StsAnswer> AssumeRoleWithWebIdentity(const StsCall& call, const WebIdentityRequest& request,
                                               const VerifiedIdentity& identity, const identity::OidcProvider& provider,
                                               const identity::AccountSnapshot& owner);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_ASSUME_ROLE_WITH_WEB_IDENTITY_H_
