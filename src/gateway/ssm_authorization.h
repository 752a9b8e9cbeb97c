#ifndef KAGIMORI_GATEWAY_SSM_AUTHORIZATION_H_
#define KAGIMORI_GATEWAY_SSM_AUTHORIZATION_H_

#include <optional>
#include <string>
#include <string_view>

#include "gateway/request_scope.h"
#include "ssm/session.h"

namespace kagimori::gateway {

// What the caller of a request may do with parameters: its identity policies, boundary and session decide. REQUIRES:
// the scope outlives it, and its caller stays the same.
class SsmPermissions final : public ssm::Permissions {
 public:
  explicit SsmPermissions(RequestScope* scope) : scope_(scope) {}
  std::optional<ssm::ApiError> Deny(const ssm::Access& access) override;
  ssm::ApiError DenyForeign(std::string_view action, const std::string& resource) override;

 private:
  RequestScope* scope_;
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_SSM_AUTHORIZATION_H_
