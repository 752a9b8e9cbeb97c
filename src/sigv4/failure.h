#ifndef KAGIMORI_SIGV4_FAILURE_H_
#define KAGIMORI_SIGV4_FAILURE_H_

#include <expected>
#include <string>
#include <string_view>

namespace kagimori::sigv4 {

// The protocol of the service that was called. It names the errors and words a few of them.
enum class Protocol {
  kJson,   // JSON 1.1: kms, ssm
  kQuery,  // Query and XML: sts, iam
};

enum class FailureKind {
  kMissingToken,  // no signature at all
  kIncomplete,    // a signature that lacks a part or has an unreadable one
  kInvalid,       // a complete signature that does not hold: wrong, too old, too new, of another scope
  kUnknownKey,    // no such access key, or an inactive one
  kInvalidToken,  // a session token that is missing, forged, or of another access key
  kExpiredToken,  // a session token past its end
};

// Why a request counts as unsigned. The message is for the client: AWS's own text, printable ASCII, with nothing in it
// but what the client sent, the service's name and the time.
struct AuthFailure {
  FailureKind kind;
  std::string message;
};

template <class T>
using Checked = std::expected<T, AuthFailure>;

// Failures that only the caller, who knows the credentials, can find.
AuthFailure UnknownAccessKey();
AuthFailure InvalidSessionToken();
AuthFailure ExpiredSessionToken();
AuthFailure SignatureMismatch();

struct WireError {
  int status;
  std::string_view code;  // "InvalidSignatureException" (JSON), "SignatureDoesNotMatch" (Query)
};

// How a failure of `kind` is named on the wire: JSON answers 400 throughout, Query 403 but for an incomplete signature
// (400).
WireError ToWire(FailureKind kind, Protocol protocol);

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_FAILURE_H_
