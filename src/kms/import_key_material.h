#ifndef KAGIMORI_KMS_IMPORT_KEY_MATERIAL_H_
#define KAGIMORI_KMS_IMPORT_KEY_MATERIAL_H_

#include <optional>

#include "kms/on_key.h"
#include "kms/work_cost.h"

namespace kagimori::kms {

struct ImportKeyMaterial : OnKey<shapes::op::ImportKeyMaterial, keys::action::ImportKeyMaterial> {
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static WorkCost CostOf(const Inputs& key, const Request& request);
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_IMPORT_KEY_MATERIAL_H_
