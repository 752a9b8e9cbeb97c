#ifndef KAGIMORI_KMS_CREATE_ALIAS_H_
#define KAGIMORI_KMS_CREATE_ALIAS_H_

#include <memory>
#include <optional>

#include "kms/on_key.h"

namespace kagimori::kms {

struct CreateAlias {
  using Api = shapes::op::CreateAlias;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<keys::action::CreateAlias, keys::AliasName> name;
    keys::Authorized<keys::action::CreateAlias, keys::Key> target;
    std::shared_ptr<const keys::Alias> existing;  // null, or the alias of that name
    bool existing_is_stale = false;               // its key is gone; the reaper has not come yet
  };

  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(inputs.target.resource());
  }
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_CREATE_ALIAS_H_
