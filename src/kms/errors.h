#ifndef KAGIMORI_KMS_ERRORS_H_
#define KAGIMORI_KMS_ERRORS_H_

#include <string_view>

#include "kms/operation.h"

// Failures of the rooms below as the errors that a client sees. Texts: shared reference of AWS's behaviour, recorded
// from the service.
namespace kagimori::kms {

// `action`: for a key of another account, which is refused as if it were there.
shapes::ApiError ToApiError(keys::LookupFailure failure, std::string_view action, Session& session);
// AccessDeniedException; the trail has the reason.
shapes::ApiError ToApiError(authz::Denial denial, Trail& trail);
// KMSInternalException; the operator gets the error.
shapes::ApiError Internal(Error error, Trail& trail);

// Why key material was not made ready: too much to do is ThrottlingException, the rest is Internal.
shapes::ApiError NotReady(Error error, Trail& trail);

// "<ARN> key usage is SIGN_VERIFY which is not valid for Encrypt."
shapes::ApiError WrongUsage(const keys::Key& key, std::string_view operation);
// "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT." `algorithm`: its name in the API.
std::string IncompatibleAlgorithm(std::string_view algorithm, const keys::Key& key);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ERRORS_H_
