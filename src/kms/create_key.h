#ifndef KAGIMORI_KMS_CREATE_KEY_H_
#define KAGIMORI_KMS_CREATE_KEY_H_

#include <optional>

#include "kms/key_policy.h"
#include "kms/on_account.h"
#include "kms/work_cost.h"

namespace kagimori::kms {

struct CreateKey {
  using Api = shapes::op::CreateKey;
  using Action = keys::action::CreateKey;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<Action, keys::AccountScope> scope;
    // Where there are tags.
    std::optional<keys::Authorized<keys::action::TagResource, keys::AccountScope>> tagging;
    keys::Key key;                       // as it is going to be, without material
    std::optional<NewKeyPolicy> policy;  // nothing: the default one
  };

  static void FillDefaults(Request& request);
  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs&, Visit&&) {}
  static WorkCost CostOf(const Inputs& inputs, const Request& request);
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_CREATE_KEY_H_
