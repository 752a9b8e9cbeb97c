#include "crypto/key_pair.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "crypto/key_pair_internal.h"
#include "crypto/key_type_internal.h"
#include "crypto/random.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpenSslDeleter<PKCS8_PRIV_KEY_INFO_free>>;
using BigNumber = std::unique_ptr<BIGNUM, OpenSslDeleter<BN_clear_free>>;

// What RSA's object takes later, in bytes for each byte of the modulus: the blinding of the threads that did not make
// it (5 at most), and the public half's Montgomery form (4); key_pair_test.cc measures.
constexpr size_t kRsaLaterGrowth = 10;

std::unexpected<Error> NotOfType(KeyType type, const char* what) {
  ERR_clear_error();
  return Fail(ErrorKind::kInvalid, std::string(what) + " of type " + std::string(Name(type)));
}

BigNumber Number(const Pkey& key, const char* parameter) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), parameter, &number) != 1) return nullptr;
  return BigNumber(number);
}

// FIPS 186-5, A.1.1: 2^16 < e, odd; the upper bound keeps the work for a public operation small.
bool IsGoodExponent(const Pkey& key) {
  const BigNumber e = Number(key, OSSL_PKEY_PARAM_RSA_E);
  return e != nullptr && BN_is_odd(e.get()) && BN_num_bits(e.get()) >= 17 && BN_num_bits(e.get()) <= 33;
}

bool IsOfType(const Pkey& key, KeyType type) {
  const KeyTypeTraits& traits = TraitsOf(type);
  if (EVP_PKEY_is_a(key.get(), traits.openssl_name) != 1) return false;
  if (traits.modulus_bits != 0) {
    const BigNumber n = Number(key, OSSL_PKEY_PARAM_RSA_N);
    return EVP_PKEY_get_bits(key.get()) == traits.modulus_bits && n != nullptr && BN_is_odd(n.get()) &&
           IsGoodExponent(key);
  }
  if (traits.group == nullptr) return true;
  char group[32] = {};
  return EVP_PKEY_get_group_name(key.get(), group, sizeof(group), nullptr) == 1 &&
         std::string_view(group) == traits.group;
}

Bytes EncodedSpki(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) {
    ERR_clear_error();
    return {};
  }
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

// RSA's structure has no fixed form: it is read, and must be what is written again.
Pkey ReadRsaSpki(ByteView spki) {
  const unsigned char* at = spki.data();
  Pkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  if (key == nullptr || !std::ranges::equal(EncodedSpki(key.get()), spki)) return nullptr;
  return key;
}

// Every other type's is a constant and the key.
Pkey ReadFixedSpki(KeyType type, ByteView spki, ByteView public_bytes) {
  const KeyTypeTraits& traits = TraitsOf(type);
  if (traits.group == nullptr) {
    return Pkey(EVP_PKEY_new_raw_public_key_ex(nullptr, traits.openssl_name, nullptr, public_bytes.data(),
                                               public_bytes.size()));
  }
  const unsigned char* at = spki.data();
  return Pkey(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));  // refuses a point that is not on the curve
}

}  // namespace

const secp256k1_context* Secp256k1Context() {
  static const secp256k1_context* const context = [] {
    secp256k1_context* made = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    const secret::SecretKey256 seed = RandomSecretArray<32>();
    Require(made != nullptr && secp256k1_context_randomize(made, SecretOpener::Open(seed).data()) == 1,
            "secp256k1 context");
    return made;
  }();
  return context;
}

Result<PublicKey> PublicKey::Parse(KeyType type, ByteView spki) {
  if (spki.size() > kMaxPublicKeySize) return Fail(ErrorKind::kLimit, "a public key of more than 8 KiB");
  GetAlgorithms();
  const KeyTypeTraits& traits = TraitsOf(type);
  auto state = std::make_shared<State>();
  state->type = type;
  const int64_t before = OpenSslBytesOfThread().heap;
  if (IsRsa(type)) {
    state->pkey = ReadRsaSpki(spki);
  } else {
    const Bytes prefix = PrefixBytes(traits.spki_prefix_hex);
    if (spki.size() != prefix.size() + traits.public_size || !std::ranges::equal(spki.first(prefix.size()), prefix))
      return NotOfType(type, "not the SubjectPublicKeyInfo of a key");
    const ByteView public_bytes = spki.subspan(prefix.size());
    if (type == KeyType::kSecp256k1) {
      const ByteView point = spki.subspan(prefix.size() - 1);  // with its 0x04
      state->secp256k1.emplace();
      if (secp256k1_ec_pubkey_parse(Secp256k1Context(), &*state->secp256k1, point.data(), point.size()) != 1)
        return NotOfType(type, "not a point of a key");
    } else {
      state->pkey = ReadFixedSpki(type, spki, public_bytes);
    }
  }
  if (!state->secp256k1 && (state->pkey == nullptr || !IsOfType(state->pkey, type)))
    return NotOfType(type, "not a public key");
  state->spki.assign(spki.begin(), spki.end());
  state->footprint = sizeof(State) + spki.size() + static_cast<size_t>(OpenSslBytesOfThread().heap - before);
  return PublicKey(std::move(state));
}

KeyType PublicKey::type() const { return state_->type; }
const Bytes& PublicKey::spki() const { return state_->spki; }
size_t PublicKey::footprint() const { return state_->footprint; }

namespace {

bool IsPair(const Pkey& key) {
  const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return context != nullptr && EVP_PKEY_pairwise_check(context.get()) == 1;
}

// RSA: the public operation undoes the private one. OpenSSL's pairwise check would test the primes besides (0.1 to 0.4
// s). This also makes what the object computes once (Montgomery forms, blinding), so that its footprint is whole.
bool UndoesItself(const Pkey& key) {
  constexpr ByteArray<32> kDigest{1, 2, 3};
  Bytes signature(static_cast<size_t>(EVP_PKEY_get_size(key.get())));
  size_t size = signature.size();
  const auto context = [&] { return PkeyContext(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)); };
  const PkeyContext signing = context();
  const PkeyContext verifying = context();
  return signing != nullptr && verifying != nullptr && EVP_PKEY_sign_init(signing.get()) == 1 &&
         EVP_PKEY_CTX_set_signature_md(signing.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_sign(signing.get(), signature.data(), &size, kDigest.data(), kDigest.size()) == 1 &&
         EVP_PKEY_verify_init(verifying.get()) == 1 &&
         EVP_PKEY_CTX_set_signature_md(verifying.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_verify(verifying.get(), signature.data(), size, kDigest.data(), kDigest.size()) == 1;
}

// The bits of a SubjectPublicKeyInfo.
Bytes PublicBits(const Pkey& key) {
  X509_PUBKEY* made = nullptr;
  const unsigned char* bits = nullptr;
  int size = 0;
  Bytes bytes;
  if (X509_PUBKEY_set(&made, key.get()) == 1 && X509_PUBKEY_get0_param(nullptr, &bits, &size, nullptr, made) == 1)
    bytes.assign(bits, bits + size);
  X509_PUBKEY_free(made);
  return bytes;
}

// OpenSSL passes over what RFC 5958, section 2, adds to PKCS #8: version 2 (1 in the encoding) and, in that version
// alone, the public key, [1] IMPLICIT BIT STRING. One of another key is refused, as is the version without one.
bool PublicHalfIsItsOwn(ByteView der, const Pkey& key) {
  constexpr uint8_t kPublicKeyTag = 0x81;
  const unsigned char* at = der.data();
  const Asn1Sequence sequence(d2i_ASN1_SEQUENCE_ANY(nullptr, &at, static_cast<long>(der.size())));
  const int count = sk_ASN1_TYPE_num(sequence.get());  // -1 without a sequence
  if (count < 3) return false;
  const ASN1_TYPE* version = sk_ASN1_TYPE_value(sequence.get(), 0);
  if (version->type != V_ASN1_INTEGER) return false;
  const bool is_v1 = ASN1_INTEGER_get(version->value.integer) == 0;
  const ASN1_TYPE* last = sk_ASN1_TYPE_value(sequence.get(), count - 1);
  const ByteView value = last->type == V_ASN1_OTHER
                             ? ByteView(ASN1_STRING_get0_data(last->value.asn1_string),
                                        static_cast<size_t>(ASN1_STRING_length(last->value.asn1_string)))
                             : ByteView();
  const bool has_public_key = !value.empty() && value[0] == kPublicKeyTag;
  if (!has_public_key || is_v1) return !has_public_key && is_v1;
  // The header's length is right, or the whole would not have been parsed; so the content is the end.
  const Bytes bits = PublicBits(key);
  constexpr uint8_t kNoUnusedBits = 0;
  const size_t header = value[1] < 0x80 ? 2 : 2 + (value[1] & 0x7f);
  return value.size() == header + 1 + bits.size() && value[header] == kNoUnusedBits &&
         std::ranges::equal(value.subspan(header + 1), bits);
}

// In the arena, whole. Null when it is no key of the type.
Pkey ReadPkcs8(KeyType type, ByteView der) {
  const unsigned char* at = der.data();
  const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  if (info == nullptr || at != der.data() + der.size()) return nullptr;
  Pkey key(EVP_PKCS82PKEY_ex(info.get(), nullptr, nullptr));
  if (key == nullptr || !IsOfType(key, type)) return nullptr;
  if (!PublicHalfIsItsOwn(der, key)) return nullptr;
  // That the halves belong together; the other types' public half is made of the private one.
  if (IsRsa(type) && !UndoesItself(key)) return nullptr;
  if (TraitsOf(type).group != nullptr && !IsPair(key)) return nullptr;
  return key;
}

std::optional<secret::SecretKey256> ScalarOf(const Pkey& key) {
  const BigNumber scalar = Number(key, OSSL_PKEY_PARAM_PRIV_KEY);
  secret::SecretKey256 bytes;
  auto out = SecretOpener::OpenMutable(bytes);
  if (scalar == nullptr || BN_bn2binpad(scalar.get(), out.data(), static_cast<int>(out.size())) != 32 ||
      secp256k1_ec_seckey_verify(Secp256k1Context(), out.data()) != 1)
    return std::nullopt;
  return bytes;
}

}  // namespace

PrivateKey::PrivateKey(std::unique_ptr<const State> state) : state_(std::move(state)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

Result<PrivateKey> PrivateKey::Parse(KeyType type, const secret::SecretBytes& pkcs8) {
  if (pkcs8.size() > kMaxPrivateKeySize) return Fail(ErrorKind::kLimit, "a private key of more than 16 KiB");
  GetAlgorithms();
  const int64_t before = OpenSslBytesOfThread().arena;
  Pkey key;
  std::optional<secret::SecretKey256> scalar;
  {
    const SecretAllocations in_arena;
    key = ReadPkcs8(type, SecretOpener::Open(pkcs8));
    if (key != nullptr && type == KeyType::kSecp256k1) scalar = ScalarOf(key);
    ERR_clear_error();
  }
  if (key == nullptr || (type == KeyType::kSecp256k1 && !scalar)) return NotOfType(type, "not a private key");
  KAGIMORI_ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::Parse(type, EncodedSpki(key.get())));
  if (scalar) key.reset();
  const size_t footprint = static_cast<size_t>(OpenSslBytesOfThread().arena - before) +
                           (scalar ? secret::SecretKey256::size() : 0) +
                           kRsaLaterGrowth * static_cast<size_t>(TraitsOf(type).modulus_bits) / 8;
  return PrivateKey(
      std::unique_ptr<const State>(new State{std::move(public_key), std::move(key), std::move(scalar), footprint}));
}

const PublicKey& PrivateKey::public_key() const { return state_->public_key; }
size_t PrivateKey::footprint() const { return state_->footprint; }

}  // namespace kagimori::crypto
