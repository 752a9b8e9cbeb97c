#ifndef KAGIMORI_SEED_MATERIAL_H_
#define KAGIMORI_SEED_MATERIAL_H_

#include "base/result.h"
#include "seal/wrapping_key.h"
#include "secret/secret_bytes.h"
#include "seed/declaration.h"

namespace kagimori::seed {

// A material of a file, opened, held against the key's spec, and in the form in which it is stored.
struct OpenedMaterial {
  keys::MaterialId id{};
  secret::SecretBytes bytes;  // empty: the material has gone
  Bytes public_key;           // of an asymmetric one
};

// `wrapping_key`: null where none was given. `development`: whether material in clear is taken. A material in clear
// without an id has the one that an imported material has, the same in every deployment. Takes long for RSA. kInvalid,
// kCorrupt, kAuthentication: with what is wrong, and nothing of the material.
Result<OpenedMaterial> OpenMaterial(const DeclaredKey& key, size_t index, const seal::WrappingKey* wrapping_key,
                                    bool development);

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_MATERIAL_H_
