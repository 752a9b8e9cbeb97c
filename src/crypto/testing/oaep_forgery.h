#ifndef KAGIMORI_CRYPTO_TESTING_OAEP_FORGERY_H_
#define KAGIMORI_CRYPTO_TESTING_OAEP_FORGERY_H_

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstdlib>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "crypto/key_pair_internal.h"
#include "crypto/random.h"

// RSA ciphertexts of hand-made OAEP messages: what an attacker sends who looks for an oracle.
namespace kagimori::crypto {

// Which of the checks of RFC 8017, 7.1.2, step 3g an encoded message fails.
enum class OaepFlaw { kNone, kFirstByte, kLabelHash, kSeparator };

namespace oaep_internal {

// MGF1 with SHA-256 (RFC 8017, B.2.1), xored onto `target`.
inline void Mask(ByteView seed, MutableByteView target) {
  for (uint32_t counter = 0; counter * size_t{32} < target.size(); ++counter) {
    Bytes number;
    AppendBe32(counter, &number);
    const Sha256Digest block = Sha256({seed, number});
    const MutableByteView part = target.subspan(counter * size_t{32});
    for (size_t i = 0; i < std::min<size_t>(part.size(), 32); ++i) part[i] ^= block[i];
  }
}

// RSAEP or RSADP (RFC 8017, 5.1), without a padding. REQUIRES: `number` is as long as the modulus, and smaller than it.
inline Bytes RawRsa(EVP_PKEY* key, decltype(EVP_PKEY_encrypt_init_ex)* init, decltype(EVP_PKEY_encrypt)* apply,
                    ByteView number) {
  const OSSL_PARAM no_padding[] = {OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE,
                                                                    const_cast<char*>(OSSL_PKEY_RSA_PAD_MODE_NONE), 0),
                                   OSSL_PARAM_construct_end()};
  const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  Bytes result(number.size());
  size_t size = result.size();
  if (init(context.get(), no_padding) != 1 ||
      apply(context.get(), result.data(), &size, number.data(), number.size()) != 1)
    std::abort();
  return result;
}

}  // namespace oaep_internal

inline Bytes RawRsaEncrypt(const PublicKey& key, ByteView message) {
  return oaep_internal::RawRsa(KeyPairs::Of(key).pkey.get(), EVP_PKEY_encrypt_init_ex, EVP_PKEY_encrypt, message);
}
inline Bytes RawRsaDecrypt(const PrivateKey& key, ByteView ciphertext) {
  return oaep_internal::RawRsa(KeyPairs::Of(key).pkey.get(), EVP_PKEY_decrypt_init_ex, EVP_PKEY_decrypt, ciphertext);
}

// An OAEP ciphertext (SHA-256, empty label) of `message` under a fresh seed, with that one flaw. `modulus_size` in
// bytes.
inline Bytes ForgeOaep(const PublicKey& key, size_t modulus_size, OaepFlaw flaw, ByteView message) {
  Bytes encoded(modulus_size);
  const MutableByteView seed = MutableByteView(encoded).subspan(1, 32);
  const MutableByteView block = MutableByteView(encoded).subspan(33);
  FillRandom(seed);
  std::ranges::copy(Sha256(ByteView()), block.begin());
  if (flaw != OaepFlaw::kSeparator) {
    block[block.size() - message.size() - 1] = 1;
    std::ranges::copy(message, block.last(message.size()).begin());
  }
  if (flaw == OaepFlaw::kLabelHash) block[0] ^= 1;
  oaep_internal::Mask(seed, block);
  oaep_internal::Mask(block, seed);
  if (flaw == OaepFlaw::kFirstByte) encoded[0] = 1;
  return RawRsaEncrypt(key, encoded);
}

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_TESTING_OAEP_FORGERY_H_
