#include "keys/asymmetric_engine.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/worker_pool.h"
#include "keys/engine.h"
#include "keys/key_spec.h"
#include "keys/mac_engine.h"
#include "keys/testing/minter.h"
#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

using authz::Minter;
using secret::SecretTesting;
using shapes::EncryptionAlgorithmSpec;

// Keys of every kind in a store, and their material through the cache.
class AsymmetricEngineTest : public testing::Test {
 protected:
  std::shared_ptr<const Key> Create(KeySpec spec, KeyUsageType usage, uint8_t byte = 1) {
    Key key = TestKey(TestName(byte));
    key.spec = spec;
    key.usage = usage;
    const KeySpecTraits& traits = TraitsOf(spec);
    NewMaterial material{.id = TestMaterialId(byte), .bytes = {}, .created = kTestNow};
    if (traits.type) {
      material.bytes = crypto::GenerateKeyPair(*traits.type).pkcs8;
    } else {
      material.bytes =
          SecretTesting::FromText(std::string(traits.hash ? MacKeySize(spec) : 32, static_cast<char>(byte)));
    }
    Change change;
    change.keys.push_back({.before = nullptr, .after = std::move(key), .parts = {}, .material = std::move(material)});
    room.Commit(change).value();
    return room.Load(TestName(byte));
  }
  template <class Action>
  Result<Usable<Action>> TryReady(const std::shared_ptr<const Key>& key, const shapes::StringMap& context = {}) {
    return SyncWait(loaded.Ready(&view, Minter::ForKey<Action>(key, CanonicalContext(context))));
  }
  template <class Action>
  Usable<Action> Ready(const std::shared_ptr<const Key>& key, const shapes::StringMap& context = {}) {
    return TryReady<Action>(key, context).value();
  }

  KeyRoom room;
  WorkerPool workers{{.name = "test", .threads = 1, .max_waiting = 8}};
  LoadedKeys loaded{&room.hierarchy(), &room.hooked, &workers, 1 << 20};
  LoadedKeyCache::View view{&loaded.cache()};
};

TEST_F(AsymmetricEngineTest, ASignatureOfOneKeyIsVerifiedByItAndNoOther) {
  auto one = Create(KeySpec::kEccNistP256, KeyUsageType::kSignVerify, 1);
  auto two = Create(KeySpec::kEccNistP256, KeyUsageType::kSignVerify, 2);
  const auto message = SecretTesting::FromText("message");
  const auto scheme = SchemeOf(shapes::SigningAlgorithmSpec::kEcdsaSha256);
  const Bytes signature = engine::Sign(Ready<action::Sign>(one), scheme, crypto::MessageForm::kRaw, message).value();
  EXPECT_TRUE(engine::Verify(Ready<action::Verify>(one), scheme, crypto::MessageForm::kRaw, message, signature));
  EXPECT_FALSE(engine::Verify(Ready<action::Verify>(two), scheme, crypto::MessageForm::kRaw, message, signature));
}

TEST_F(AsymmetricEngineTest, MaterialIsReadOnceAndForgottenWithTheKey) {
  auto key = Create(KeySpec::kEccNistP384, KeyUsageType::kKeyAgreement);
  EXPECT_FALSE(loaded.IsReady(&view, *key));
  int reads = 0;
  room.hooked.before_get = [&] { ++reads; };
  EXPECT_TRUE(TryReady<action::DeriveSharedSecret>(key));
  EXPECT_TRUE(TryReady<action::DeriveSharedSecret>(key));
  EXPECT_EQ(reads, 1);
  EXPECT_TRUE(loaded.IsReady(&view, *key));
  EXPECT_GT(loaded.cache().cost(), 0u);
  loaded.Forget(key->name);
  EXPECT_FALSE(loaded.IsReady(&view, *key));
  EXPECT_EQ(loaded.cache().cost(), 0u);
}

TEST_F(AsymmetricEngineTest, TheCacheIsBoundedByItsBytes) {
  LoadedKeys small(&room.hierarchy(), &room.hooked, &workers, 7000);
  LoadedKeyCache::View its_view(&small.cache());
  for (uint8_t byte = 1; byte <= 4; ++byte) {
    auto key = Create(KeySpec::kEccNistP256, KeyUsageType::kSignVerify, byte);
    ASSERT_TRUE(SyncWait(small.Ready(&its_view, Minter::ForKey<action::Sign>(key))));
    EXPECT_LE(small.cache().cost(), 7000u);
  }
  EXPECT_LT(small.cache().size(), 4u);
}

TEST_F(AsymmetricEngineTest, MaterialOfAnotherIdIsNotUsed) {
  auto key = Create(KeySpec::kEccNistP256, KeyUsageType::kSignVerify);
  EXPECT_TRUE(TryReady<action::Sign>(key));
  auto other = std::make_shared<Key>(*key);
  other->materials = {{.id = TestMaterialId(9), .version = 1}};
  EXPECT_FALSE(loaded.IsReady(&view, *other));
  Result<Usable<action::Sign>> ready = TryReady<action::Sign>(other);
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().kind, ErrorKind::kConflict) << "there is none at its path";
}

TEST_F(AsymmetricEngineTest, WithTooMuchWaitingNothingIsLoaded) {
  auto key = Create(KeySpec::kEccNistP256, KeyUsageType::kSignVerify);
  WorkerPool closed({.name = "test", .threads = 0, .max_waiting = 0});
  LoadedKeys starved(&room.hierarchy(), &room.hooked, &closed, 1 << 20);
  LoadedKeyCache::View its_view(&starved.cache());
  auto ready = SyncWait(starved.Ready(&its_view, Minter::ForKey<action::Sign>(key)));
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().kind, ErrorKind::kLimit);
}

TEST_F(AsymmetricEngineTest, ReEncryptGoesFromOneKeyAndContextToTheOther) {
  auto from = Create(KeySpec::kSymmetricDefault, KeyUsageType::kEncryptDecrypt, 1);
  auto to = Create(KeySpec::kSymmetricDefault, KeyUsageType::kEncryptDecrypt, 2);
  const Bytes blob = engine::Encrypt(Minter::ForKey<action::Encrypt>(from, CanonicalContext({{"old", "1"}})),
                                     SecretTesting::FromText("x"))
                         .value()
                         .blob;
  const engine::SourceCiphertext ciphertext{
      .algorithm = EncryptionAlgorithmSpec::kSymmetricDefault, .blob = blob, .symmetric = ParseCiphertext(blob)};
  auto moved =
      engine::ReEncrypt(Ready<action::ReEncryptFrom>(from, {{"old", "1"}}), ciphertext,
                        Ready<action::ReEncryptTo>(to, {{"new", "2"}}), EncryptionAlgorithmSpec::kSymmetricDefault);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->source_material, TestMaterialId(1));
  EXPECT_EQ(moved->destination_material, TestMaterialId(2));
  auto opened = engine::Decrypt(Minter::ForKey<action::Decrypt>(to, CanonicalContext({{"new", "2"}})),
                                *ParseCiphertext(moved->blob));
  EXPECT_EQ(AsText(SecretTesting::BytesOf(opened.value().plaintext)), "x");
  auto wrong =
      engine::ReEncrypt(Ready<action::ReEncryptFrom>(from, {{"new", "2"}}), ciphertext,
                        Ready<action::ReEncryptTo>(to, {{"old", "1"}}), EncryptionAlgorithmSpec::kSymmetricDefault);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::kAuthentication);
}

TEST_F(AsymmetricEngineTest, ReEncryptBetweenKindsOfKeys) {
  auto symmetric = Create(KeySpec::kSymmetricDefault, KeyUsageType::kEncryptDecrypt, 1);
  auto rsa = Create(KeySpec::kRsa2048, KeyUsageType::kEncryptDecrypt, 2);
  const auto plaintext = SecretTesting::FromText(std::string(190, 'p'));
  const Bytes sealed = engine::Encrypt(Minter::ForKey<action::Encrypt>(symmetric), plaintext).value().blob;
  auto to_rsa = engine::ReEncrypt(
      Ready<action::ReEncryptFrom>(symmetric),
      {.algorithm = EncryptionAlgorithmSpec::kSymmetricDefault, .blob = sealed, .symmetric = ParseCiphertext(sealed)},
      Ready<action::ReEncryptTo>(rsa), EncryptionAlgorithmSpec::kRsaesOaepSha256);
  ASSERT_TRUE(to_rsa);
  EXPECT_FALSE(to_rsa->destination_material);
  auto opened =
      engine::DecryptAsymmetric(Ready<action::Decrypt>(rsa), crypto::EncryptionScheme::kOaepSha256, to_rsa->blob);
  EXPECT_EQ(AsText(SecretTesting::BytesOf(opened.value())), std::string(190, 'p'));

  const Bytes longer =
      engine::Encrypt(Minter::ForKey<action::Encrypt>(symmetric), SecretTesting::FromText(std::string(191, 'p')))
          .value()
          .blob;
  auto too_long = engine::ReEncrypt(
      Ready<action::ReEncryptFrom>(symmetric),
      {.algorithm = EncryptionAlgorithmSpec::kSymmetricDefault, .blob = longer, .symmetric = ParseCiphertext(longer)},
      Ready<action::ReEncryptTo>(rsa), EncryptionAlgorithmSpec::kRsaesOaepSha256);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().kind, ErrorKind::kLimit);

  auto back = engine::ReEncrypt(
      Ready<action::ReEncryptFrom>(rsa),
      {.algorithm = EncryptionAlgorithmSpec::kRsaesOaepSha256, .blob = to_rsa->blob, .symmetric = std::nullopt},
      Ready<action::ReEncryptTo>(symmetric), EncryptionAlgorithmSpec::kSymmetricDefault);
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->source_material);
  EXPECT_EQ(back->destination_material, TestMaterialId(1));
}

TEST_F(AsymmetricEngineTest, MacsAreOfTheSpecsLengthAndTheKeysOwn) {
  uint8_t byte = 1;
  for (KeySpec spec : {KeySpec::kHmac224, KeySpec::kHmac256, KeySpec::kHmac384, KeySpec::kHmac512}) {
    auto key = Create(spec, KeyUsageType::kGenerateVerifyMac, byte++);
    const auto message = SecretTesting::FromText("message");
    Bytes mac = engine::GenerateMac(Minter::ForKey<action::GenerateMac>(key), message).value();
    EXPECT_EQ(mac.size(), MacKeySize(spec));
    auto verify = [&] { return engine::VerifyMac(Minter::ForKey<action::VerifyMac>(key), message, mac).value(); };
    EXPECT_TRUE(verify());
    mac[0] ^= 1;
    EXPECT_FALSE(verify());
    mac[0] ^= 1;
    mac.pop_back();
    EXPECT_FALSE(verify());
  }
}

TEST(KeySpecTest, EveryPairSpecIsAKeySpecAndEveryUsageHasItsAlgorithms) {
  for (std::string_view name : shapes::EnumTraits<shapes::DataKeyPairSpec>::kNames) {
    EXPECT_NO_THROW(TypeOf(*shapes::ParseEnum<shapes::DataKeyPairSpec>(name))) << name;
  }
  std::set<crypto::KeyType> types;
  for (std::string_view name : shapes::EnumTraits<KeySpec>::kNames) {
    const KeySpecTraits& traits = TraitsOf(*shapes::ParseEnum<KeySpec>(name));
    EXPECT_TRUE(!traits.type || types.insert(*traits.type).second) << name;
    for (KeyUsageType usage : traits.usages) {
      EXPECT_EQ(usage == KeyUsageType::kEncryptDecrypt && traits.encryption.empty(), false) << name;
      EXPECT_EQ(usage == KeyUsageType::kSignVerify && traits.signing.empty(), false) << name;
      EXPECT_EQ(usage == KeyUsageType::kGenerateVerifyMac, !traits.mac.empty()) << name;
      EXPECT_EQ(usage == KeyUsageType::kEncapsulateDecapsulate, !traits.encapsulation.empty()) << name;
    }
    for (shapes::SigningAlgorithmSpec algorithm : traits.signing) {
      EXPECT_TRUE(crypto::Fits(*traits.type, SchemeOf(algorithm))) << name;
    }
  }
  EXPECT_EQ(types.size(), crypto::kKeyTypes);
}

}  // namespace
}  // namespace kagimori::keys
