#include "crypto/key_unwrapping.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <memory>

#include "crypto/asymmetric_encryption.h"
#include "crypto/init.h"
#include "crypto/openssl.h"
#include "crypto/random.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretBytes;
using secret::SecretTesting;

constexpr KeyType kImportable[] = {KeyType::kRsa2048,   KeyType::kP256,    KeyType::kP384, KeyType::kP521,
                                   KeyType::kSecp256k1, KeyType::kEd25519, KeyType::kSm2};

SecretBytes Secret(ByteView bytes) { return SecretBytes::CopyOf(bytes); }

Bytes DerOf(const EVP_PKEY* key) {
  PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(key);
  unsigned char* der = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
  PKCS8_PRIV_KEY_INFO_free(info);
  EXPECT_GT(size, 0);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Pkey CurveKey(const char* group) { return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group)); }

// AES-256 key wrap with padding (RFC 5649).
Bytes WrapPadded(const SecretBytes& key, ByteView plain) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  EXPECT_EQ(
      EVP_EncryptInit_ex2(context.get(), EVP_aes_256_wrap_pad(), SecretTesting::BytesOf(key).data(), nullptr, nullptr),
      1);
  Bytes wrapped(plain.size() + 24);
  int size = 0;
  EXPECT_EQ(EVP_EncryptUpdate(context.get(), wrapped.data(), &size, plain.data(), static_cast<int>(plain.size())), 1);
  wrapped.resize(static_cast<size_t>(size));
  return wrapped;
}

class UnwrapTest : public testing::Test {
 protected:
  static const PrivateKey& Rsa() {
    static const NewKeyPair pair = GenerateKeyPair(KeyType::kRsa2048);
    static const PrivateKey key = PrivateKey::Parse(KeyType::kRsa2048, pair.pkcs8).value();
    return key;
  }
  Bytes Hybrid(EncryptionScheme scheme, const SecretBytes& aes_key, ByteView plain) {
    Bytes wrapped = EncryptWith(Rsa().public_key(), scheme, aes_key).value();
    const Bytes behind = WrapPadded(aes_key, plain);
    wrapped.insert(wrapped.end(), behind.begin(), behind.end());
    return wrapped;
  }
};

TEST_F(UnwrapTest, Oaep) {
  const Bytes plain(32, 3);
  const Bytes sha1 = EncryptWith(Rsa().public_key(), EncryptionScheme::kOaepSha1, Secret(plain)).value();
  const Bytes sha256 = EncryptWith(Rsa().public_key(), EncryptionScheme::kOaepSha256, Secret(plain)).value();
  EXPECT_EQ(SecretTesting::BytesOf(UnwrapWith(Rsa(), UnwrappingScheme::kOaepSha1, sha1).value()), plain);
  EXPECT_EQ(SecretTesting::BytesOf(UnwrapWith(Rsa(), UnwrappingScheme::kOaepSha256, sha256).value()), plain);
  for (const auto& wrong : {UnwrapWith(Rsa(), UnwrappingScheme::kOaepSha1, sha256).error(),
                            UnwrapWith(Rsa(), UnwrappingScheme::kOaepSha256, sha1).error(),
                            UnwrapWith(Rsa(), UnwrappingScheme::kOaepSha256, {}).error(),
                            UnwrapWith(Rsa(), UnwrappingScheme::kOaepSha256AesWrap, sha256).error()}) {
    EXPECT_EQ(wrong.kind, ErrorKind::kAuthentication);
    EXPECT_EQ(wrong.text, "the key material does not unwrap");
  }
}

TEST_F(UnwrapTest, AesKeyWrapBehindOaep) {
  for (size_t size : {size_t{1}, size_t{8}, size_t{9}, size_t{32}, size_t{2377}}) {
    const Bytes plain(size, 7);
    const SecretBytes key = RandomSecret(32);
    for (auto [scheme, unwrapping] : {std::pair(EncryptionScheme::kOaepSha1, UnwrappingScheme::kOaepSha1AesWrap),
                                      std::pair(EncryptionScheme::kOaepSha256, UnwrappingScheme::kOaepSha256AesWrap)}) {
      const Bytes wrapped = Hybrid(scheme, key, plain);
      EXPECT_EQ(SecretTesting::BytesOf(UnwrapWith(Rsa(), unwrapping, wrapped).value()), plain) << size;
    }
  }
}

TEST_F(UnwrapTest, WhatIsNotAesKeyWrapIsRefused) {
  const Bytes good = Hybrid(EncryptionScheme::kOaepSha256, RandomSecret(32), Bytes(40, 7));
  auto unwrap = [](ByteView wrapped) { return UnwrapWith(Rsa(), UnwrappingScheme::kOaepSha256AesWrap, wrapped); };
  ASSERT_TRUE(unwrap(good));
  for (size_t size :
       {size_t{0}, size_t{255}, size_t{256}, size_t{263}, size_t{264}, size_t{270}, good.size() - 1, good.size() - 8}) {
    EXPECT_FALSE(unwrap(ByteView(good).first(size))) << size;
  }
  for (size_t at = 0; at < good.size(); at += 5) {
    Bytes changed = good;
    changed[at] ^= 0x10;
    EXPECT_FALSE(unwrap(changed)) << at;
  }
}

// Some of them make keys with OpenSSL's own functions before anything else has been called.
class ImportPrivateKeyTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(InitOpenSsl()); }
};

TEST_F(ImportPrivateKeyTest, TakesWhatThisProgramMakes) {
  for (KeyType type : kImportable) {
    const NewKeyPair pair = GenerateKeyPair(type);
    const ImportedPair imported = ImportPrivateKey(type, pair.pkcs8).value();
    EXPECT_EQ(imported.spki, pair.spki) << Name(type);
    EXPECT_TRUE(PrivateKey::Parse(type, imported.pkcs8)) << Name(type);
    // Written again, it is the same.
    EXPECT_EQ(SecretTesting::BytesOf(ImportPrivateKey(type, imported.pkcs8)->pkcs8),
              SecretTesting::BytesOf(imported.pkcs8));
    for (KeyType other : kImportable) {
      if (other == type) continue;
      EXPECT_FALSE(ImportPrivateKey(other, pair.pkcs8)) << Name(type) << " as " << Name(other);
    }
  }
}

TEST_F(ImportPrivateKeyTest, TakesBerAndEveryFormOfAPoint) {
  const Pkey key = CurveKey("P-256");
  const Bytes der = DerOf(key.get());
  const Bytes spki = ImportPrivateKey(KeyType::kP256, Secret(der))->spki;
  // The outermost length as BER's indefinite one.
  Bytes ber = {0x30, 0x80};
  ber.insert(ber.end(), der.begin() + (der[1] == 0x81 ? 3 : 2), der.end());
  ber.insert(ber.end(), {0, 0});
  EXPECT_EQ(ImportPrivateKey(KeyType::kP256, Secret(ber)).value().spki, spki);
  for (const char* form : {"compressed", "hybrid"}) {
    ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, form), 1);
    const Bytes other_form = DerOf(key.get());
    EXPECT_NE(other_form, der);
    EXPECT_EQ(ImportPrivateKey(KeyType::kP256, Secret(other_form)).value().spki, spki) << form;
  }
}

TEST_F(ImportPrivateKeyTest, RefusesExplicitParameters) {
  const Pkey key = CurveKey("P-256");
  ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_ENCODING, "explicit"), 1);
  EXPECT_FALSE(ImportPrivateKey(KeyType::kP256, Secret(DerOf(key.get()))));
}

TEST_F(ImportPrivateKeyTest, RefusesWhatStandsBehindIt) {
  Bytes der = SecretTesting::BytesOf(GenerateKeyPair(KeyType::kP384).pkcs8);
  der.push_back(0);
  EXPECT_FALSE(ImportPrivateKey(KeyType::kP384, Secret(der)));
  der.resize(der.size() - 2);
  EXPECT_FALSE(ImportPrivateKey(KeyType::kP384, Secret(der)));
  EXPECT_FALSE(ImportPrivateKey(KeyType::kP384, {}));
}

// The last bytes of a curve's key are its point: another one is off the curve, or of another scalar.
TEST_F(ImportPrivateKeyTest, RefusesAPointThatIsNotTheKeys) {
  for (KeyType type : {KeyType::kP256, KeyType::kP521, KeyType::kSecp256k1, KeyType::kSm2}) {
    Bytes der = SecretTesting::BytesOf(GenerateKeyPair(type).pkcs8);
    der.back() ^= 1;
    EXPECT_FALSE(ImportPrivateKey(type, Secret(der))) << Name(type);
  }
}

TEST_F(ImportPrivateKeyTest, RefusesRsaOfMorePrimes) {
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  ASSERT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 2048), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_keygen_primes(context.get(), 3), 1);
  EVP_PKEY* made = nullptr;
  ASSERT_EQ(EVP_PKEY_generate(context.get(), &made), 1);
  const Pkey key(made);
  EXPECT_FALSE(ImportPrivateKey(KeyType::kRsa2048, Secret(DerOf(key.get()))));
}

// Every number of an RSA key belongs to the others: a bit changed in any of them is noticed.
TEST_F(ImportPrivateKeyTest, RefusesRsaNumbersThatDoNotFit) {
  const Bytes good = SecretTesting::BytesOf(GenerateKeyPair(KeyType::kRsa2048).pkcs8);
  for (size_t at = 60; at < good.size(); at += 97) {
    Bytes der = good;
    der[at] ^= 0x04;
    EXPECT_FALSE(ImportPrivateKey(KeyType::kRsa2048, Secret(der))) << at;
  }
}

}  // namespace
}  // namespace kagimori::crypto
