#ifndef KAGIMORI_KMS_LIST_ALIASES_H_
#define KAGIMORI_KMS_LIST_ALIASES_H_

#include <string>
#include <vector>

#include "kms/on_account.h"

namespace kagimori::kms {

struct ListAliases {
  using Api = shapes::op::ListAliases;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<keys::action::ListAliases, keys::AccountScope> scope;
    std::vector<keys::Alias> aliases;
    std::string next;  // what the next page goes on from; empty: there is none
  };

  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs&, Visit&&) {}
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_LIST_ALIASES_H_
