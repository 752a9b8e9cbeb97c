#include <secp256k1.h>

#include "crypto/key_pair_internal.h"
#include "crypto/random.h"
#include "crypto/secret_opener.h"
#include "crypto/signature_internal.h"
#include "secret/wiping_buffer.h"

namespace kagimori::crypto::internal {
namespace {

constexpr size_t kMaxDerSize = 72;  // bytes: two integers of 33 bytes, with three headers of 2

// libsecp256k1 gives the lower of the two S that sign the same (a rule of Bitcoin's). AWS KMS gives either, and a
// client that needs the lower one has to see to it itself: here, too, or it would learn of that from AWS. By a fresh
// random bit.
bool TakeEitherS(secp256k1_ecdsa_signature* signature) {
  ByteArray<1> bit;
  FillRandom(bit);
  if ((bit[0] & 1) == 0) return true;
  constexpr size_t kScalar = 32;
  ByteArray<2 * kScalar> compact;
  const secp256k1_context* context = Secp256k1Context();
  secp256k1_ecdsa_signature_serialize_compact(context, compact.data(), signature);
  return secp256k1_ec_seckey_negate(context, compact.data() + kScalar) == 1 &&
         secp256k1_ecdsa_signature_parse_compact(context, signature, compact.data()) == 1;
}

}  // namespace

Result<Bytes> SignSecp256k1(const secret::SecretKey256& key, std::span<const uint8_t, 32> digest) {
  ByteArray<32> entropy;
  FillRandom(entropy);
  secp256k1_ecdsa_signature signature;
  const bool made = secp256k1_ecdsa_sign(Secp256k1Context(), &signature, digest.data(), SecretOpener::Open(key).data(),
                                         secp256k1_nonce_function_rfc6979, entropy.data()) == 1;
  secret::Wipe(entropy);
  if (!made || !TakeEitherS(&signature)) return Fail(ErrorKind::kInternal, "libsecp256k1 did not sign");
  Bytes der(kMaxDerSize);
  size_t size = der.size();
  if (secp256k1_ecdsa_signature_serialize_der(Secp256k1Context(), der.data(), &size, &signature) != 1) {
    return Fail(ErrorKind::kInternal, "libsecp256k1 did not encode its signature");
  }
  der.resize(size);
  return der;
}

bool VerifySecp256k1(const secp256k1_pubkey& key, std::span<const uint8_t, 32> digest, ByteView signature) {
  const secp256k1_context* context = Secp256k1Context();
  secp256k1_ecdsa_signature parsed;
  if (secp256k1_ecdsa_signature_parse_der(context, &parsed, signature.data(), signature.size()) != 1) return false;
  // The library takes the lower S alone (a rule of Bitcoin's); FIPS 186-5 has none such.
  secp256k1_ecdsa_signature_normalize(context, &parsed, &parsed);
  return secp256k1_ecdsa_verify(context, &parsed, digest.data(), &key) == 1;
}

}  // namespace kagimori::crypto::internal
