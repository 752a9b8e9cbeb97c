#include "authz/authorizer.h"

#include <fmt/format.h>

namespace kagimori::authz {

Denial Authorizer::ForeignKey(const identity::Principal& caller, std::string_view action, std::string_view arn) {
  return Denial{fmt::format(
      "User: {} is not authorized to perform: {} on resource: {} because no resource-based policy allows the {} action",
      caller.arn, action, arn, action)};
}

std::unique_ptr<Denial> Authorizer::Decide(const identity::Principal& caller, std::string_view action, AccountId owner,
                                           std::string_view arn) {
  if (caller.account == owner) return nullptr;
  return std::make_unique<Denial>(ForeignKey(caller, action, arn));
}

}  // namespace kagimori::authz
