#ifndef KAGIMORI_KMS_DELETE_IMPORTED_KEY_MATERIAL_H_
#define KAGIMORI_KMS_DELETE_IMPORTED_KEY_MATERIAL_H_

#include <optional>

#include "kms/on_key.h"

namespace kagimori::kms {

struct DeleteImportedKeyMaterial
    : OnKey<shapes::op::DeleteImportedKeyMaterial, keys::action::DeleteImportedKeyMaterial> {
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_DELETE_IMPORTED_KEY_MATERIAL_H_
