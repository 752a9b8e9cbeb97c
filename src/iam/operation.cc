#include "iam/operation.h"

#include <algorithm>

namespace kagimori::iam {

std::span<const Operation> AllOperations() {
  static const std::vector<Operation> all = [] {
    std::vector<Operation> rows;
    for (auto family :
         {AccessKeyOperations(), AccountOperations(), AttachedPolicyOperations(), AuthorizationDetailsOperations(),
          BoundaryOperations(), GroupOperations(), GroupMemberOperations(), InlinePolicyOperations(),
          ManagedPolicyOperations(), PolicyVersionOperations(), ProviderOperations(), RoleOperations(),
          SimulationOperations(), TagOperations(), UserOperations()}) {
      rows.insert(rows.end(), family.begin(), family.end());
    }
    std::ranges::sort(rows, {}, &Operation::name);
    return rows;
  }();
  return all;
}

const Operation* FindOperation(std::string_view name) {
  const std::span<const Operation> all = AllOperations();
  const auto found = std::ranges::lower_bound(all, name, {}, &Operation::name);
  return found != all.end() && found->name == name ? &*found : nullptr;
}

}  // namespace kagimori::iam
