#ifndef KAGIMORI_KMS_LIST_KEYS_H_
#define KAGIMORI_KMS_LIST_KEYS_H_

#include "kms/on_account.h"

namespace kagimori::kms {

struct ListKeys {
  using Api = shapes::op::ListKeys;
  using Request = Api::Request;
  struct Inputs {
    keys::Authorized<keys::action::ListKeys, keys::AccountScope> scope;
    keys::KeyTable::KeyPage page;
  };

  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs&, Visit&&) {}
  static Outcome<Api> Run(const Call& call, Inputs inputs, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_LIST_KEYS_H_
