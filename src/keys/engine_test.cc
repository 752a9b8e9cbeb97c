#include "keys/engine.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "crypto/aead.h"
#include "keys/testing/minter.h"
#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

using authz::Minter;
using secret::SecretTesting;

template <class Action>
Authorized<Action, Key> Allow(const std::shared_ptr<const Key>& key, const shapes::StringMap& context = {}) {
  return Minter::ForKey<Action>(key, CanonicalContext(context));
}

Bytes Encrypt(const std::shared_ptr<const Key>& key, std::string_view plaintext,
              const shapes::StringMap& context = {}) {
  return engine::Encrypt(Allow<action::Encrypt>(key, context), SecretTesting::FromText(plaintext)).value().blob;
}

Result<std::string> Decrypt(const std::shared_ptr<const Key>& key, ByteView blob,
                            const shapes::StringMap& context = {}) {
  std::optional<CiphertextView> view = ParseCiphertext(blob);
  if (!view) return Fail(ErrorKind::kInvalid, "no ciphertext");
  auto opened = engine::Decrypt(Allow<action::Decrypt>(key, context), *view);
  if (!opened) return std::unexpected(opened.error());
  return std::string(AsText(SecretTesting::BytesOf(opened->plaintext)));
}

TEST(Engine, RoundTripsAtEverySize) {
  auto key = LoadedTestKey();
  for (size_t size : {1u, 15u, 16u, 17u, 32u, 1024u, 4096u}) {
    std::string plaintext(size, 'x');
    Bytes blob = Encrypt(key, plaintext, {{"a", "b"}});
    EXPECT_EQ(blob.size(), 136 + size);
    EXPECT_EQ(Decrypt(key, blob, {{"a", "b"}}).value(), plaintext);
  }
}

// SP 800-108 and the ciphertext's layout computed here from HMAC alone: docs/ciphertext-format.md is what decides.
TEST(Engine, MakesWhatTheFormatSays) {
  KeyName name = TestName(0xAB, AccountId::FromNumber(999999999999));
  Bytes blob = Encrypt(LoadedTestKey(name, {7}), "plaintext", {{"k2", ""}, {"k1", "v1"}});
  ASSERT_EQ(blob.size(), 136u + 9u);
  EXPECT_EQ(HexEncode(ByteView(blob).first(56)),
            "01"
            "00e8d4a50fff"
            "01" +
                HexEncode(name.id.bytes) + HexEncode(TestMaterialId(7)));

  Bytes header(blob.begin(), blob.begin() + 88);
  auto hmac = crypto::HmacSha256Key::Create(TestMaterialBytes(7));
  auto block = [&](uint8_t counter) {
    Bytes input = {0, 0, 0, counter};
    for (char c : std::string_view("kagimori/sym/1")) input.push_back(static_cast<uint8_t>(c));
    input.push_back(0);
    input.insert(input.end(), header.begin(), header.end());
    for (uint8_t byte : {0, 0, 2, 0}) input.push_back(byte);  // 512 bits
    return hmac.Derive({input});
  };
  Bytes commitment(blob.begin() + 88, blob.begin() + 120);
  EXPECT_EQ(commitment, SecretTesting::BytesOf(block(2)));

  Bytes context = HexDecode(
                      "00000002"
                      "00000002"
                      "6b31"
                      "00000002"
                      "7631"
                      "00000002"
                      "6b32"
                      "00000000")
                      .value();
  Bytes associated(blob.begin(), blob.begin() + 120);
  associated.insert(associated.end(), context.begin(), context.end());
  auto opened = crypto::OpenOnce(block(1), {associated}, ByteView(blob).subspan(120));
  ASSERT_TRUE(opened);
  EXPECT_EQ(AsText(SecretTesting::BytesOf(*opened)), "plaintext");
}

TEST(Engine, EveryBitAndEveryTruncationCounts) {
  auto key = LoadedTestKey(TestName(), {1, 2});
  const Bytes blob = Encrypt(key, "secret", {{"a", "b"}});
  for (size_t bit = 0; bit < blob.size() * 8; ++bit) {
    Bytes changed = blob;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    std::optional<CiphertextView> view = ParseCiphertext(changed);
    if (!view) {
      EXPECT_LT(bit / 8, 8u) << "only version, account and kind can be wrong in themselves";
      continue;
    }
    // The engine serves a ciphertext that names its key; kms/ sees to that (IncorrectKeyException).
    bool other_key = view->header.key != key->name.id || view->header.account != key->name.account;
    EXPECT_EQ(other_key, bit / 8 >= 1 && bit / 8 < 24) << bit;
    auto opened = engine::Decrypt(Allow<action::Decrypt>(key, {{"a", "b"}}), *view);
    ASSERT_FALSE(opened) << bit;
    EXPECT_EQ(opened.error().kind, other_key ? ErrorKind::kInternal : ErrorKind::kAuthentication) << bit;
  }
  for (size_t size = 0; size < blob.size(); ++size) {
    auto opened = Decrypt(key, ByteView(blob).first(size), {{"a", "b"}});
    ASSERT_FALSE(opened) << size;
    EXPECT_EQ(opened.error().kind, size > 136 ? ErrorKind::kAuthentication : ErrorKind::kInvalid) << size;
  }
  Bytes longer = blob;
  longer.push_back(0);
  EXPECT_EQ(Decrypt(key, longer, {{"a", "b"}}).error().kind, ErrorKind::kAuthentication);
}

TEST(Engine, TheContextCountsAndItsOrderDoesNot) {
  auto key = LoadedTestKey();
  Bytes blob = Encrypt(key, "x", {{"a", "bc"}, {"d", "e"}});
  EXPECT_TRUE(Decrypt(key, blob, {{"d", "e"}, {"a", "bc"}}));
  for (const shapes::StringMap& other :
       std::initializer_list<shapes::StringMap>{{},
                                                {{"a", "bc"}},
                                                {{"ab", "c"}, {"d", "e"}},
                                                {{"a", "bc"}, {"d", "E"}},
                                                {{"a", "bc"}, {"d", "e"}, {"f", ""}}}) {
    EXPECT_EQ(Decrypt(key, blob, other).error().kind, ErrorKind::kAuthentication);
  }
  Bytes none = Encrypt(key, "x");
  EXPECT_TRUE(Decrypt(key, none));
  EXPECT_EQ(Decrypt(key, none, {{"", ""}}).error().kind, ErrorKind::kAuthentication);
}

TEST(Engine, TheNewestMaterialEncryptsAndEveryOneDecrypts) {
  auto before = LoadedTestKey(TestName(), {1});
  auto after = LoadedTestKey(TestName(), {1, 2});
  Bytes old_blob = Encrypt(before, "old");
  Bytes new_blob = Encrypt(after, "new");
  EXPECT_EQ(ParseCiphertext(old_blob)->header.material, TestMaterialId(1));
  EXPECT_EQ(ParseCiphertext(new_blob)->header.material, TestMaterialId(2));
  EXPECT_EQ(Decrypt(after, old_blob).value(), "old");
  EXPECT_EQ(Decrypt(after, new_blob).value(), "new");
  EXPECT_EQ(Decrypt(before, new_blob).error().kind, ErrorKind::kAuthentication);
}

// The material's id alone does not open it: the bytes have to be the same.
TEST(Engine, AnotherKeysMaterialDoesNotOpen) {
  auto key = LoadedTestKey();
  Key other = TestKey();
  auto material = std::make_shared<Material>();
  material->id = TestMaterialId(1);
  material->kdf.emplace(crypto::HmacSha256Key::Create(TestMaterialBytes(2)));
  other.materials.push_back({.id = material->id, .version = 1, .loaded = material});
  EXPECT_EQ(Decrypt(std::make_shared<const Key>(other), Encrypt(key, "x")).error().kind, ErrorKind::kAuthentication);
}

TEST(Engine, NeverTheSameCiphertextTwice) {
  auto key = LoadedTestKey();
  std::set<Bytes> salts;
  for (int i = 0; i < 200; ++i) {
    Bytes blob = Encrypt(key, "the same");
    salts.insert(Bytes(blob.begin() + 56, blob.begin() + 88));
  }
  EXPECT_EQ(salts.size(), 200u);
}

TEST(Engine, DataKeysDecryptLikeEverythingElse) {
  auto key = LoadedTestKey();
  auto data_key = SecretTesting::FromText("0123456789abcdef");
  auto one = engine::EncryptDataKey(Allow<action::GenerateDataKey>(key, {{"a", "b"}}), data_key);
  auto two = engine::EncryptDataKey(Allow<action::GenerateDataKeyWithoutPlaintext>(key, {{"a", "b"}}), data_key);
  EXPECT_EQ(Decrypt(key, one.value().blob, {{"a", "b"}}).value(), "0123456789abcdef");
  EXPECT_EQ(Decrypt(key, two.value().blob, {{"a", "b"}}).value(), "0123456789abcdef");
}

TEST(Engine, WithoutMaterialNothingWorks) {
  auto key = LoadedTestKey(TestName(), {});
  auto sealed = engine::Encrypt(Allow<action::Encrypt>(key), SecretTesting::FromText("x"));
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().kind, ErrorKind::kInternal);
  EXPECT_EQ(Decrypt(key, Encrypt(LoadedTestKey(), "x")).error().kind, ErrorKind::kAuthentication);
}

}  // namespace
}  // namespace kagimori::keys
