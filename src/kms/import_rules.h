#ifndef KAGIMORI_KMS_IMPORT_RULES_H_
#define KAGIMORI_KMS_IMPORT_RULES_H_

#include <expected>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "keys/key.h"
#include "kms/operation.h"
#include "secret/secret_bytes.h"

// What ImportKeyMaterial asks of a request and of the material in it.
namespace kagimori::kms {

using ImportError = shapes::OpError<shapes::op::ImportKeyMaterial>;
using shapes::ImportKeyMaterialRequest;

// ValidTo and ExpirationModel together. Gives when the material expires; nothing: never.
std::expected<std::optional<Timestamp>, ImportError> CheckExpiry(const ImportKeyMaterialRequest& request,
                                                                 Timestamp now);

// The material that was in the request.
struct OfferedMaterial {
  keys::MaterialId id{};
  secret::SecretBytes bytes;  // as it is stored
  Bytes public_key;           // of an asymmetric one
};
// Opens the token, unwraps and checks against the key's spec. Takes long.
std::expected<OfferedMaterial, ImportError> Unwrap(const Call& call, const keys::Key& key,
                                                   const ImportKeyMaterialRequest& request);

// Where the material goes.
enum class ImportPlace {
  kFirst,   // the key had none yet
  kStaged,  // it waits for a rotation
  kKnown,   // the key has had it before, or has it
};
std::expected<ImportPlace, ImportError> PlaceOf(const keys::MaterialId& offered, const keys::Key& key,
                                                const ImportKeyMaterialRequest& request, Timestamp now);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_IMPORT_RULES_H_
