#ifndef KAGIMORI_IDENTITY_STORED_POLICY_H_
#define KAGIMORI_IDENTITY_STORED_POLICY_H_

#include <map>
#include <string>

#include "identity/entities.h"

namespace kagimori::identity {

// A document as it is stored, with its compiled form. `compiled` is null when it cannot be read: it was accepted by
// another version of this program.
PolicyText StoredIdentityPolicy(std::string document);
PolicyText StoredTrustPolicy(std::string document, const std::map<std::string, std::string, std::less<>>& bindings);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_STORED_POLICY_H_
