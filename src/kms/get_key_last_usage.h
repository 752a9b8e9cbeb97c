#ifndef KAGIMORI_KMS_GET_KEY_LAST_USAGE_H_
#define KAGIMORI_KMS_GET_KEY_LAST_USAGE_H_

#include <optional>

#include "kms/on_key.h"

namespace kagimori::kms {

struct GetKeyLastUsage {
  using Api = shapes::op::GetKeyLastUsage;
  using Action = keys::action::GetKeyLastUsage;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<Action, keys::Key> key;
    std::optional<keys::LastUsage> usage;
  };

  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(inputs.key.resource());
  }
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GET_KEY_LAST_USAGE_H_
