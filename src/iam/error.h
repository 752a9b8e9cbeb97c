#ifndef KAGIMORI_IAM_ERROR_H_
#define KAGIMORI_IAM_ERROR_H_

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace kagimori::iam {

// An error of IAM's service model, with AWS's text. Source: IAM API Reference; texts as recorded from AWS.
struct ApiError {
  int status = 400;
  std::string_view code;  // a literal
  std::string message;
};

template <class T>
using OrError = std::expected<T, ApiError>;

inline std::unexpected<ApiError> Refuse(int status, std::string_view code, std::string message) {
  return std::unexpected(ApiError{status, code, std::move(message)});
}

inline auto NoSuchEntity(std::string message) { return Refuse(404, "NoSuchEntity", std::move(message)); }
inline auto EntityAlreadyExists(std::string message) { return Refuse(409, "EntityAlreadyExists", std::move(message)); }
inline auto DeleteConflict(std::string message) { return Refuse(409, "DeleteConflict", std::move(message)); }
inline auto LimitExceeded(std::string message) { return Refuse(409, "LimitExceeded", std::move(message)); }
inline auto MalformedPolicyDocument(std::string message) {
  return Refuse(400, "MalformedPolicyDocument", std::move(message));
}
inline auto InvalidInput(std::string message) { return Refuse(400, "InvalidInput", std::move(message)); }
inline auto ValidationError(std::string message) { return Refuse(400, "ValidationError", std::move(message)); }
inline auto AccessDenied(std::string message) { return Refuse(403, "AccessDenied", std::move(message)); }

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_ERROR_H_
