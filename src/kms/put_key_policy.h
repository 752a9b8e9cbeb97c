#ifndef KAGIMORI_KMS_PUT_KEY_POLICY_H_
#define KAGIMORI_KMS_PUT_KEY_POLICY_H_

#include "kms/key_policy.h"
#include "kms/on_key.h"

namespace kagimori::kms {

struct PutKeyPolicy {
  using Api = shapes::op::PutKeyPolicy;
  using Action = keys::action::PutKeyPolicy;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<Action, keys::Key> key;
    NewKeyPolicy policy;
  };

  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(inputs.key.resource());
  }
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_PUT_KEY_POLICY_H_
