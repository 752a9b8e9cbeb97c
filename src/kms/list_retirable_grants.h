#ifndef KAGIMORI_KMS_LIST_RETIRABLE_GRANTS_H_
#define KAGIMORI_KMS_LIST_RETIRABLE_GRANTS_H_

#include <optional>
#include <string>

#include "kms/on_account.h"

namespace kagimori::kms {

struct ListRetirableGrants {
  using Api = shapes::op::ListRetirableGrants;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<keys::action::ListRetirableGrants, keys::AccountScope> scope;
    shapes::ListGrantsResponse page;  // all but the marker
    std::string next;                 // what the next page goes on from; empty: there is none
  };

  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs&, Visit&&) {}
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_LIST_RETIRABLE_GRANTS_H_
