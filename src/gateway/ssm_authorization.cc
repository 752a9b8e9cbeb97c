#include "gateway/ssm_authorization.h"

#include <memory>
#include <utility>

#include "authz/authorizer.h"
#include "authz/caller_view.h"

namespace kagimori::gateway {

std::optional<ssm::ApiError> SsmPermissions::Deny(const ssm::Access& access) {
  const authz::CallFacts facts = scope_->Facts();
  const authz::GlobalContext global(facts);
  const ssm::AccessContext context(access, global);
  const policy::Action action(access.action);
  std::unique_ptr<authz::Denial> denial =
      scope_->services().authorizer->OnResource(facts, action, access.resource, context, &scope_->trail.decision);
  if (denial == nullptr) return std::nullopt;
  scope_->trail.decision = std::move(denial->explanation);
  return ssm::Errors::AccessDenied(std::move(denial->message));
}

ssm::ApiError SsmPermissions::DenyForeign(std::string_view action, const std::string& resource) {
  authz::Denial denial = authz::Authorizer::ForeignKey(scope_->caller(), action, resource);
  scope_->trail.decision = "the parameter is another account's, which shares none";
  return ssm::Errors::AccessDenied(std::move(denial.message));
}

}  // namespace kagimori::gateway
