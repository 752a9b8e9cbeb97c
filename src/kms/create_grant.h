#ifndef KAGIMORI_KMS_CREATE_GRANT_H_
#define KAGIMORI_KMS_CREATE_GRANT_H_

#include <memory>
#include <optional>
#include <string>

#include "keys/grant_table.h"
#include "kms/on_key.h"

namespace kagimori::kms {

struct CreateGrant {
  using Api = shapes::op::CreateGrant;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<keys::action::CreateGrant, keys::Key> key;
    std::shared_ptr<const keys::Grant> grant;  // the new one, or the same one that is there already
    bool exists = false;
    keys::GrantPlace place;    // of a new one
    uint64_t most_grants = 0;  // that the key may have
    std::string token;
    std::optional<shapes::ApiError> no_principal;  // one of the principals is none; then there is no more than the key
  };

  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(inputs.key.resource());
  }
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& inputs);
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_CREATE_GRANT_H_
