#ifndef KAGIMORI_KMS_UPDATE_ALIAS_H_
#define KAGIMORI_KMS_UPDATE_ALIAS_H_

#include <optional>

#include "kms/on_alias.h"

namespace kagimori::kms {

struct UpdateAlias {
  using Api = shapes::op::UpdateAlias;
  using Action = keys::action::UpdateAlias;
  using Request = Api::Request;
  struct Inputs {
    AliasAndTarget<Action> alias;  // and the key it leads to now
    keys::Authorized<Action, keys::Key> target;
  };

  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  // The present key may be in any state: leading an alias away from a key that is pending deletion is the way to
  // repair.
  template <class Visit>
  static void ForEachKey(const Inputs&, Visit&&) {}
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_UPDATE_ALIAS_H_
