#ifndef KAGIMORI_SSM_SESSION_H_
#define KAGIMORI_SSM_SESSION_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "identity/identity.h"
#include "parameters/parameter_table.h"
#include "ssm/access.h"
#include "ssm/error.h"
#include "ssm/key_service.h"

namespace kagimori::ssm {

// Whether the caller may do something; the gateway asks authz.
class Permissions {
 public:
  virtual ~Permissions() = default;
  // Nothing: it is allowed. Otherwise AccessDeniedException with AWS's text. A failure to decide is a denial.
  virtual std::optional<ApiError> Deny(const Access& access) = 0;
  // The denial of a parameter of another account, whether or not there is one.
  virtual ApiError DenyForeign(std::string_view action, const std::string& resource) = 0;
};

// What the audit record says about a call beyond its request.
struct Trail {
  std::vector<std::string> resources;  // ARNs of parameters
  std::optional<Error> failure;        // why the call ended in InternalServerError; for the operator, never the client
};

// What an operation may use.
struct Session {
  const identity::Principal& caller;
  Region region;
  Timestamp now;  // Clock::Service
  parameters::ParameterTable& table;
  KeyService& keys;
  Permissions& permissions;
  Trail& trail;

  AccountId account() const { return caller.account; }
  parameters::ParameterName Name(std::string name) const {
    return {.account = caller.account, .region = region, .name = std::move(name)};
  }
  ApiError Internal(Error error) {
    trail.failure = std::move(error);
    return Errors::InternalServerError();
  }
};

template <class Api>
struct Reply {
  typename Api::Response response;
  std::optional<parameters::Change> change = std::nullopt;
};

template <class Api>
using Outcome = OrError<Reply<Api>>;

// A parameter that is there and has not expired; null: there is none.
Task<OrError<parameters::ParameterPtr>> Find(Session& session, std::string name);
// Asks for `access` on the parameter, with its tags among the condition keys. `parameter`: null where there is none.
Task<std::optional<ApiError>> Deny(Session& session, Access access, parameters::ParameterPtr parameter);

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_SESSION_H_
