#ifndef KAGIMORI_KMS_CREATE_KEY_H_
#define KAGIMORI_KMS_CREATE_KEY_H_

#include <optional>

#include "kms/on_account.h"
#include "kms/work_cost.h"

namespace kagimori::kms {

struct CreateKey : OnAccount<shapes::op::CreateKey, keys::action::CreateKey> {
  static void FillDefaults(Request& request);
  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static WorkCost CostOf(const Inputs& scope, const Request& request);
  static Outcome<Api> Run(const Call& call, Inputs scope, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_CREATE_KEY_H_
