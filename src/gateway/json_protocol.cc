#include "gateway/json_protocol.h"

#include <string>

#include "shapes/kms_errors.h"

namespace kagimori::gateway {

using shapes::ApiError;
using shapes::Errors;

ApiError ToApiError(const Unauthenticated& why) {
  if (!why.failure) return Errors::KmsInternal();
  const std::string& text = why.failure->message;
  switch (why.failure->kind) {
    case sigv4::FailureKind::kMissingToken:
      return Errors::MissingAuthenticationToken();
    case sigv4::FailureKind::kIncomplete:
      return Errors::IncompleteSignature(text);
    case sigv4::FailureKind::kInvalid:
      return Errors::InvalidSignature(text);
    case sigv4::FailureKind::kUnknownKey:
    case sigv4::FailureKind::kInvalidToken:
      return Errors::UnrecognizedClient();
    case sigv4::FailureKind::kExpiredToken:
      return Errors::ExpiredToken();
  }
  return Errors::KmsInternal();
}

}  // namespace kagimori::gateway
