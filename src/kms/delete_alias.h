#ifndef KAGIMORI_KMS_DELETE_ALIAS_H_
#define KAGIMORI_KMS_DELETE_ALIAS_H_

#include <memory>
#include <optional>

#include "kms/on_key.h"

namespace kagimori::kms {

struct DeleteAlias {
  using Api = shapes::op::DeleteAlias;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<keys::action::DeleteAlias, keys::AliasName> name;
    keys::Authorized<keys::action::DeleteAlias, keys::Key> target;
    std::shared_ptr<const keys::Alias> alias;  // never null
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

#endif  // KAGIMORI_KMS_DELETE_ALIAS_H_
