#include "crypto/openssl_memory.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <thread>

#include "crypto/key_pair.h"
#include "crypto/openssl.h"
#include "secret/arena.h"

namespace kagimori::crypto {
namespace {

size_t ArenaBytes() { return secret::Arena::GetStats().live_bytes; }

class OpenSslMemoryTest : public testing::Test {
 protected:
  OpenSslMemoryTest() { GetAlgorithms(); }
};

TEST_F(OpenSslMemoryTest, AScopeAllocatesInTheArenaAndNothingElseDoes) {
  const size_t before = ArenaBytes();
  void* ordinary = OPENSSL_malloc(1000);
  EXPECT_EQ(ArenaBytes(), before);
  void* secret;
  {
    const SecretAllocations outer;
    {
      const SecretAllocations inner;
    }
    secret = OPENSSL_malloc(1000);  // the outer scope still holds
  }
  EXPECT_GE(ArenaBytes(), before + 1000);
  OPENSSL_free(ordinary);
  EXPECT_GE(ArenaBytes(), before + 1000);
  OPENSSL_free(secret);  // outside of the scope: back to where it came from
  EXPECT_EQ(ArenaBytes(), before);
}

TEST_F(OpenSslMemoryTest, ABlockThatGrowsStaysWholeAndMovesIntoTheScopesMemory) {
  auto* bytes = static_cast<uint8_t*>(OPENSSL_malloc(100));
  std::memset(bytes, 0x5A, 100);
  const size_t before = ArenaBytes();
  {
    const SecretAllocations in_arena;
    bytes = static_cast<uint8_t*>(OPENSSL_realloc(bytes, 5000));
  }
  ASSERT_NE(bytes, nullptr);
  EXPECT_TRUE(std::ranges::all_of(std::span(bytes, 100), [](uint8_t byte) { return byte == 0x5A; }));
  EXPECT_GE(ArenaBytes(), before + 5000);
  OPENSSL_free(bytes);
  EXPECT_EQ(ArenaBytes(), before);
}

TEST_F(OpenSslMemoryTest, AnotherThreadMayFree) {
  const size_t before = ArenaBytes();
  void* block;
  {
    const SecretAllocations in_arena;
    block = OPENSSL_malloc(300);
  }
  std::thread([block] { OPENSSL_free(block); }).join();
  EXPECT_EQ(ArenaBytes(), before);
}

TEST_F(OpenSslMemoryTest, BeyondTheArenasBoundThereIsNoMemoryAndNoFallback) {
  const SecretAllocations in_arena;
  EXPECT_EQ(OPENSSL_malloc(secret::kOverflowLimit + 1), nullptr);
}

TEST_F(OpenSslMemoryTest, APrivateKeyLiesInTheArenaAsLargeAsItSays) {
  for (size_t i = 0; i < kKeyTypes; ++i) {
    const auto type = static_cast<KeyType>(i);
    const NewKeyPair pair = GenerateKeyPair(type);
    {
      Result<PrivateKey> warm = PrivateKey::Parse(type, pair.pkcs8);
    }
    const size_t before = ArenaBytes();
    Result<PrivateKey> key = PrivateKey::Parse(type, pair.pkcs8);
    ASSERT_TRUE(key);
    const size_t taken = ArenaBytes() - before;
    // Blocks are rounded up to their size class, by half at most; headers and small blocks count with it.
    // A footprint counts what an RSA key takes later, too.
    EXPECT_GE(taken * 4 / 3 + 64, key->footprint()) << Name(type);
    EXPECT_LE(taken, key->footprint() * 3 / 2 + 64) << Name(type);
    EXPECT_LE(key->footprint(), 40'500u) << Name(type);
    EXPECT_LE(key->public_key().footprint(), 17'000u) << Name(type);
  }
}

}  // namespace
}  // namespace kagimori::crypto
