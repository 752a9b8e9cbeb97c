#include "authz/caller_view.h"

namespace kagimori::authz {

CallerView::CallerView(const identity::Caller& caller, std::string_view partition)
    : of_(caller), caller_(caller.AsPolicySees(partition)) {
  if (caller.policies != nullptr) {
    for (const identity::PolicyInForce& policy : caller.policies->identity)
      identity_.push_back({policy.document.get(), policy.name});
    if (const auto& boundary = caller.policies->boundary)
      side_.boundary = NamedPolicy{boundary->document.get(), boundary->name};
  }
  for (const identity::PolicyInForce& policy : caller.session_policies)
    session_.push_back({policy.document.get(), policy.name});
  side_.identity = {identity_.data(), identity_.size()};
  side_.session = {session_.data(), session_.size()};
}

}  // namespace kagimori::authz
