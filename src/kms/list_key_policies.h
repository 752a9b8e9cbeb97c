#ifndef KAGIMORI_KMS_LIST_KEY_POLICIES_H_
#define KAGIMORI_KMS_LIST_KEY_POLICIES_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct ListKeyPolicies : OnKey<shapes::op::ListKeyPolicies, keys::action::ListKeyPolicies> {
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_LIST_KEY_POLICIES_H_
