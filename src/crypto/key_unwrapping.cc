#include "crypto/key_unwrapping.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "crypto/asymmetric_encryption.h"
#include "crypto/key_pair_internal.h"
#include "crypto/key_type_internal.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpenSslDeleter<PKCS8_PRIV_KEY_INFO_free>>;

// A private key of RSA_4096 is 2.4 KB; a request holds 6144 bytes of wrapped material.
constexpr size_t kSm2MostMaterial = 6144;
constexpr size_t kWrappingKeySize = 32;  // AES-256, the one that AWS's documentation has

std::unexpected<Error> NotUnwrapped() { return Fail(ErrorKind::kAuthentication, "the key material does not unwrap"); }

// RFC 5649, with its default initial value. `key` is AES-256's.
Result<secret::SecretBytes> UnwrapPadded(const secret::SecretBytes& key, ByteView wrapped) {
  constexpr size_t kBlock = 8;
  if (wrapped.size() < 2 * kBlock || wrapped.size() % kBlock != 0) return NotUnwrapped();
  secret::SecretBytes plain(wrapped.size());
  int size = 0;
  bool ok = false;
  {
    const SecretAllocations in_arena;
    const CipherContext context(EVP_CIPHER_CTX_new());
    Require(context != nullptr, "a cipher's context");
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    Require(EVP_DecryptInit_ex2(context.get(), EVP_aes_256_wrap_pad(), SecretOpener::Open(key).data(), nullptr,
                                nullptr) == 1,
            "preparing AES key wrap");
    ok = EVP_DecryptUpdate(context.get(), SecretOpener::OpenMutable(plain).data(), &size, wrapped.data(),
                           static_cast<int>(wrapped.size())) == 1;
    ERR_clear_error();
  }
  if (!ok || size <= 0) return NotUnwrapped();
  plain.Shrink(static_cast<size_t>(size));
  return plain;
}

Result<secret::SecretBytes> UnwrapOaepAes(const PrivateKey& key, EncryptionScheme scheme, ByteView wrapped) {
  const size_t modulus = static_cast<size_t>(TraitsOf(key.type()).modulus_bits) / 8;
  if (wrapped.size() <= modulus) return NotUnwrapped();
  Result<secret::SecretBytes> aes_key = DecryptWith(key, scheme, wrapped.first(modulus));
  if (!aes_key || aes_key->size() != kWrappingKeySize) return NotUnwrapped();
  return UnwrapPadded(*aes_key, wrapped.subspan(modulus));
}

Result<secret::SecretBytes> Decrypted(const PrivateKey& key, EncryptionScheme scheme, ByteView wrapped) {
  Result<secret::SecretBytes> plain = DecryptWith(key, scheme, wrapped, kSm2MostMaterial);
  if (!plain) return NotUnwrapped();
  return plain;
}

// Two primes whose product is the modulus, and a private exponent that goes with them.
bool IsSoundRsa(const Pkey& key) {
  BIGNUM* third = nullptr;
  const bool has_third = EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_FACTOR3, &third) == 1;
  BN_clear_free(third);
  if (has_third) return false;
  const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return context != nullptr && EVP_PKEY_pairwise_check(context.get()) == 1;
}

// A named curve, with the point in the one form in which it is kept.
bool NormalizeCurve(const Pkey& key) {
  int is_explicit = 0;
  if (EVP_PKEY_get_int_param(key.get(), OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit) == 1 &&
      is_explicit != 0)
    return false;
  return EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                        OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) == 1;
}

// Empty when it is no such key.
secret::SecretBytes Rewritten(KeyType type, ByteView pkcs8) {
  const unsigned char* at = pkcs8.data();
  const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(pkcs8.size())));
  if (info == nullptr || at != pkcs8.data() + pkcs8.size()) return {};
  const Pkey key(EVP_PKCS82PKEY_ex(info.get(), nullptr, nullptr));
  if (key == nullptr || EVP_PKEY_is_a(key.get(), TraitsOf(type).openssl_name) != 1) return {};
  if (IsRsa(type) && (EVP_PKEY_get_bits(key.get()) != TraitsOf(type).modulus_bits || !IsSoundRsa(key))) return {};
  if (TraitsOf(type).group != nullptr && !NormalizeCurve(key)) return {};
  const Pkcs8 again(EVP_PKEY2PKCS8(key.get()));
  unsigned char* der = nullptr;
  const int size = again == nullptr ? -1 : i2d_PKCS8_PRIV_KEY_INFO(again.get(), &der);
  if (size <= 0) return {};
  secret::SecretBytes bytes = secret::SecretBytes::CopyOf({der, static_cast<size_t>(size)});
  OPENSSL_clear_free(der, static_cast<size_t>(size));
  return bytes;
}

}  // namespace

Result<secret::SecretBytes> UnwrapWith(const PrivateKey& key, UnwrappingScheme scheme, ByteView wrapped) {
  if (IsRsa(key.type()) == (scheme == UnwrappingScheme::kSm2))
    return Fail(ErrorKind::kInternal, "a wrapping scheme of another type of key");
  switch (scheme) {
    case UnwrappingScheme::kOaepSha1:
      return Decrypted(key, EncryptionScheme::kOaepSha1, wrapped);
    case UnwrappingScheme::kOaepSha256:
      return Decrypted(key, EncryptionScheme::kOaepSha256, wrapped);
    case UnwrappingScheme::kOaepSha1AesWrap:
      return UnwrapOaepAes(key, EncryptionScheme::kOaepSha1, wrapped);
    case UnwrappingScheme::kOaepSha256AesWrap:
      return UnwrapOaepAes(key, EncryptionScheme::kOaepSha256, wrapped);
    case UnwrappingScheme::kSm2:
      return Decrypted(key, EncryptionScheme::kSm2, wrapped);
  }
  std::unreachable();
}

Result<ImportedPair> ImportPrivateKey(KeyType type, const secret::SecretBytes& pkcs8) {
  if (pkcs8.size() > kMaxPrivateKeySize) return Fail(ErrorKind::kLimit, "a private key of more than 16 KiB");
  GetAlgorithms();
  ImportedPair pair;
  {
    const SecretAllocations in_arena;
    pair.pkcs8 = Rewritten(type, SecretOpener::Open(pkcs8));
    ERR_clear_error();
  }
  if (pair.pkcs8.empty()) return Fail(ErrorKind::kInvalid, "not a private key of the type");
  KAGIMORI_ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::Parse(type, pair.pkcs8));
  pair.spki = key.public_key().spki();
  return pair;
}

}  // namespace kagimori::crypto
