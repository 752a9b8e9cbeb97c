#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>

#include "crypto/key_pair_internal.h"
#include "crypto/key_type_internal.h"
#include "crypto/random.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpenSslDeleter<PKCS8_PRIV_KEY_INFO_free>>;

// A copy of DER that OpenSSL has written into the arena.
secret::SecretBytes TakeDer(unsigned char* der, int size) {
  Require(der != nullptr && size > 0, "writing PKCS#8");
  secret::SecretBytes bytes = secret::SecretBytes::CopyOf({der, static_cast<size_t>(size)});
  OPENSSL_clear_free(der, static_cast<size_t>(size));
  return bytes;
}

Bytes SpkiOf(const Pkey& key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  Require(size > 0, "writing a SubjectPublicKeyInfo");
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Pkey NewPkey(const KeyTypeTraits& traits) {
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, traits.openssl_name, nullptr));
  Require(context != nullptr && EVP_PKEY_keygen_init(context.get()) == 1, "preparing a key pair");
  if (traits.modulus_bits != 0)
    Require(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), traits.modulus_bits) == 1, "RSA's modulus");
  if (traits.group != nullptr) Require(EVP_PKEY_CTX_set_group_name(context.get(), traits.group) == 1, "curve");
  EVP_PKEY* key = nullptr;
  Require(EVP_PKEY_generate(context.get(), &key) == 1, "making a key pair");
  return Pkey(key);
}

NewKeyPair GenerateByOpenSsl(const KeyTypeTraits& traits) {
  const SecretAllocations in_arena;
  const Pkey key = NewPkey(traits);
  const Pkcs8 info(EVP_PKEY2PKCS8(key.get()));
  Require(info != nullptr, "PKCS#8");
  unsigned char* der = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  return {.pkcs8 = TakeDer(der, size), .spki = SpkiOf(key)};
}

// Types whose private key is a seed: any seed is one.
NewKeyPair GenerateFromSeed(KeyType type, const KeyTypeTraits& traits) {
  const Bytes prefix = PrefixBytes(traits.pkcs8_prefix_hex);
  secret::SecretBytes pkcs8(prefix.size() + traits.seed_size);
  MutableByteView out = SecretOpener::OpenMutable(pkcs8);
  std::ranges::copy(prefix, out.begin());
  FillRandom(out.subspan(prefix.size()));
  Result<PrivateKey> key = PrivateKey::Parse(type, pkcs8);
  Require(key.has_value(), "a key pair from a seed");
  Bytes spki = key->public_key().spki();
  return {.pkcs8 = std::move(pkcs8), .spki = std::move(spki)};
}

// RFC 5915 in PKCS#8, with the public key, as OpenSSL writes it: constant but for scalar and point.
NewKeyPair GenerateSecp256k1(const KeyTypeTraits& traits) {
  static const Bytes prefix = PrefixBytes("308184020100301006072a8648ce3d020106052b8104000a046d306b0201010420");
  static const Bytes middle = PrefixBytes("a144034200");
  constexpr size_t kScalar = 32;
  constexpr size_t kPoint = 65;
  secret::SecretBytes pkcs8(prefix.size() + kScalar + middle.size() + kPoint);
  MutableByteView out = SecretOpener::OpenMutable(pkcs8);
  std::ranges::copy(prefix, out.begin());
  const MutableByteView scalar = out.subspan(prefix.size(), kScalar);
  do {
    FillRandom(scalar);
  } while (secp256k1_ec_seckey_verify(Secp256k1Context(), scalar.data()) != 1);
  secp256k1_pubkey point;
  Require(secp256k1_ec_pubkey_create(Secp256k1Context(), &point, scalar.data()) == 1, "a secp256k1 key pair");
  std::ranges::copy(middle, out.begin() + static_cast<ptrdiff_t>(prefix.size() + kScalar));
  const MutableByteView encoded = out.last(kPoint);
  size_t size = kPoint;
  secp256k1_ec_pubkey_serialize(Secp256k1Context(), encoded.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
  Bytes spki = PrefixBytes(traits.spki_prefix_hex);
  spki.insert(spki.end(), encoded.begin() + 1, encoded.end());
  return {.pkcs8 = std::move(pkcs8), .spki = std::move(spki)};
}

}  // namespace

NewKeyPair GenerateKeyPair(KeyType type) {
  GetAlgorithms();
  const KeyTypeTraits& traits = TraitsOf(type);
  if (type == KeyType::kSecp256k1) return GenerateSecp256k1(traits);
  if (traits.pkcs8_prefix_hex != nullptr) return GenerateFromSeed(type, traits);
  return GenerateByOpenSsl(traits);
}

}  // namespace kagimori::crypto
