#include "crypto/asymmetric_encryption.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/key_pair_internal.h"
#include "crypto/key_type_internal.h"
#include "crypto/openssl_memory.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

// What the DER of a ciphertext adds at most: the sequence's header, two integers of 33 bytes, the hash, the last
// header.
constexpr size_t kSm2MaxOverhead = 4 + 2 * (2 + 33) + (2 + 32) + 4;

size_t ModulusSize(KeyType type) { return static_cast<size_t>(TraitsOf(type).modulus_bits) / 8; }

const char* OaepHashName(EncryptionScheme scheme) { return scheme == EncryptionScheme::kOaepSha1 ? "SHA1" : "SHA256"; }

using InitFunction = int(EVP_PKEY_CTX*, const OSSL_PARAM*);

PkeyContext Initialized(const Pkey& key, EncryptionScheme scheme, InitFunction* init) {
  auto text = [](const char* name, const char* value) {
    return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
  };
  const OSSL_PARAM oaep[] = {text(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_OAEP),
                             text(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, OaepHashName(scheme)),
                             text(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, OaepHashName(scheme)),
                             OSSL_PARAM_construct_end()};
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  Require(context != nullptr && init(context.get(), scheme == EncryptionScheme::kSm2 ? nullptr : oaep) == 1,
          "preparing asymmetric encryption");
  return context;
}

// The one answer to every ciphertext that is none.
std::unexpected<Error> NotDecrypted() { return Fail(ErrorKind::kAuthentication, "the ciphertext does not decrypt"); }

// OpenSSL checks OAEP's padding in constant time (RFC 8017, 7.1.2, its note on Manger's attack). From there on, both
// outcomes are made whatever the padding was, and the branch is only on which of them is returned: no ciphertext that
// fails takes another path than one that fails otherwise, and one that decrypts differs by nothing that is computed.
Result<secret::SecretBytes> Decrypt(const Pkey& key, EncryptionScheme scheme, ByteView ciphertext) {
  const PkeyContext context = Initialized(key, scheme, EVP_PKEY_decrypt_init_ex);
  secret::SecretBytes plaintext(ciphertext.size());  // no scheme's plaintext is as long as its ciphertext
  size_t size = plaintext.size();
  int outcome = 0;
  unsigned long error = 0;
  {
    const SecretAllocations in_arena;
    outcome = EVP_PKEY_decrypt(context.get(), SecretOpener::OpenMutable(plaintext).data(), &size, ciphertext.data(),
                               ciphertext.size());
    error = ERR_peek_error();
    ERR_clear_error();
  }
  // Says nothing about the ciphertext, and must not be answered as if it did.
  Require(outcome == 1 || ERR_GET_REASON(error) != ERR_R_MALLOC_FAILURE, "memory for asymmetric decryption");
  plaintext.Shrink(std::min(size, plaintext.size()));
  std::unexpected<Error> refusal = NotDecrypted();
  if (outcome == 1) return plaintext;
  return refusal;
}

// OpenSSL takes BER and overlooks what follows it. Here a message has no second spelling: what is read must be what is
// written again.
bool IsDerSequence(ByteView bytes) {
  const unsigned char* at = bytes.data();
  const Asn1Sequence sequence(d2i_ASN1_SEQUENCE_ANY(nullptr, &at, static_cast<long>(bytes.size())));
  unsigned char* again = nullptr;
  const int size = sequence == nullptr ? -1 : i2d_ASN1_SEQUENCE_ANY(sequence.get(), &again);
  const bool same = size > 0 && std::ranges::equal(bytes, ByteView(again, static_cast<size_t>(size)));
  OPENSSL_free(again);
  ERR_clear_error();
  return same;
}

}  // namespace

bool Fits(KeyType type, EncryptionScheme scheme) {
  return scheme == EncryptionScheme::kSm2 ? type == KeyType::kSm2 : IsRsa(type);
}

size_t MaxPlaintextSize(KeyType type, EncryptionScheme scheme) {
  if (scheme == EncryptionScheme::kSm2) return kSm2MaxPlaintext;
  const HashAlgorithm hash = scheme == EncryptionScheme::kOaepSha1 ? HashAlgorithm::kSha1 : HashAlgorithm::kSha256;
  return ModulusSize(type) - 2 * HashSize(hash) - 2;  // RFC 8017, 7.1.1
}

Result<Bytes> EncryptWith(const PublicKey& key, EncryptionScheme scheme, const secret::SecretBytes& plaintext) {
  if (!Fits(key.type(), scheme)) return Fail(ErrorKind::kInternal, "an encryption scheme of another type of key");
  if (plaintext.empty() || plaintext.size() > MaxPlaintextSize(key.type(), scheme))
    return Fail(ErrorKind::kInternal, "a plaintext that the encryption scheme does not hold");
  const PkeyContext context = Initialized(KeyPairs::Of(key).pkey, scheme, EVP_PKEY_encrypt_init_ex);
  const ByteView from = SecretOpener::Open(plaintext);
  const SecretAllocations in_arena;  // OAEP's encoded message, SM2's ephemeral key
  size_t size = 0;
  Require(EVP_PKEY_encrypt(context.get(), nullptr, &size, from.data(), from.size()) == 1, "a ciphertext's size");
  Bytes ciphertext(size);
  Require(EVP_PKEY_encrypt(context.get(), ciphertext.data(), &size, from.data(), from.size()) == 1 &&
              size <= ciphertext.size(),
          "asymmetric encryption");
  ciphertext.resize(size);
  return ciphertext;
}

Result<secret::SecretBytes> DecryptWith(const PrivateKey& key, EncryptionScheme scheme, ByteView ciphertext,
                                        size_t sm2_most) {
  if (!Fits(key.type(), scheme)) return Fail(ErrorKind::kInternal, "an encryption scheme of another type of key");
  const bool possible = scheme == EncryptionScheme::kSm2
                            ? ciphertext.size() <= sm2_most + kSm2MaxOverhead && IsDerSequence(ciphertext)
                            : ciphertext.size() == ModulusSize(key.type());
  if (!possible) return NotDecrypted();
  return Decrypt(KeyPairs::Of(key).pkey, scheme, ciphertext);
}

}  // namespace kagimori::crypto
