#ifndef KAGIMORI_STS_CALL_H_
#define KAGIMORI_STS_CALL_H_

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "authz/caller_view.h"
#include "base/clock.h"
#include "identity/identity.h"
#include "policy/request_context.h"
#include "seal/hierarchy.h"

namespace kagimori::sts {

inline constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
inline constexpr std::string_view kVersion = "2011-06-15";

// An error of STS, as the Query protocol answers it.
struct StsError {
  int status = 400;
  std::string_view code;  // a literal: "ValidationError"
  std::string message;
};
template <class T>
using StsResult = std::expected<T, StsError>;

inline std::unexpected<StsError> Refuse(int status, std::string_view code, std::string message) {
  return std::unexpected(StsError{.status = status, .code = code, .message = std::move(message)});
}
inline std::unexpected<StsError> ValidationError(std::string message) {
  return Refuse(400, "ValidationError", std::move(message));
}
inline std::unexpected<StsError> AccessDenied(std::string message) {
  return Refuse(403, "AccessDenied", std::move(message));
}

struct StsAnswer {
  std::string body;               // XML; may hold a secret
  std::string response_elements;  // JSON for the audit record, no secret in it; empty: null
};

// What an operation knows of its call beside its parameters. REQUIRES: everything outlives the call.
struct StsCall {
  std::string_view request_id;
  Timestamp now;  // Clock::Wall
  const seal::KeyHierarchy& hierarchy;
  const policy::RequestContext& context;  // the global condition keys (authz::GlobalContext)
  const authz::CallerView* caller;        // null: nobody has signed it (AssumeRoleWithWebIdentity)
};

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_CALL_H_
