#include "kms/import_rules.h"

#include <chrono>
#include <utility>

#include "crypto/key_unwrapping.h"
#include "keys/import_token.h"
#include "keys/key_spec.h"
#include "keys/material_life.h"
#include "kms/errors.h"

namespace kagimori::kms {
namespace {

using shapes::Errors;
using shapes::ExpirationModelType;
using shapes::ImportType;

constexpr std::chrono::hours kLongestValidity{365 * 24};
constexpr size_t kSymmetricSize = 32;
constexpr size_t kMostMacBytes = 128;  // 1024 bits

std::unexpected<ImportError> Incorrect(std::string text) {
  return std::unexpected(ImportError(Errors::IncorrectKeyMaterial(std::move(text))));
}

std::unexpected<ImportError> Invalid(std::string text) {
  return std::unexpected(ImportError(Errors::Validation(std::move(text))));
}

// Guess: the texts of IncorrectKeyMaterialException.
std::expected<OfferedMaterial, ImportError> CheckMaterial(const keys::Key& key, secret::SecretBytes bytes) {
  const keys::KeySpecTraits& traits = keys::TraitsOf(key.spec);
  OfferedMaterial offered;
  if (traits.type) {
    Result<crypto::ImportedPair> pair = crypto::ImportPrivateKey(*traits.type, bytes);
    if (!pair)
      return Incorrect("The key material is not a valid private key of key spec " + std::string(Name(key.spec)) + ".");
    offered.bytes = std::move(pair->pkcs8);
    offered.public_key = std::move(pair->spki);
    offered.id = keys::ImportedMaterialId(key.name, secret::SecretBytes::CopyOf(offered.public_key));
    return offered;
  }
  const bool fits = traits.hash ? bytes.size() >= keys::MacKeySize(key.spec) && bytes.size() <= kMostMacBytes
                                : bytes.size() == kSymmetricSize;
  if (!fits)
    return Incorrect("The key material is of the wrong length for key spec " + std::string(Name(key.spec)) + ".");
  offered.id = keys::ImportedMaterialId(key.name, bytes);
  offered.bytes = std::move(bytes);
  return offered;
}

bool IsKnown(const keys::MaterialId& id, const keys::Key& key) {
  return key.FindMaterial(id) != nullptr || (key.staged && key.staged->id == id);
}

std::expected<ImportPlace, ImportError> PlaceOfNew(const keys::MaterialId& offered, const keys::Key& key,
                                                   Timestamp now) {
  if (IsKnown(offered, key)) return Incorrect("The key material has been imported into the key before.");
  if (key.materials.empty()) return ImportPlace::kFirst;
  if (key.staged && key.staged->PresentAt(now)) {
    return std::unexpected(ImportError(Errors::KmsInvalidState(
        "New key material (id: " + HexEncode(offered) + ") cannot be imported into KMS key " + key.arn +
        ", because another key material (id: " + HexEncode(key.staged->id) + ") is pending rotation.")));
  }
  return ImportPlace::kStaged;
}

}  // namespace

std::expected<std::optional<Timestamp>, ImportError> CheckExpiry(const ImportKeyMaterialRequest& request,
                                                                 Timestamp now) {
  const bool expires = request.expiration_model.value_or(ExpirationModelType::kKeyMaterialExpires) ==
                       ExpirationModelType::kKeyMaterialExpires;
  // Guess: every text but the first.
  if (expires && !request.valid_to)
    return Invalid("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES");
  if (!expires && request.valid_to)
    return Invalid("A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE");
  if (!expires) return std::nullopt;
  if (*request.valid_to <= now) return Invalid("ValidTo must be in the future");
  if (*request.valid_to > now + kLongestValidity) return Invalid("ValidTo must be at most 365 days in the future");
  return request.valid_to;
}

std::expected<OfferedMaterial, ImportError> Unwrap(const Call& call, const keys::Key& key,
                                                   const ImportKeyMaterialRequest& request) {
  const Result<keys::ImportToken> token = call.markers.OpenToken(key.name, request.import_token);
  // Guess: the texts.
  if (!token)
    return std::unexpected(
        ImportError(Errors::InvalidImportToken("The import token is not valid for the key: " + key.arn + ".")));
  if (token->valid_to <= call.now)
    return std::unexpected(ImportError(Errors::ExpiredImportToken("The import token has expired.")));
  const Result<crypto::PrivateKey> wrapping_key =
      crypto::PrivateKey::Parse(keys::TypeOf(token->wrapping_key), token->private_key);
  if (!wrapping_key)
    return std::unexpected(
        ImportError(Errors::InvalidImportToken("The import token is not valid for the key: " + key.arn + ".")));
  Result<secret::SecretBytes> bytes =
      crypto::UnwrapWith(*wrapping_key, keys::SchemeOf(token->algorithm), request.encrypted_key_material);
  if (!bytes) return std::unexpected(ImportError(Errors::InvalidCiphertext()));
  return CheckMaterial(key, *std::move(bytes));
}

std::expected<ImportPlace, ImportError> PlaceOf(const keys::MaterialId& offered, const keys::Key& key,
                                                const ImportKeyMaterialRequest& request, Timestamp now) {
  const bool had_none = key.materials.empty() && !key.staged;
  const bool is_new = request.import_type ? *request.import_type == ImportType::kNewKeyMaterial : had_none;
  if (is_new && keys::CanRotate(key)) return PlaceOfNew(offered, key, now);
  // Of every other spec the first material is the only one.
  if (is_new) return ImportPlace::kFirst;
  if (request.key_material_id && *request.key_material_id != HexEncode(offered))
    return Incorrect("The key material is not the one that KeyMaterialId names.");
  if (!IsKnown(offered, key))
    return Incorrect("The key material is not one that has been imported into the key before.");
  return ImportPlace::kKnown;
}

}  // namespace kagimori::kms
