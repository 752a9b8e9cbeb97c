#ifndef KAGIMORI_KMS_MESSAGE_RULES_H_
#define KAGIMORI_KMS_MESSAGE_RULES_H_

#include <optional>

#include "crypto/signature.h"
#include "keys/key.h"
#include "secret/secret_bytes.h"
#include "shapes/kms.h"
#include "shapes/kms_errors.h"

namespace kagimori::kms {

using ValidationError = shapes::TypedError<shapes::ErrorCode::kValidation>;

// What Sign and Verify ask of a message, in AWS's order: that its type goes with the algorithm, that a digest has the
// length of its hash. REQUIRES: the algorithm is one of the key's spec.
std::optional<ValidationError> CheckMessage(shapes::SigningAlgorithmSpec algorithm, shapes::MessageType type,
                                            const secret::SecretBytes& message, const keys::Key& key);

crypto::MessageForm FormOf(shapes::MessageType type);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_MESSAGE_RULES_H_
