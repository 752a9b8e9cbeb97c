#include "crypto/committed_key.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <memory>

#include "crypto/aead_internal.h"
#include "crypto/openssl.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

using Kdf = std::unique_ptr<EVP_KDF, OpenSslDeleter<EVP_KDF_free>>;

void DeriveHkdf512(ByteView key, ByteView salt, ByteView info, MutableByteView out) {
  GetAlgorithms();  // before OpenSSL allocates anything: it sets the allocator
  Kdf kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  Require(kdf != nullptr, "HKDF");
  KdfContext context(EVP_KDF_CTX_new(kdf.get()));
  char digest[] = "SHA512";
  const auto octets = [](const char* name, ByteView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<uint8_t*>(bytes.data()), bytes.size());
  };
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                   octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_SALT, salt),
                                   octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  Require(context && EVP_KDF_derive(context.get(), out.data(), out.size(), parameters) == 1, "HKDF");
}

ByteArray<12> NonceOf(uint32_t number) {
  ByteArray<12> nonce{};
  for (size_t i = 0; i < 4; ++i) nonce[8 + i] = static_cast<uint8_t>(number >> (24 - 8 * i));
  return nonce;
}

}  // namespace

CommittedKey CommittedKey::Derive(const secret::SecretBytes& data_key, ByteView message_id) {
  Require(data_key.size() == 32 && message_id.size() == kMessageIdSize, "data key of another length");
  Bytes info = {kSuite >> 8, kSuite & 0xFF};
  const ByteView label = AsBytes("DERIVEKEY");
  info.insert(info.end(), label.begin(), label.end());
  CommittedKey derived;
  const ByteView key = SecretOpener::Open(data_key);
  DeriveHkdf512(key, message_id, info, SecretOpener::OpenMutable(derived.key_));
  DeriveHkdf512(key, message_id, AsBytes("COMMITKEY"), derived.commitment_);
  return derived;
}

void CommittedKey::Seal(uint32_t number, std::initializer_list<ByteView> associated,
                        const secret::SecretBytes& plaintext, Bytes* out) const {
  internal::Seal(SecretOpener::Open(key_), NonceOf(number), associated, SecretOpener::Open(plaintext), out);
}

Result<secret::SecretBytes> CommittedKey::Open(uint32_t number, std::initializer_list<ByteView> associated,
                                               ByteView ciphertext_and_tag) const {
  return internal::Open(SecretOpener::Open(key_), NonceOf(number), associated, ciphertext_and_tag);
}

}  // namespace kagimori::crypto
