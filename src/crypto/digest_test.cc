#include "crypto/digest.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <string>

#include "crypto/openssl.h"
#include "crypto/testing/vectors.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretTesting;

std::string SignHex(const Bytes& key, std::string_view message) {
  return HexEncode(HmacSha256Key::Create(secret::SecretBytes::CopyOf(key)).Sign({AsBytes(message)}));
}

// FIPS 180-4 examples.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(HexEncode(Sha256(AsBytes(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexEncode(Sha256(AsBytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexEncode(Sha256(AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(HexEncode(Sha256(Bytes(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(Sha256({AsBytes("ab"), {}, AsBytes("c")}), Sha256(AsBytes("abc")));
}

TEST(Sha256, PieceByPiece) {
  Sha256Stream stream;
  EXPECT_EQ(stream.Digest(), Sha256(AsBytes("")));
  stream.Update(AsBytes("a"));
  stream.Update({});
  stream.Update(AsBytes("bc"));
  EXPECT_EQ(stream.Digest(), Sha256(AsBytes("abc")));
  stream.Update(AsBytes("d"));
  EXPECT_EQ(stream.Digest(), Sha256(AsBytes("abcd")));
}

// RFC 4231, sections 4.2 to 4.4, 4.7 and 4.8.
TEST(HmacSha256, Rfc4231) {
  EXPECT_EQ(SignHex(Bytes(20, 0x0b), "Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  std::string_view jefe = "Jefe";
  EXPECT_EQ(SignHex(Bytes(jefe.begin(), jefe.end()), "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(SignHex(Bytes(20, 0xaa), std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(SignHex(Bytes(131, 0xaa), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(
      SignHex(
          Bytes(131, 0xaa),
          "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
          "hashed before being used by the HMAC algorithm."),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

// Every key and message length around the block's edges, against OpenSSL's own HMAC.
TEST(HmacSha256, AgreesWithEvpMac) {
  GetAlgorithms();
  for (size_t key_size : {1u, 31u, 32u, 63u, 64u, 65u, 200u}) {
    for (size_t size = 0; size < 200; size += 3) {
      Bytes key(key_size, static_cast<uint8_t>(size + 1));
      Bytes message(size, static_cast<uint8_t>(key_size));
      Sha256Digest expected;
      size_t length = 0;
      ASSERT_NE(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(), message.data(),
                          message.size(), expected.data(), expected.size(), &length),
                nullptr);
      auto prepared = HmacSha256Key::Create(secret::SecretBytes::CopyOf(key));
      ASSERT_EQ(prepared.Sign({message}), expected) << key_size << " " << size;
      ByteView view(message);
      ASSERT_EQ(prepared.Sign({view.first(size / 3), view.subspan(size / 3)}), expected);
      Bytes derived = SecretTesting::BytesOf(prepared.Derive({message}));
      ASSERT_TRUE(std::equal(derived.begin(), derived.end(), expected.begin(), expected.end()));
    }
  }
}

TEST(HmacSha256, Wycheproof) {
  KAGIMORI_LOAD_VECTORS(vectors, "hmac_sha256_test.json");
  size_t used = 0;
  for (auto group : vectors["testGroups"]) {
    size_t tag_size = uint64_t{group["tagSize"]} / 8;
    for (auto test : group["tests"]) {
      auto key = HmacSha256Key::Create(secret::SecretBytes::CopyOf(HexField(test, "key")));
      Sha256Digest tag = key.Sign({HexField(test, "msg")});
      Bytes expected = HexField(test, "tag");
      ASSERT_EQ(expected.size(), tag_size);
      bool matches = std::equal(expected.begin(), expected.end(), tag.begin());
      EXPECT_EQ(matches, IsValid(test)) << test["tcId"];
      ++used;
    }
  }
  EXPECT_EQ(used, uint64_t{vectors["numberOfTests"]});
}

// OpenSSL's implementation of SP 800-108 with our label, separator and length.
Bytes ReferenceKdf(const Bytes& key, std::string_view label, const Bytes& context, size_t size) {
  EVP_KDF* kdf = EVP_KDF_fetch(nullptr, "KBKDF", nullptr);
  KdfContext state(EVP_KDF_CTX_new(kdf));
  EVP_KDF_free(kdf);
  auto octets = [](const char* name, const void* data, size_t length) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<void*>(data), length);
  };
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, const_cast<char*>("HMAC"), 0),
                               OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>("SHA256"), 0),
                               OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, const_cast<char*>("counter"), 0),
                               octets(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
                               octets(OSSL_KDF_PARAM_SALT, label.data(), label.size()),
                               octets(OSSL_KDF_PARAM_INFO, context.data(), context.size()),
                               OSSL_PARAM_construct_end()};
  Bytes out(size);
  EXPECT_EQ(EVP_KDF_derive(state.get(), out.data(), out.size(), params), 1);
  return out;
}

TEST(Kdf, AgreesWithOpenSslKbkdf) {
  GetAlgorithms();
  for (size_t context_size : {1u, 32u, 87u, 88u, 200u}) {
    Bytes key(32, static_cast<uint8_t>(context_size));
    Bytes context(context_size, 0x5a);
    auto prepared = HmacSha256Key::Create(secret::SecretKey256::CopyOf(std::span<const uint8_t, 32>(key)));
    DerivedPair pair = DeriveCounterMode(prepared, "kagimori/sym/1", context);
    Bytes both = SecretTesting::BytesOf(pair.first);
    Bytes second = SecretTesting::BytesOf(pair.second);
    both.insert(both.end(), second.begin(), second.end());
    EXPECT_EQ(both, ReferenceKdf(key, "kagimori/sym/1", context, 64));
    secret::SecretKey256 single = DeriveCounterMode256(prepared, "kagimori/sym/1", context);
    EXPECT_EQ(SecretTesting::BytesOf(single), ReferenceKdf(key, "kagimori/sym/1", context, 32));
    EXPECT_NE(SecretTesting::BytesOf(single), SecretTesting::BytesOf(pair.first)) << "the length is part of the input";
  }
}

}  // namespace
}  // namespace kagimori::crypto
