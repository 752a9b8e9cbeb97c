#ifndef KAGIMORI_CRYPTO_SIGNATURE_INTERNAL_H_
#define KAGIMORI_CRYPTO_SIGNATURE_INTERNAL_H_

#include <openssl/evp.h>
#include <secp256k1.h>

#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_type.h"
#include "crypto/signature.h"
#include "secret/secret_bytes.h"

// The three ways in which signature.cc makes and checks signatures; private to it. All of them REQUIRE what signature.h
// does, have hashed the message of RSA and ECDSA, and get no empty signature. Their errors are kInternal.
namespace kagimori::crypto::internal {

// One call of OpenSSL's over `input`, which is a digest for RSA and ECDSA: everything but the two below.
Result<Bytes> SignByOpenSsl(EVP_PKEY* key, KeyType type, SignatureScheme scheme, MessageForm form, ByteView input);
bool VerifyByOpenSsl(EVP_PKEY* key, KeyType type, SignatureScheme scheme, MessageForm form, ByteView input,
                     ByteView signature);

// SM2 over a message, which OpenSSL hashes together with the public key and the signer's identifier (GB/T 32918.2
// section 5.5).
Result<Bytes> SignSm2Message(EVP_PKEY* key, ByteView message);
bool VerifySm2Message(EVP_PKEY* key, ByteView message, ByteView signature);

// ECDSA on secp256k1, by libsecp256k1. The nonce is RFC 6979's with 32 fresh random bytes besides (its section 3.6):
// unique for each message even where the generator repeats itself, and no fault can be compared with a second run. S is
// the lower one of the two that are valid.
Result<Bytes> SignSecp256k1(const secret::SecretKey256& key, std::span<const uint8_t, 32> digest);
// Either S.
bool VerifySecp256k1(const secp256k1_pubkey& key, std::span<const uint8_t, 32> digest, ByteView signature);

}  // namespace kagimori::crypto::internal

#endif  // KAGIMORI_CRYPTO_SIGNATURE_INTERNAL_H_
