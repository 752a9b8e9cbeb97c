#ifndef KAGIMORI_KMS_REVOKE_GRANT_H_
#define KAGIMORI_KMS_REVOKE_GRANT_H_

#include <memory>

#include "keys/grant_place.h"
#include "kms/on_key.h"

namespace kagimori::kms {

struct RevokeGrant {
  using Api = shapes::op::RevokeGrant;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<keys::action::RevokeGrant, keys::Key> key;
    std::shared_ptr<const keys::Grant> grant;  // of that key; never null
    keys::GrantPlace place;
  };

  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(inputs.key.resource());
  }
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_REVOKE_GRANT_H_
