#include "crypto/passphrase.h"

#include <gtest/gtest.h>

#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretTesting;

std::string Stretch(std::string_view passphrase, std::string_view salt, const Argon2Parameters& parameters) {
  auto key = StretchPassphrase(SecretTesting::FromText(passphrase), AsBytes(salt), parameters);
  return key ? HexEncode(SecretTesting::BytesOf(*key)) : Describe(key.error());
}

// From the test program of the reference implementation (phc-winner-argon2, src/test.c, Argon2id v=19).
TEST(Passphrase, KnownAnswer) {
  EXPECT_EQ(Stretch("password", "somesalt", {.memory_kib = 65536, .passes = 2, .lanes = 1}),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
}

TEST(Passphrase, EveryInputCounts) {
  const Argon2Parameters small{.memory_kib = 8192, .passes = 1, .lanes = 1};
  std::string base = Stretch("password", "saltsaltsaltsalt", small);
  EXPECT_EQ(base.size(), 64u);
  EXPECT_EQ(base, Stretch("password", "saltsaltsaltsalt", small));
  EXPECT_NE(base, Stretch("passwore", "saltsaltsaltsalt", small));
  EXPECT_NE(base, Stretch("password", "saltsaltsaltsalu", small));
  EXPECT_NE(base, Stretch("password", "saltsaltsaltsalt", {.memory_kib = 8200, .passes = 1, .lanes = 1}));
  EXPECT_NE(base, Stretch("password", "saltsaltsaltsalt", {.memory_kib = 8192, .passes = 2, .lanes = 1}));
  EXPECT_NE(base, Stretch("password", "saltsaltsaltsalt", {.memory_kib = 8192, .passes = 1, .lanes = 2}));
}

TEST(Passphrase, ForgedParametersAreRefused) {
  auto refused = [](std::string_view passphrase, size_t salt_size, Argon2Parameters parameters) {
    auto key = StretchPassphrase(SecretTesting::FromText(passphrase), Bytes(salt_size, 1), parameters);
    return !key && key.error().kind == ErrorKind::kInvalid;
  };
  EXPECT_TRUE(refused("p", 16, {.memory_kib = 8191, .passes = 3, .lanes = 1}));
  EXPECT_TRUE(refused("p", 16, {.memory_kib = 4 * 1024 * 1024 + 1, .passes = 3, .lanes = 1}));
  EXPECT_TRUE(refused("p", 16, {.memory_kib = UINT32_MAX, .passes = 3, .lanes = 1}));
  EXPECT_TRUE(refused("p", 16, {.memory_kib = 8192, .passes = 0, .lanes = 1}));
  EXPECT_TRUE(refused("p", 16, {.memory_kib = 8192, .passes = 65, .lanes = 1}));
  EXPECT_TRUE(refused("p", 16, {.memory_kib = 8192, .passes = 1, .lanes = 0}));
  EXPECT_TRUE(refused("p", 16, {.memory_kib = 8192, .passes = 1, .lanes = 17}));
  EXPECT_TRUE(refused("", 16, {}));
  EXPECT_TRUE(refused("p", 7, {}));
  EXPECT_TRUE(refused("p", 65, {}));
}

}  // namespace
}  // namespace kagimori::crypto
