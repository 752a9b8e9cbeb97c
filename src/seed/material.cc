#include "seed/material.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "crypto/key_pair.h"
#include "crypto/key_unwrapping.h"
#include "keys/key_spec.h"
#include "keys/material_life.h"

namespace kagimori::seed {
namespace {

constexpr size_t kSymmetricSize = 32;
constexpr size_t kMostMacBytes = 128;  // as ImportKeyMaterial takes them

std::unexpected<Error> NoKeyOf(keys::KeySpec spec) {
  return Fail(ErrorKind::kInvalid, fmt::format("it is no private key of the spec {} (PKCS#8 in DER)", Name(spec)));
}

// In clear it may come in any form of PKCS#8 that can be imported; sealed it is in the form that is stored.
Result<OpenedMaterial> OpenPrivateKey(const DeclaredKey& key, bool sealed, secret::SecretBytes bytes) {
  const keys::KeySpecTraits& traits = keys::TraitsOf(key.SpecOr());
  OpenedMaterial opened;
  if (!sealed && traits.importable) {
    Result<crypto::ImportedPair> pair = crypto::ImportPrivateKey(*traits.type, bytes);
    if (!pair) return NoKeyOf(key.SpecOr());
    opened.bytes = std::move(pair->pkcs8);
    opened.public_key = std::move(pair->spki);
    return opened;
  }
  const Result<crypto::PrivateKey> parsed = crypto::PrivateKey::Parse(*traits.type, bytes);
  if (!parsed) return NoKeyOf(key.SpecOr());
  opened.public_key = parsed->public_key().spki();
  opened.bytes = std::move(bytes);
  return opened;
}

Result<OpenedMaterial> OpenSymmetric(const DeclaredKey& key, secret::SecretBytes bytes) {
  const keys::KeySpecTraits& traits = keys::TraitsOf(key.SpecOr());
  const size_t least = traits.hash ? keys::MacKeySize(key.SpecOr()) : kSymmetricSize;
  const size_t most = traits.hash ? kMostMacBytes : kSymmetricSize;
  if (bytes.size() < least || bytes.size() > most) {
    return Fail(ErrorKind::kInvalid, fmt::format("it has {} bytes, and a key of the spec {} takes {} to {}",
                                                 bytes.size(), Name(key.SpecOr()), least, most));
  }
  return OpenedMaterial{.id = {}, .bytes = std::move(bytes), .public_key = {}};
}

Result<secret::SecretBytes> Unseal(const DeclaredKey& key, size_t index, const seal::WrappingKey* wrapping_key) {
  if (wrapping_key == nullptr)
    return Fail(ErrorKind::kInvalid, "it is sealed, and no wrapping key was given (--wrapping-key)");
  auto opened = wrapping_key->Open(MaterialBinding(key, index), key.materials[index].sealed);
  if (!opened && opened.error().kind == ErrorKind::kAuthentication) {
    return Fail(ErrorKind::kAuthentication,
                "it does not open: it was altered or belongs elsewhere, or what the file says of the key, of the "
                "material or of how many there are was altered");
  }
  return opened;
}

}  // namespace

Result<OpenedMaterial> OpenMaterial(const DeclaredKey& key, size_t index, const seal::WrappingKey* wrapping_key,
                                    bool development) {
  const DeclaredMaterial& material = key.materials[index];
  using Form = DeclaredMaterial::Form;
  if (material.form == Form::kAbsent)
    return OpenedMaterial{.id = *material.id, .bytes = {}, .public_key = material.public_key};
  if (material.form == Form::kClear && !development) {
    return Fail(ErrorKind::kInvalid,
                "it is in clear, which only a development deployment takes; export it sealed, or import it over the "
                "API");
  }
  secret::SecretBytes bytes;
  if (material.form == Form::kClear) {
    bytes = material.clear.Clone();
  } else {
    KAGIMORI_ASSIGN_OR_RETURN(bytes, Unseal(key, index, wrapping_key));
  }
  const bool asymmetric = keys::IsAsymmetric(key.SpecOr());
  KAGIMORI_ASSIGN_OR_RETURN(OpenedMaterial opened,
                            asymmetric ? OpenPrivateKey(key, material.form == Form::kSealed, std::move(bytes))
                                       : OpenSymmetric(key, std::move(bytes)));
  const keys::MaterialId derived =
      asymmetric ? keys::ImportedMaterialId(key.name, secret::SecretBytes::CopyOf(opened.public_key))
                 : keys::ImportedMaterialId(key.name, opened.bytes);
  opened.id = material.id.value_or(derived);
  if (key.OriginOr() == keys::OriginType::kExternal && opened.id != derived)
    return Fail(ErrorKind::kInvalid, "its id is not that of this material in this key");
  return opened;
}

}  // namespace kagimori::seed
