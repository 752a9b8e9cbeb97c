#ifndef KAGIMORI_KMS_LIST_GRANTS_H_
#define KAGIMORI_KMS_LIST_GRANTS_H_

#include <string>

#include "kms/on_key.h"

namespace kagimori::kms {

struct ListGrants {
  using Api = shapes::op::ListGrants;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<keys::action::ListGrants, keys::Key> key;
    shapes::ListGrantsResponse page;  // all but the marker
    std::string next;                 // what the next page goes on from; empty: there is none
  };

  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(inputs.key.resource());
  }
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_LIST_GRANTS_H_
