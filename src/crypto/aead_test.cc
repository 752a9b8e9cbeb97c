#include "crypto/aead.h"

#include <gtest/gtest.h>

#include <thread>

#include "crypto/aead_internal.h"
#include "crypto/commitment.h"
#include "crypto/random.h"
#include "crypto/testing/vectors.h"
#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretBytes;
using secret::SecretTesting;

TEST(Aead, SealsAndOpens) {
  auto key = RandomSecretArray<32>();
  for (size_t size : {0u, 1u, 16u, 32u, 4096u, 70000u}) {
    SecretBytes plaintext = RandomSecret(size);
    Bytes out = {1, 2, 3};
    SealOnce(key, {AsBytes("header"), AsBytes("context")}, plaintext, &out);
    ASSERT_EQ(out.size(), 3 + size + kGcmTagSize);
    EXPECT_EQ(Bytes(out.begin(), out.begin() + 3), (Bytes{1, 2, 3}));
    ByteView sealed = ByteView(out).subspan(3);
    Result<SecretBytes> opened = OpenOnce(key, {AsBytes("headercon"), {}, AsBytes("text")}, sealed);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(secret::Equal(*opened, plaintext));
  }
}

TEST(Aead, AssociatedDataMayLieInTheOutput) {
  auto key = RandomSecretArray<32>();
  SecretBytes plaintext = SecretTesting::FromText("plaintext");
  Bytes out = {'h', 'e', 'a', 'd'};
  out.shrink_to_fit();  // the append has to move it
  SealOnce(key, {ByteView(out)}, plaintext, &out);
  EXPECT_TRUE(OpenOnce(key, {AsBytes("head")}, ByteView(out).subspan(4)));
}

TEST(Aead, EveryChangedBitIsFound) {
  auto key = RandomSecretArray<32>();
  Bytes sealed;
  SealOnce(key, {AsBytes("ad")}, SecretTesting::FromText("some plaintext"), &sealed);
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes changed = sealed;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    Result<SecretBytes> opened = OpenOnce(key, {AsBytes("ad")}, changed);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::kAuthentication);
  }
  EXPECT_FALSE(OpenOnce(key, {AsBytes("ax")}, sealed));
  EXPECT_FALSE(OpenOnce(key, {}, sealed));
  EXPECT_FALSE(OpenOnce(RandomSecretArray<32>(), {AsBytes("ad")}, sealed));
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(OpenOnce(key, {AsBytes("ad")}, ByteView(sealed).first(size))) << size;
  }
  EXPECT_TRUE(OpenOnce(key, {AsBytes("ad")}, sealed));
}

TEST(Aead, WorksAfterForgetting) {
  auto key = RandomSecretArray<32>();
  Bytes sealed;
  std::thread([] { ForgetThreadKeys(); }).join();  // a thread that has nothing to forget
  for (int i = 0; i < 3; ++i) {
    sealed.clear();
    SealOnce(key, {AsBytes("ad")}, SecretTesting::FromText("text"), &sealed);
    ForgetThreadKeys();
    EXPECT_TRUE(OpenOnce(key, {AsBytes("ad")}, sealed));
    ForgetThreadKeys();
    ForgetThreadKeys();
  }
}

TEST(Aead, CommitmentIsTheKdfHalf) {
  Bytes out = {9};
  AppendCommitment(SecretTesting::Filled<32>(7), &out);
  Bytes expected(33, 7);
  expected[0] = 9;
  EXPECT_EQ(out, expected);
}

// The test cases 13 and 14 of the GCM specification (McGrew and Viega), whose nonce is our zero nonce.
TEST(Aead, KnownAnswers) {
  Bytes out;
  SealOnce(secret::SecretKey256(), {}, SecretBytes(), &out);
  EXPECT_EQ(HexEncode(out), "530f8afbc74536b9a963b4f1c4cb738b");
  out.clear();
  SealOnce(secret::SecretKey256(), {}, SecretBytes(16), &out);
  EXPECT_EQ(HexEncode(out), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(Aead, Wycheproof) {
  KAGIMORI_LOAD_VECTORS(vectors, "aes_gcm_test.json");
  size_t used = 0;
  for (auto group : vectors["testGroups"]) {
    if (uint64_t{group["keySize"]} != 256 || uint64_t{group["ivSize"]} != 96 || uint64_t{group["tagSize"]} != 128)
      continue;
    for (auto test : group["tests"]) {
      Bytes key = HexField(test, "key"), nonce = HexField(test, "iv"), message = HexField(test, "msg");
      Bytes associated = HexField(test, "aad"), sealed = HexField(test, "ct"), tag = HexField(test, "tag");
      sealed.insert(sealed.end(), tag.begin(), tag.end());
      internal::GcmKey key_view(key.data(), 32);
      internal::GcmNonce nonce_view(nonce.data(), 12);
      Bytes out;
      internal::Seal(key_view, nonce_view, {associated}, message, &out);
      EXPECT_EQ(out == sealed, IsValid(test)) << test["tcId"];
      Result<SecretBytes> opened = internal::Open(key_view, nonce_view, {associated}, sealed);
      ASSERT_EQ(opened.has_value(), IsValid(test)) << test["tcId"];
      if (opened) {
        EXPECT_TRUE(secret::Equal(*opened, message));
      }
      ++used;
    }
  }
  EXPECT_GT(used, 50u);
}

}  // namespace
}  // namespace kagimori::crypto
