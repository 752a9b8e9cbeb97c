#ifndef KAGIMORI_KMS_ENCRYPTION_RULES_H_
#define KAGIMORI_KMS_ENCRYPTION_RULES_H_

#include <cstddef>
#include <optional>

#include "keys/key.h"
#include "shapes/kms_enums.h"
#include "shapes/kms_errors.h"

namespace kagimori::kms {

// What Encrypt, Decrypt and ReEncrypt ask of algorithm, context and key together: that the spec has the algorithm, that
// only a symmetric key has an encryption context.
std::optional<shapes::ApiError> CheckEncryption(shapes::EncryptionAlgorithmSpec algorithm, bool has_context,
                                                const keys::Key& key);

// Bytes that one ciphertext holds. REQUIRES (both): CheckEncryption.
size_t MostPlaintext(shapes::EncryptionAlgorithmSpec algorithm, const keys::Key& key);
// "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes."
shapes::TypedError<shapes::ErrorCode::kValidation> TooLong(shapes::EncryptionAlgorithmSpec algorithm,
                                                           const keys::Key& key);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ENCRYPTION_RULES_H_
