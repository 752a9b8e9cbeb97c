#include "crypto/key_agreement.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "crypto/key_pair_internal.h"
#include "crypto/openssl_memory.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

using Group = std::unique_ptr<EC_GROUP, OpenSslDeleter<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, OpenSslDeleter<EC_POINT_clear_free>>;
using BigNumber = std::unique_ptr<BIGNUM, OpenSslDeleter<BN_clear_free>>;

constexpr size_t kSm2FieldSize = 32;
constexpr size_t kSm2PointSize = 1 + 2 * kSm2FieldSize;  // uncompressed

PkeyContext ContextOf(const Pkey& key) {
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  Require(context != nullptr, "a key's context");
  return context;
}

secret::SecretBytes AgreeOnNistCurve(const Pkey& key, const Pkey& peer) {
  const PkeyContext context = ContextOf(key);
  // Not validated again: a parsed point is on the curve, and on one of prime order (cofactor 1) every point but zero is
  // in the right group (SP 800-56A rev. 3, 5.6.2.3.3).
  Require(EVP_PKEY_derive_init(context.get()) == 1 &&
              EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), /*validate_peer=*/0) == 1,
          "preparing ECDH");
  const SecretAllocations in_arena;
  size_t size = 0;
  Require(EVP_PKEY_derive(context.get(), nullptr, &size) == 1, "ECDH's size");
  secret::SecretBytes shared(size);
  Require(EVP_PKEY_derive(context.get(), SecretOpener::OpenMutable(shared).data(), &size) == 1 && size == shared.size(),
          "ECDH");
  return shared;
}

// OpenSSL's providers offer ECDH to keys of type EC alone, and make no such key on SM2's curve; its curves themselves
// have the one operation that it consists of. With a single point EC_POINT_mul is the ladder, in constant time.
secret::SecretBytes AgreeOnSm2(const Pkey& key, ByteView peer_point) {
  const Group group(EC_GROUP_new_by_curve_name(NID_sm2));
  const SecretAllocations in_arena;
  BIGNUM* number = nullptr;
  Require(EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1, "SM2's scalar");
  const BigNumber scalar(number);
  const BigNumber x(BN_new());
  Require(group != nullptr && x != nullptr, "SM2's curve");
  const Point peer(EC_POINT_new(group.get()));
  const Point product(EC_POINT_new(group.get()));
  secret::SecretBytes shared(kSm2FieldSize);
  Require(peer != nullptr && product != nullptr &&
              EC_POINT_oct2point(group.get(), peer.get(), peer_point.data(), peer_point.size(), nullptr) == 1 &&
              EC_POINT_mul(group.get(), product.get(), nullptr, peer.get(), scalar.get(), nullptr) == 1 &&
              EC_POINT_get_affine_coordinates(group.get(), product.get(), x.get(), nullptr, nullptr) == 1 &&
              BN_bn2binpad(x.get(), SecretOpener::OpenMutable(shared).data(), kSm2FieldSize) == kSm2FieldSize,
          "ECDH on SM2's curve");
  return shared;
}

// FIPS 203, table 3. REQUIRES: IsMlKem(type).
size_t KemCiphertextSize(KeyType type) {
  if (type == KeyType::kMlKem512) return 768;
  return type == KeyType::kMlKem768 ? 1088 : 1568;
}

}  // namespace

Result<secret::SecretBytes> AgreeOnSecret(const PrivateKey& key, const PublicKey& peer) {
  if (key.type() != peer.type() || (!IsNistCurve(key.type()) && key.type() != KeyType::kSm2))
    return Fail(ErrorKind::kInternal, "keys that cannot agree on a secret");
  if (key.type() == KeyType::kSm2) return AgreeOnSm2(KeyPairs::Of(key).pkey, ByteView(peer.spki()).last(kSm2PointSize));
  return AgreeOnNistCurve(KeyPairs::Of(key).pkey, KeyPairs::Of(peer).pkey);
}

Result<Encapsulated> Encapsulate(const PublicKey& key) {
  if (!IsMlKem(key.type())) return Fail(ErrorKind::kInternal, "encapsulation with a key that is not ML-KEM's");
  const PkeyContext context = ContextOf(KeyPairs::Of(key).pkey);
  Require(EVP_PKEY_encapsulate_init(context.get(), nullptr) == 1, "preparing ML-KEM");
  const SecretAllocations in_arena;
  Encapsulated made{.secret = secret::SecretBytes(kKemSecretSize), .ciphertext = Bytes(KemCiphertextSize(key.type()))};
  size_t secret_size = made.secret.size();
  size_t ciphertext_size = made.ciphertext.size();
  Require(EVP_PKEY_encapsulate(context.get(), made.ciphertext.data(), &ciphertext_size,
                               SecretOpener::OpenMutable(made.secret).data(), &secret_size) == 1 &&
              secret_size == made.secret.size() && ciphertext_size == made.ciphertext.size(),
          "ML-KEM encapsulation");
  return made;
}

Result<secret::SecretBytes> Decapsulate(const PrivateKey& key, ByteView ciphertext) {
  if (!IsMlKem(key.type())) return Fail(ErrorKind::kInternal, "decapsulation with a key that is not ML-KEM's");
  if (ciphertext.size() != KemCiphertextSize(key.type()))
    return Fail(ErrorKind::kInvalid, "an ML-KEM ciphertext of another length");
  const PkeyContext context = ContextOf(KeyPairs::Of(key).pkey);
  Require(EVP_PKEY_decapsulate_init(context.get(), nullptr) == 1, "preparing ML-KEM");
  const SecretAllocations in_arena;
  secret::SecretBytes shared(kKemSecretSize);
  size_t size = shared.size();
  Require(EVP_PKEY_decapsulate(context.get(), SecretOpener::OpenMutable(shared).data(), &size, ciphertext.data(),
                               ciphertext.size()) == 1 &&
              size == shared.size(),
          "ML-KEM decapsulation");
  return shared;
}

}  // namespace kagimori::crypto
