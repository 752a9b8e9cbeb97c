#ifndef KAGIMORI_PARAMETERS_VALUE_H_
#define KAGIMORI_PARAMETERS_VALUE_H_

#include <string>

#include "base/result.h"
#include "parameters/parameter.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"

namespace kagimori::parameters {

// What a wrapped value is bound to: its parameter and the number of its version, wherever their record stands.
std::string ValueBinding(const ParameterId& id, uint64_t number);

// The value of a String or StringList, for Version::wrapped.
Bytes WrapValue(const seal::KeyHierarchy& hierarchy, AccountId account, const ParameterId& id, uint64_t number,
                const secret::SecretBytes& value);
// kCorrupt when it does not open. REQUIRES: not a SecureString, whose value KMS alone can open.
Result<secret::SecretBytes> UnwrapValue(const seal::KeyHierarchy& hierarchy, const ParameterName& of,
                                        const ParameterId& id, const Version& version);

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_VALUE_H_
