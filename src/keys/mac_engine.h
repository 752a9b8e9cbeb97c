#ifndef KAGIMORI_KEYS_MAC_ENGINE_H_
#define KAGIMORI_KEYS_MAC_ENGINE_H_

#include "base/bytes.h"
#include "base/result.h"
#include "keys/actions.h"
#include "keys/authorized.h"
#include "keys/key.h"
#include "secret/secret_bytes.h"

// Everything that uses the material of HMAC keys, as engine.h does for symmetric ones. Thread-safe.
namespace kagimori::keys::engine {

// HMAC (FIPS 198-1) with the hash of the key's spec, not truncated. REQUIRES (both): an HMAC key with material.
Result<Bytes> GenerateMac(const Authorized<action::GenerateMac, Key>& key, const secret::SecretBytes& message);
// Whether `mac` is that, compared in constant time. One of another length is not.
Result<bool> VerifyMac(const Authorized<action::VerifyMac, Key>& key, const secret::SecretBytes& message, ByteView mac);

}  // namespace kagimori::keys::engine

#endif  // KAGIMORI_KEYS_MAC_ENGINE_H_
