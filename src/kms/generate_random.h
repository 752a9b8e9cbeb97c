#ifndef KAGIMORI_KMS_GENERATE_RANDOM_H_
#define KAGIMORI_KMS_GENERATE_RANDOM_H_

#include "kms/on_account.h"

namespace kagimori::kms {

struct GenerateRandom : OnAccount<shapes::op::GenerateRandom, keys::action::GenerateRandom> {
  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Outcome<Api> Run(const Call& call, Inputs scope, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GENERATE_RANDOM_H_
