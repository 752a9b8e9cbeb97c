#include "sigv4/failure.h"

namespace kagimori::sigv4 {

AuthFailure UnknownAccessKey() {
  return {FailureKind::kUnknownKey, "The security token included in the request is invalid."};
}

AuthFailure InvalidSessionToken() {
  return {FailureKind::kInvalidToken, "The security token included in the request is invalid"};
}

AuthFailure ExpiredSessionToken() {
  return {FailureKind::kExpiredToken, "The security token included in the request is expired"};
}

AuthFailure SignatureMismatch() {
  return {FailureKind::kInvalid,
          "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
          "Key and signing method. Consult the service documentation for details."};
}

WireError ToWire(FailureKind kind, Protocol protocol) {
  const bool json = protocol == Protocol::kJson;
  switch (kind) {
    case FailureKind::kMissingToken:
      return json ? WireError{400, "MissingAuthenticationTokenException"}
                  : WireError{403, "MissingAuthenticationToken"};
    case FailureKind::kIncomplete:
      return json ? WireError{400, "IncompleteSignatureException"} : WireError{400, "IncompleteSignature"};
    case FailureKind::kInvalid:
      break;
    case FailureKind::kUnknownKey:
    case FailureKind::kInvalidToken:
      return json ? WireError{400, "UnrecognizedClientException"} : WireError{403, "InvalidClientTokenId"};
    case FailureKind::kExpiredToken:
      return json ? WireError{400, "ExpiredTokenException"} : WireError{403, "ExpiredToken"};
  }
  return json ? WireError{400, "InvalidSignatureException"} : WireError{403, "SignatureDoesNotMatch"};
}

}  // namespace kagimori::sigv4
