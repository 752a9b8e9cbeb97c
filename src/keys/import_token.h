#ifndef KAGIMORI_KEYS_IMPORT_TOKEN_H_
#define KAGIMORI_KEYS_IMPORT_TOKEN_H_

#include <chrono>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_type.h"
#include "crypto/key_unwrapping.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"
#include "shapes/kms_enums.h"

namespace kagimori::keys {

inline constexpr std::chrono::hours kImportTokenLife{24};

// What a client needs to import material into one key, and what the server needs to know again when it does: the
// private half of the wrapping key above all. The token is the only place where that stands: it is sealed, and kept by
// the client. docs/key-life.md
struct ImportToken {
  KeyName key;
  shapes::AlgorithmSpec algorithm{};
  shapes::WrappingKeySpec wrapping_key{};
  Timestamp valid_to{};               // of the service clock
  secret::SecretBytes private_key{};  // PKCS#8
};

Bytes SealImportToken(const seal::KeyHierarchy& hierarchy, const ImportToken& token);
// kInvalid for whatever this deployment did not seal for this key. That it has expired is the caller's to see.
Result<ImportToken> OpenImportToken(const seal::KeyHierarchy& hierarchy, const KeyName& key, ByteView token);

crypto::KeyType TypeOf(shapes::WrappingKeySpec spec);
// REQUIRES: not RSAES_PKCS1_V1_5.
crypto::UnwrappingScheme SchemeOf(shapes::AlgorithmSpec algorithm);
// Whether material of that spec may be wrapped so (AWS KMS API reference, GetParametersForImport). REQUIRES: it can be
// imported.
bool MayWrap(shapes::KeySpec material, shapes::AlgorithmSpec algorithm, shapes::WrappingKeySpec wrapping_key);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_IMPORT_TOKEN_H_
