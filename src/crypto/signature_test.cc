#include "crypto/signature.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <algorithm>
#include <compare>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "crypto/hash_internal.h"
#include "crypto/openssl.h"
#include "crypto/random.h"
#include "crypto/testing/key_pairs.h"

namespace kagimori::crypto {
namespace {

using secret::SecretBytes;

constexpr size_t kSchemes = 13;
constexpr MessageForm kForms[] = {MessageForm::kRaw, MessageForm::kDigest, MessageForm::kMu};

// Every use of a key that there is, written out: what Fits and the forms are held against.
struct Use {
  KeyType type;
  SignatureScheme scheme;
  MessageForm form;
  size_t message_size;  // bytes

  auto operator<=>(const Use&) const = default;
};

std::vector<Use> EveryUse() {
  using enum SignatureScheme;
  std::vector<Use> uses;
  const auto hashed = [&uses](KeyType type, SignatureScheme scheme, size_t digest_size) {
    uses.push_back({type, scheme, MessageForm::kRaw, 4096});
    uses.push_back({type, scheme, MessageForm::kDigest, digest_size});
  };
  for (KeyType type : {KeyType::kRsa2048, KeyType::kRsa3072, KeyType::kRsa4096}) {
    hashed(type, kRsaPkcs1Sha256, 32);
    hashed(type, kRsaPkcs1Sha384, 48);
    hashed(type, kRsaPkcs1Sha512, 64);
    hashed(type, kRsaPssSha256, 32);
    hashed(type, kRsaPssSha384, 48);
    hashed(type, kRsaPssSha512, 64);
  }
  hashed(KeyType::kP256, kEcdsaSha256, 32);
  hashed(KeyType::kP384, kEcdsaSha384, 48);
  hashed(KeyType::kP521, kEcdsaSha512, 64);
  hashed(KeyType::kSecp256k1, kEcdsaSha256, 32);
  hashed(KeyType::kSm2, kSm2, 32);
  uses.push_back({KeyType::kEd25519, kEd25519, MessageForm::kRaw, 4096});
  uses.push_back({KeyType::kEd25519, kEd25519Ph, MessageForm::kDigest, 64});
  for (KeyType type : {KeyType::kMlDsa44, KeyType::kMlDsa65, KeyType::kMlDsa87}) {
    uses.push_back({type, kMlDsa, MessageForm::kRaw, 4096});
    uses.push_back({type, kMlDsa, MessageForm::kMu, 64});
  }
  return uses;
}

// One key of each type for all tests, made when it is first asked for: RSA's take their time.
const PrivateKey& TestKey(KeyType type) {
  static std::map<KeyType, PrivateKey> keys;
  auto found = keys.find(type);
  if (found == keys.end()) found = keys.emplace(type, ParsedPair(type)).first;
  return found->second;
}

SecretBytes MessageOf(size_t size, uint8_t byte = 0x61) { return SecretBytes::CopyOf(Bytes(size, byte)); }

Bytes SignatureOf(const Use& use, const SecretBytes& message) {
  Result<Bytes> signature = Sign(TestKey(use.type), use.scheme, use.form, message);
  EXPECT_TRUE(signature);
  return signature.value_or(Bytes());
}

bool Verifies(const Use& use, const SecretBytes& message, ByteView signature) {
  return Verify(TestKey(use.type).public_key(), use.scheme, use.form, message, signature);
}

class EveryUseOfAKey : public testing::TestWithParam<Use> {};

TEST_P(EveryUseOfAKey, ASignatureVerifiesForItsMessageAndKeyAlone) {
  const Use& use = GetParam();
  SecretBytes message = MessageOf(use.message_size);
  const Bytes signature = SignatureOf(use, message);
  EXPECT_TRUE(Verifies(use, message, signature));
  EXPECT_FALSE(Verifies(use, MessageOf(use.message_size, 0x62), signature));
  EXPECT_FALSE(Verifies(use, MessageOf(use.message_size - 1), signature));
  EXPECT_FALSE(Verifies(use, MessageOf(use.message_size + 1), signature));
  if (!IsRsa(use.type)) {
    const Result<PublicKey> other = PublicKey::Parse(use.type, GenerateKeyPair(use.type).spki);
    ASSERT_TRUE(other);
    EXPECT_FALSE(Verify(*other, use.scheme, use.form, message, signature));
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_P(EveryUseOfAKey, AChangedSignatureIsRefused) {
  const Use& use = GetParam();
  const SecretBytes message = MessageOf(use.message_size);
  Bytes signature = SignatureOf(use, message);
  const size_t step = IsMlDsa(use.type) ? 37 : 1;
  for (size_t at = 0; at < signature.size(); at += step) {
    for (uint8_t bit : {0x01, 0x80}) {
      signature[at] ^= bit;
      ASSERT_FALSE(Verifies(use, message, signature)) << at << " " << int{bit};
      signature[at] ^= bit;
    }
  }
  EXPECT_TRUE(Verifies(use, message, signature));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_P(EveryUseOfAKey, AMalformedSignatureIsRefused) {
  const Use& use = GetParam();
  const SecretBytes message = MessageOf(use.message_size);
  const Bytes signature = SignatureOf(use, message);
  EXPECT_FALSE(Verifies(use, message, {}));
  for (size_t size = 0; size < signature.size(); ++size) {
    ASSERT_FALSE(Verifies(use, message, ByteView(signature).first(size))) << size;
  }
  for (size_t size : {signature.size() + 1, signature.size() + 100, size_t{6144}}) {
    Bytes longer = signature;
    longer.resize(size);
    EXPECT_FALSE(Verifies(use, message, longer)) << size;
  }
  for (size_t size : {size_t{1}, size_t{64}, size_t{72}, signature.size(), size_t{6144}}) {
    EXPECT_FALSE(Verifies(use, message, Bytes(size, 0))) << size;
    EXPECT_FALSE(Verifies(use, message, Bytes(size, 0xff))) << size;
    Bytes random(size);
    FillRandom(random);
    EXPECT_FALSE(Verifies(use, message, random)) << size;
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

// What a signature was computed with lay in the arena and is gone; only what OpenSSL keeps for the thread or the key
// stays, from the first one on.
TEST_P(EveryUseOfAKey, SigningLeavesNothingBehind) {
  const Use& use = GetParam();
  const SecretBytes message = MessageOf(use.message_size);
  SignatureOf(use, message);
  const OpenSslBytes before = OpenSslBytesOfThread();
  SignatureOf(use, message);
  EXPECT_EQ(OpenSslBytesOfThread().arena, before.arena);
  EXPECT_EQ(OpenSslBytesOfThread().heap, before.heap);
}

// Seen by what stays: an RSA key's first signature on another thread than the one that parsed it makes a second
// blinding, which the key keeps.
TEST(SigningMemory, IsTheArena) {
  const PrivateKey key = ParsedPair(KeyType::kRsa2048);
  const PrivateKey other = ParsedPair(KeyType::kRsa2048);  // for what the process makes once
  ASSERT_TRUE(Sign(other, SignatureScheme::kRsaPkcs1Sha256, MessageForm::kDigest, MessageOf(32)));
  std::thread([&key] {
    RandomSecret(1);  // OpenSSL makes a thread's generators when they are first used
    RandomUuid();
    const OpenSslBytes before = OpenSslBytesOfThread();
    ASSERT_TRUE(Sign(key, SignatureScheme::kRsaPkcs1Sha256, MessageForm::kDigest, MessageOf(32)));
    EXPECT_GT(OpenSslBytesOfThread().arena, before.arena);
    EXPECT_EQ(OpenSslBytesOfThread().heap, before.heap);
  }).join();
}

std::string NameOf(const testing::TestParamInfo<Use>& info) {
  constexpr const char* kSchemeNames[kSchemes] = {
      "Pkcs1Sha256", "Pkcs1Sha384", "Pkcs1Sha512", "PssSha256", "PssSha384", "PssSha512", "EcdsaSha256",
      "EcdsaSha384", "EcdsaSha512", "Ed25519",     "Ed25519Ph", "Sm2",       "MlDsa"};
  constexpr const char* kFormNames[] = {"Raw", "Digest", "Mu"};
  std::string name(Name(info.param.type));
  std::erase(name, '-');
  return name + "_" + kSchemeNames[static_cast<size_t>(info.param.scheme)] + "_" +
         kFormNames[static_cast<size_t>(info.param.form)];
}

INSTANTIATE_TEST_SUITE_P(Signature, EveryUseOfAKey, testing::ValuesIn(EveryUse()), NameOf);

TEST(Signature, EveryOtherUseIsRefused) {
  const std::vector<Use> uses = EveryUse();
  const auto is_use = [&uses](KeyType type, SignatureScheme scheme, std::optional<MessageForm> form) {
    return std::ranges::any_of(uses, [&](const Use& use) {
      return use.type == type && use.scheme == scheme && use.form == form.value_or(use.form);
    });
  };
  for (size_t i = 0; i < kKeyTypes; ++i) {
    for (size_t j = 0; j < kSchemes; ++j) {
      const auto type = static_cast<KeyType>(i);
      const auto scheme = static_cast<SignatureScheme>(j);
      EXPECT_EQ(Fits(type, scheme), is_use(type, scheme, std::nullopt)) << Name(type) << " " << j;
      for (MessageForm form : kForms) {
        if (is_use(type, scheme, form)) continue;
        for (size_t size : {1, 32, 48, 64}) {
          const Result<Bytes> signature = Sign(TestKey(type), scheme, form, MessageOf(size));
          ASSERT_FALSE(signature) << Name(type) << " " << j;
          EXPECT_EQ(signature.error().kind, ErrorKind::kInternal);
          EXPECT_FALSE(Verify(TestKey(type).public_key(), scheme, form, MessageOf(size), Bytes(64, 1)));
        }
      }
    }
  }
}

TEST(Signature, ADigestOrMuOfAnotherSizeIsRefused) {
  for (const Use& use : EveryUse()) {
    if (use.form == MessageForm::kRaw) continue;
    for (size_t size : {size_t{0}, size_t{20}, use.message_size - 1, use.message_size + 1, 2 * use.message_size}) {
      const Result<Bytes> signature = Sign(TestKey(use.type), use.scheme, use.form, MessageOf(size));
      ASSERT_FALSE(signature) << size;
      EXPECT_EQ(signature.error().kind, ErrorKind::kInternal);
    }
  }
}

TEST(Signature, ADigestStandsForItsMessage) {
  for (const Use& use : EveryUse()) {
    if (use.form != MessageForm::kDigest || use.scheme > SignatureScheme::kEcdsaSha512) continue;
    const Bytes message(4096, 0x61);
    Bytes digest(HashSize(HashOf(use.scheme)));
    internal::ComputeHash(HashOf(use.scheme), message, digest);
    const SecretBytes secret_message = SecretBytes::CopyOf(message);
    const SecretBytes secret_digest = SecretBytes::CopyOf(digest);
    const Use raw{use.type, use.scheme, MessageForm::kRaw, message.size()};
    EXPECT_TRUE(Verifies(use, secret_digest, SignatureOf(raw, secret_message)));
    EXPECT_TRUE(Verifies(raw, secret_message, SignatureOf(use, secret_digest)));
  }
}

// A scheme's signature is none of another's, though key and hash are the same.
TEST(Signature, SchemesAreKeptApart) {
  for (const Use& use : EveryUse()) {
    const Bytes signature = SignatureOf(use, MessageOf(use.message_size));
    for (const Use& other : EveryUse()) {
      if (other.type != use.type || other.scheme == use.scheme) continue;
      EXPECT_FALSE(Verifies(other, MessageOf(other.message_size), signature));
    }
  }
}

TEST(Signature, AnEmptyMessageIsOne) {
  for (const Use& use : EveryUse()) {
    if (use.form != MessageForm::kRaw) continue;
    const Bytes signature = SignatureOf(use, SecretBytes());
    EXPECT_TRUE(Verifies(use, SecretBytes(), signature)) << Name(use.type);
    EXPECT_FALSE(Verifies(use, MessageOf(1), signature)) << Name(use.type);
  }
}

TEST(Signature, OnlySchemesWithADigestHaveAHash) {
  EXPECT_THROW(HashOf(SignatureScheme::kEd25519), std::logic_error);
  EXPECT_THROW(HashOf(SignatureScheme::kMlDsa), std::logic_error);
}

TEST(Signature, ThreadsShareAKey) {
  for (KeyType type : {KeyType::kRsa2048, KeyType::kP256, KeyType::kSecp256k1, KeyType::kEd25519, KeyType::kMlDsa44}) {
    const std::vector<Use> uses = EveryUse();
    const Use& use = *std::ranges::find(uses, type, &Use::type);
    const PrivateKey& key = TestKey(type);
    std::vector<std::thread> threads;
    for (uint8_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 20; ++round) {
          const SecretBytes message = MessageOf(100, i);
          const Result<Bytes> signature = Sign(key, use.scheme, use.form, message);
          ASSERT_TRUE(signature);
          ASSERT_TRUE(Verify(key.public_key(), use.scheme, use.form, message, *signature));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace kagimori::crypto
