#ifndef KAGIMORI_KMS_ROTATION_RULES_H_
#define KAGIMORI_KMS_ROTATION_RULES_H_

#include <string>

#include "keys/material_life.h"
#include "kms/operation.h"

namespace kagimori::kms {

// "<ARN> origin is EXTERNAL which is not valid for this operation."
inline std::string WrongOrigin(const keys::Key& key) {
  return key.arn + " origin is " + std::string(Name(key.origin)) + " which is not valid for this operation.";
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ROTATION_RULES_H_
