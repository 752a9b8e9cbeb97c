#ifndef KAGIMORI_IAM_PROVIDER_H_
#define KAGIMORI_IAM_PROVIDER_H_

#include <memory>
#include <string_view>

#include "iam/access.h"
#include "iam/call.h"

namespace kagimori::iam {

// OIDC providers by their ARN: "OpenIDConnect Provider not found for arn X" where there is none.
OrError<std::shared_ptr<const identity::OidcProvider>> FindProvider(const Call& call, std::string_view arn);
Access AccessToProvider(const Call& call, std::string_view operation, std::string_view arn);

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_PROVIDER_H_
