// Signatures against OpenSSL's other ways to make them and against the standards' examples.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "crypto/hash_internal.h"
#include "crypto/key_pair_internal.h"
#include "crypto/signature.h"
#include "crypto/signature_internal.h"
#include "crypto/testing/key_pairs.h"

namespace kagimori::crypto {
namespace {

using secret::SecretBytes;
using BigNumber = std::unique_ptr<BIGNUM, OpenSslDeleter<BN_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, OpenSslDeleter<ECDSA_SIG_free>>;

Bytes Hex(std::string_view text) { return HexDecode(text).value(); }

SecretBytes Secret(ByteView bytes) { return SecretBytes::CopyOf(bytes); }

EVP_PKEY* PrivatePkey(const PrivateKey& key) { return KeyPairs::Of(key).pkey.get(); }

// secp256k1's, too, which PublicKey does not keep as an object of OpenSSL's.
Pkey PublicPkey(const PublicKey& key) {
  const uint8_t* at = key.spki().data();
  return Pkey(d2i_PUBKEY(nullptr, &at, static_cast<long>(key.spki().size())));
}

// What OpenSSL signs the message by with one call of its older interface.
Bytes OneShot(EVP_PKEY* key, const char* hash, ByteView message, const std::vector<OSSL_PARAM>& parameters) {
  DigestContext context(EVP_MD_CTX_new());
  Bytes signature(static_cast<size_t>(EVP_PKEY_get_size(key)));
  size_t size = signature.size();
  EXPECT_EQ(EVP_DigestSignInit_ex(context.get(), nullptr, hash, nullptr, nullptr, key, parameters.data()), 1);
  EXPECT_EQ(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()), 1);
  signature.resize(size);
  return signature;
}

bool OneShotVerifies(EVP_PKEY* key, const char* hash, ByteView message, ByteView signature,
                     const std::vector<OSSL_PARAM>& parameters) {
  DigestContext context(EVP_MD_CTX_new());
  EXPECT_EQ(EVP_DigestVerifyInit_ex(context.get(), nullptr, hash, nullptr, nullptr, key, parameters.data()), 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

OSSL_PARAM Text(const char* name, const char* value) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
}

std::vector<OSSL_PARAM> Parameters(std::vector<OSSL_PARAM> parameters) {
  parameters.push_back(OSSL_PARAM_construct_end());
  return parameters;
}

std::vector<OSSL_PARAM> Pss(const char* salt_length, const char* mgf1_hash) {
  return Parameters({Text(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PSS),
                     Text(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt_length),
                     Text(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, mgf1_hash)});
}

TEST(RsaSignature, IsWhatOpenSslMakes) {
  const PrivateKey key = ParsedPair(KeyType::kRsa2048);
  const Bytes message(300, 0x61);
  const std::vector<OSSL_PARAM> pkcs1 =
      Parameters({Text(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PKCSV15)});
  const Result<Bytes> signature = Sign(key, SignatureScheme::kRsaPkcs1Sha384, MessageForm::kRaw, Secret(message));
  EXPECT_EQ(signature.value(), OneShot(PrivatePkey(key), "SHA384", message, pkcs1));
  const Result<Bytes> pss = Sign(key, SignatureScheme::kRsaPssSha512, MessageForm::kRaw, Secret(message));
  EXPECT_TRUE(OneShotVerifies(PrivatePkey(key), "SHA512", message, *pss, Pss("64", "SHA512")));
  EXPECT_FALSE(OneShotVerifies(PrivatePkey(key), "SHA512", message, *pss, Pss("32", "SHA512")));
  EXPECT_NE(*pss, Sign(key, SignatureScheme::kRsaPssSha512, MessageForm::kRaw, Secret(message)).value());
}

TEST(RsaSignature, PssTakesSaltsOfTheHashsLengthAndItsMgf1Alone) {
  const PrivateKey key = ParsedPair(KeyType::kRsa2048);
  const Bytes message(300, 0x61);
  const auto verifies = [&](const char* salt_length, const char* mgf1_hash) {
    return Verify(key.public_key(), SignatureScheme::kRsaPssSha256, MessageForm::kRaw, Secret(message),
                  OneShot(PrivatePkey(key), "SHA256", message, Pss(salt_length, mgf1_hash)));
  };
  EXPECT_TRUE(verifies("32", "SHA256"));
  for (const char* salt_length : {"0", "20", "31", "33", "64", OSSL_PKEY_RSA_PSS_SALT_LEN_MAX}) {
    EXPECT_FALSE(verifies(salt_length, "SHA256")) << salt_length;
  }
  EXPECT_FALSE(verifies("32", "SHA1"));
  EXPECT_FALSE(verifies("32", "SHA512"));
}

struct Curve {
  KeyType type;
  SignatureScheme scheme;
  const char* hash;
  size_t max_size;  // bytes of a signature, as AWS KMS states them
};
constexpr Curve kCurves[] = {{KeyType::kP256, SignatureScheme::kEcdsaSha256, "SHA256", 72},
                             {KeyType::kP384, SignatureScheme::kEcdsaSha384, "SHA384", 104},
                             {KeyType::kP521, SignatureScheme::kEcdsaSha512, "SHA512", 139},
                             {KeyType::kSecp256k1, SignatureScheme::kEcdsaSha256, "SHA256", 72}};

TEST(EcdsaSignature, OpenSslVerifiesIt) {
  const Bytes message(300, 0x61);
  for (const Curve& curve : kCurves) {
    const PrivateKey key = ParsedPair(curve.type);
    const Pkey pkey = PublicPkey(key.public_key());
    for (int round = 0; round < 20; ++round) {
      const Result<Bytes> signature = Sign(key, curve.scheme, MessageForm::kRaw, Secret(message));
      ASSERT_TRUE(signature);
      EXPECT_LE(signature->size(), curve.max_size);
      EXPECT_TRUE(OneShotVerifies(pkey.get(), curve.hash, message, *signature, Parameters({}))) << Name(curve.type);
    }
  }
}

// The signature over the same digest with the other S.
Bytes WithOtherS(EVP_PKEY* key, ByteView der) {
  BIGNUM* order = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_ORDER, &order), 1);
  const BigNumber owned_order(order);
  const uint8_t* at = der.data();
  const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  BIGNUM* s = BN_new();
  EXPECT_EQ(BN_sub(s, order, ECDSA_SIG_get0_s(signature.get())), 1);
  EXPECT_EQ(ECDSA_SIG_set0(signature.get(), BN_dup(ECDSA_SIG_get0_r(signature.get())), s), 1);
  uint8_t* encoded = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &encoded);
  Bytes bytes(encoded, encoded + size);
  OPENSSL_free(encoded);
  return bytes;
}

TEST(EcdsaSignature, EitherSVerifies) {
  const Bytes message(300, 0x61);
  for (const Curve& curve : kCurves) {
    const PrivateKey key = ParsedPair(curve.type);
    const Pkey pkey = PublicPkey(key.public_key());
    const Result<Bytes> signature = Sign(key, curve.scheme, MessageForm::kRaw, Secret(message));
    const Bytes other = WithOtherS(pkey.get(), signature.value());
    EXPECT_NE(other, *signature);
    EXPECT_TRUE(Verify(key.public_key(), curve.scheme, MessageForm::kRaw, Secret(message), other)) << Name(curve.type);
    EXPECT_TRUE(OneShotVerifies(pkey.get(), curve.hash, message, other, Parameters({})));
  }
}

TEST(EcdsaSignature, IsNeverTheSameTwice) {
  const Bytes message(300, 0x61);
  for (const Curve& curve : kCurves) {
    const PrivateKey key = ParsedPair(curve.type);
    EXPECT_NE(Sign(key, curve.scheme, MessageForm::kRaw, Secret(message)).value(),
              Sign(key, curve.scheme, MessageForm::kRaw, Secret(message)).value());
  }
}

// DER has one form: none of these is it, though some readers take them.
TEST(EcdsaSignature, OtherEncodingsAreRefused) {
  const Bytes message(32, 0x61);
  for (const Curve& curve : kCurves) {
    const PrivateKey key = ParsedPair(curve.type);
    const Bytes good = Sign(key, curve.scheme, MessageForm::kRaw, Secret(message)).value();
    const size_t header = good[1] == 0x81 ? 3 : 2;
    const ByteView numbers = ByteView(good).subspan(header);
    const ByteView r = numbers.first(2u + numbers[1]);
    const ByteView s = numbers.subspan(r.size());
    const auto padded = [](ByteView number) {
      const Bytes zero = {0};
      return Der(2, Concatenated({zero, number.subspan(2)}));
    };
    const Bytes nothing;
    const Bytes null = Der(5, nothing);
    const Bytes zero = Der(2, Bytes{0});
    const Bytes bad[] = {
        Der(0x31, numbers),                       // a set
        Der(0x30, Concatenated({padded(r), s})),  // not minimal
        Der(0x30, Concatenated({r, padded(s)})),
        Der(0x30, Concatenated({r, s, null})),
        Concatenated({good, null}),
        Der(0x30, r),
        Der(0x30, Concatenated({s, r})),
        Der(0x30, Concatenated({zero, zero})),
        Der(0x30, Concatenated({r, zero})),
        Der(0x30, Concatenated({zero, s})),
        Concatenated({Bytes{0x30, 0x80}, numbers, Bytes{0, 0}}),                              // BER's open end
        Concatenated({Bytes{0x30, 0x82, 0, static_cast<uint8_t>(numbers.size())}, numbers}),  // long form
        Der(0x30, Concatenated({Bytes{2, 0x81, static_cast<uint8_t>(r.size() - 2)}, r.subspan(2), s})),
        Der(4, numbers),
    };
    ASSERT_EQ(Der(0x30, Concatenated({r, s})), good);
    for (const Bytes& der : bad) {
      EXPECT_FALSE(Verify(key.public_key(), curve.scheme, MessageForm::kRaw, Secret(message), der)) << HexEncode(der);
    }
  }
}

PrivateKey Ed25519Key(std::string_view seed) {
  return PrivateKey::Parse(KeyType::kEd25519,
                           Secret(Concatenated({Hex("302e020100300506032b657004220420"), Hex(seed)})))
      .value();
}

// RFC 8032 section 7.1, TEST 1 and TEST 3.
TEST(Ed25519Signature, Rfc8032) {
  const PrivateKey first = Ed25519Key("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  EXPECT_EQ(HexEncode(Sign(first, SignatureScheme::kEd25519, MessageForm::kRaw, Secret({})).value()),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f059"
            "5bbe24655141438e7a100b");
  const PrivateKey third = Ed25519Key("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
  EXPECT_EQ(HexEncode(Sign(third, SignatureScheme::kEd25519, MessageForm::kRaw, Secret(Hex("af82"))).value()),
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e971"
            "6ed28dc027beceea1ec40a");
}

// RFC 8032 section 7.3. Its message is shorter than the digests that Sign takes.
TEST(Ed25519Signature, Rfc8032Prehashed) {
  const PrivateKey key = Ed25519Key("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42");
  const Bytes expected = Hex(
      "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062a"
      "aad11c2a26083406");
  const Bytes signature = internal::SignByOpenSsl(PrivatePkey(key), KeyType::kEd25519, SignatureScheme::kEd25519Ph,
                                                  MessageForm::kDigest, AsBytes("abc"))
                              .value();
  EXPECT_EQ(HexEncode(signature), HexEncode(expected));
  EXPECT_TRUE(internal::VerifyByOpenSsl(PrivatePkey(key), KeyType::kEd25519, SignatureScheme::kEd25519Ph,
                                        MessageForm::kDigest, AsBytes("abc"), expected));
}

// The digest is Ed25519ph's message, hashed once more: not Ed25519ph over what the digest was made of.
TEST(Ed25519Signature, ADigestIsTheMessageOfEd25519Ph) {
  const PrivateKey key = ParsedPair(KeyType::kEd25519);
  const Bytes message(300, 0x61);
  Bytes digest(64);
  internal::ComputeHash(HashAlgorithm::kSha512, message, digest);
  const std::vector<OSSL_PARAM> prehashed = Parameters({Text(OSSL_SIGNATURE_PARAM_INSTANCE, "Ed25519ph")});
  const auto verifies = [&](ByteView signature) {
    return Verify(key.public_key(), SignatureScheme::kEd25519Ph, MessageForm::kDigest, Secret(digest), signature);
  };
  const Bytes of_digest = OneShot(PrivatePkey(key), nullptr, digest, prehashed);
  EXPECT_EQ(Sign(key, SignatureScheme::kEd25519Ph, MessageForm::kDigest, Secret(digest)).value(), of_digest);
  EXPECT_TRUE(verifies(of_digest));
  EXPECT_FALSE(verifies(OneShot(PrivatePkey(key), nullptr, message, prehashed)));
  EXPECT_FALSE(verifies(OneShot(PrivatePkey(key), nullptr, digest, Parameters({}))));
}

void Shake256(std::initializer_list<ByteView> parts, MutableByteView out) {
  DigestContext context(EVP_MD_CTX_new());
  ASSERT_EQ(EVP_DigestInit_ex(context.get(), EVP_shake256(), nullptr), 1);
  for (ByteView part : parts) ASSERT_EQ(EVP_DigestUpdate(context.get(), part.data(), part.size()), 1);
  ASSERT_EQ(EVP_DigestFinalXOF(context.get(), out.data(), out.size()), 1);
}

// FIPS 204, algorithm 7, line 6, and algorithm 2, line 10, with an empty context.
TEST(MlDsaSignature, MuStandsForItsMessage) {
  const Bytes message(300, 0x61);
  const struct {
    KeyType type;
    size_t public_size;
    size_t signature_size;
  } kTypes[] = {{KeyType::kMlDsa44, 1312, 2420}, {KeyType::kMlDsa65, 1952, 3309}, {KeyType::kMlDsa87, 2592, 4627}};
  for (const auto& [type, public_size, signature_size] : kTypes) {
    const PrivateKey key = ParsedPair(type);
    ByteArray<64> tr;
    Shake256({ByteView(key.public_key().spki()).last(public_size)}, tr);
    ByteArray<64> mu;
    Shake256({tr, Bytes{0, 0}, message}, mu);
    const Bytes raw = Sign(key, SignatureScheme::kMlDsa, MessageForm::kRaw, Secret(message)).value();
    const Bytes of_mu = Sign(key, SignatureScheme::kMlDsa, MessageForm::kMu, Secret(mu)).value();
    EXPECT_EQ(raw.size(), signature_size);
    EXPECT_EQ(of_mu.size(), signature_size);
    EXPECT_TRUE(Verify(key.public_key(), SignatureScheme::kMlDsa, MessageForm::kMu, Secret(mu), raw));
    EXPECT_TRUE(Verify(key.public_key(), SignatureScheme::kMlDsa, MessageForm::kRaw, Secret(message), of_mu));
    EXPECT_TRUE(OneShotVerifies(PrivatePkey(key), nullptr, message, of_mu, Parameters({})));
    // Hedged: no two are the same.
    EXPECT_NE(raw, Sign(key, SignatureScheme::kMlDsa, MessageForm::kRaw, Secret(message)).value());
    // A message of 64 bytes is not taken for a mu.
    EXPECT_FALSE(Verify(key.public_key(), SignatureScheme::kMlDsa, MessageForm::kRaw, Secret(mu), of_mu));
  }
}

// GM/T 0003.5-2012, appendix A.2 (the curve of GB/T 32918.5).
TEST(Sm2Signature, TheStandardsExample) {
  const PrivateKey key =
      PrivateKey::Parse(
          KeyType::kSm2,
          Secret(Pkcs8OfScalar(KeyType::kSm2, Hex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"))))
          .value();
  EXPECT_EQ(HexEncode(ByteView(key.public_key().spki()).last(64)),
            "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf3"
            "5e084a6632f6072da9ad13");
  // Both numbers have their highest bit set, and so a zero before it.
  const Bytes r = Der(2, Hex("00F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"));
  const Bytes s = Der(2, Hex("00B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"));
  const Bytes signature = Der(0x30, Concatenated({r, s}));
  const Bytes digest = Hex("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640");
  const auto verifies = [&](MessageForm form, ByteView message) {
    return Verify(key.public_key(), SignatureScheme::kSm2, form, Secret(message), signature);
  };
  EXPECT_TRUE(verifies(MessageForm::kRaw, AsBytes("message digest")));
  EXPECT_TRUE(verifies(MessageForm::kDigest, digest));
  EXPECT_FALSE(verifies(MessageForm::kRaw, AsBytes("message Digest")));
  // What is signed here stands for the same digest.
  const Bytes ours = Sign(key, SignatureScheme::kSm2, MessageForm::kRaw, Secret(AsBytes("message digest"))).value();
  EXPECT_TRUE(Verify(key.public_key(), SignatureScheme::kSm2, MessageForm::kDigest, Secret(digest), ours));
}

}  // namespace
}  // namespace kagimori::crypto
