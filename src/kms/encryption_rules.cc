#include "kms/encryption_rules.h"

#include <fmt/format.h>

#include "kms/on_loaded_key.h"

namespace kagimori::kms {

using shapes::EncryptionAlgorithmSpec;
using shapes::Errors;

namespace {
constexpr size_t kMostSymmetric = 4096;  // bytes; the model's bound of every plaintext
}

std::optional<shapes::ApiError> CheckEncryption(EncryptionAlgorithmSpec algorithm, bool has_context,
                                                const keys::Key& key) {
  if (auto refused = CheckAlgorithm(keys::TraitsOf(key.spec).encryption, algorithm, key)) return *std::move(refused);
  // Guess: the text.
  if (has_context && algorithm != EncryptionAlgorithmSpec::kSymmetricDefault)
    return Errors::Validation("EncryptionContext is not supported for asymmetric keys.");
  return std::nullopt;
}

size_t MostPlaintext(EncryptionAlgorithmSpec algorithm, const keys::Key& key) {
  if (algorithm == EncryptionAlgorithmSpec::kSymmetricDefault) return kMostSymmetric;
  return crypto::MaxPlaintextSize(*keys::TraitsOf(key.spec).type, keys::SchemeOf(algorithm));
}

shapes::TypedError<shapes::ErrorCode::kValidation> TooLong(EncryptionAlgorithmSpec algorithm, const keys::Key& key) {
  return Errors::Validation(fmt::format("Algorithm {} and key spec {} cannot encrypt data larger than {} bytes.",
                                        Name(algorithm), Name(key.spec), MostPlaintext(algorithm, key)));
}

}  // namespace kagimori::kms
