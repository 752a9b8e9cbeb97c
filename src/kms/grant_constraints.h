#ifndef KAGIMORI_KMS_GRANT_CONSTRAINTS_H_
#define KAGIMORI_KMS_GRANT_CONSTRAINTS_H_

#include <optional>

#include "keys/grant.h"
#include "shapes/kms.h"

namespace kagimori::kms {

// A grant's constraints as the API shows them; nothing: it has none.
std::optional<shapes::GrantConstraints> ShownConstraints(const keys::GrantConstraints& constraints);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GRANT_CONSTRAINTS_H_
