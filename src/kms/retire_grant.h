#ifndef KAGIMORI_KMS_RETIRE_GRANT_H_
#define KAGIMORI_KMS_RETIRE_GRANT_H_

#include <memory>
#include <optional>

#include "keys/grant_place.h"
#include "kms/on_key.h"

namespace kagimori::kms {

struct RetireGrant {
  using Api = shapes::op::RetireGrant;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<keys::action::RetireGrant, keys::Grant> grant;
    std::shared_ptr<const keys::Key> key;  // never null
    keys::GrantPlace place;
  };

  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(*inputs.key);
  }
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_RETIRE_GRANT_H_
