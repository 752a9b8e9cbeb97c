#include "kms/errors.h"

namespace kagimori::kms {

using shapes::Errors;

shapes::ApiError ToApiError(keys::LookupFailure failure, std::string_view action, Session& session) {
  using Kind = keys::LookupFailure::Kind;
  switch (failure.kind) {
    case Kind::kAliasNotAllowed:
      return Errors::InvalidArn("Key Aliases are not supported for this operation.");
    case Kind::kNotFound:
      return Errors::NotFound(std::move(failure.text));
    case Kind::kForeign:
      return ToApiError(authz::Authorizer::ForeignKey(session.call.caller, action, failure.text), session.trail);
    case Kind::kFailed:
      return Internal(std::move(failure.error), session.trail);
  }
  return Errors::KmsInternal();
}

shapes::ApiError ToApiError(authz::Denial denial, Trail& trail) {
  trail.decision = std::move(denial.explanation);
  return Errors::AccessDenied(std::move(denial.message));
}

shapes::ApiError Internal(Error error, Trail& trail) {
  trail.failure = std::move(error);
  return Errors::KmsInternal();
}

shapes::ApiError NotReady(Error error, Trail& trail) {
  if (error.kind == ErrorKind::kLimit) return Errors::Throttling();
  return Internal(std::move(error), trail);
}

shapes::ApiError WrongUsage(const keys::Key& key, std::string_view operation) {
  std::string text = key.arn;
  text.append(" key usage is ")
      .append(Name(key.usage))
      .append(" which is not valid for ")
      .append(operation)
      .append(".");
  return Errors::InvalidKeyUsage(std::move(text));
}

std::string IncompatibleAlgorithm(std::string_view algorithm, const keys::Key& key) {
  std::string text = "Algorithm ";
  text.append(algorithm).append(" is incompatible with key spec ").append(Name(key.spec)).append(".");
  return text;
}

}  // namespace kagimori::kms
