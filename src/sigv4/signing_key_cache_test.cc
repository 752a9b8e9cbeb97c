#include "sigv4/signing_key_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace kagimori::sigv4 {
namespace {

const Region kVirginia = *Region::Parse("us-east-1");
const Region kIreland = *Region::Parse("eu-west-1");

crypto::HmacSha256Key Key(uint8_t byte) {
  const uint8_t bytes[] = {byte};
  return crypto::HmacSha256Key::Create(secret::SecretBytes::CopyOf(bytes));
}

bool Is(const crypto::HmacSha256Key* key, uint8_t byte) {
  return key != nullptr && key->Sign({}) == Key(byte).Sign({});
}

TEST(SigningKeyCache, FindsByEveryPartOfTheName) {
  SigningKeyCache cache;
  cache.Insert({"id", "20250102", kVirginia, "kms"}, 1, Key(1));
  EXPECT_TRUE(Is(cache.Find({"id", "20250102", kVirginia, "kms"}, 1), 1));
  EXPECT_EQ(cache.Find({"ie", "20250102", kVirginia, "kms"}, 1), nullptr);
  EXPECT_EQ(cache.Find({"id", "20250103", kVirginia, "kms"}, 1), nullptr);
  EXPECT_EQ(cache.Find({"id", "20250102", kIreland, "kms"}, 1), nullptr);
  EXPECT_EQ(cache.Find({"id", "20250102", kVirginia, "ssm"}, 1), nullptr);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(SigningKeyCache, OwnsItsNames) {
  SigningKeyCache cache;
  {
    std::string id = "an identity that is longer than a short string", date = "20250102", service = "kms";
    cache.Insert({id, date, kVirginia, service}, 1, Key(1));
    id.assign(id.size(), 'x');
    date.assign(date.size(), 'x');
    service.assign(service.size(), 'x');
  }
  EXPECT_TRUE(Is(cache.Find({"an identity that is longer than a short string", "20250102", kVirginia, "kms"}, 1), 1));
}

TEST(SigningKeyCache, DropsAnotherGeneration) {
  SigningKeyCache cache;
  const SigningKeyName name = {"id", "20250102", kVirginia, "kms"};
  cache.Insert(name, 1, Key(1));
  EXPECT_EQ(cache.Find(name, 2), nullptr);
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.Find(name, 1), nullptr);
  cache.Insert(name, 3, Key(3));
  cache.Insert(name, 4, Key(4));
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_TRUE(Is(cache.Find(name, 4), 4));
}

TEST(SigningKeyCache, IsBoundedAndEvictsTheOldest) {
  SigningKeyCache cache(3);
  for (int i = 0; i < 10; ++i) {
    cache.Insert({std::to_string(i), "20250102", kVirginia, "kms"}, 1, Key(static_cast<uint8_t>(i)));
    EXPECT_LE(cache.size(), 3u);
  }
  EXPECT_EQ(cache.Find({"6", "20250102", kVirginia, "kms"}, 1), nullptr);
  for (int i = 7; i < 10; ++i) {
    EXPECT_TRUE(Is(cache.Find({std::to_string(i), "20250102", kVirginia, "kms"}, 1), static_cast<uint8_t>(i)));
  }
  SigningKeyCache none(0);
  none.Insert({"id", "20250102", kVirginia, "kms"}, 1, Key(1));
  EXPECT_EQ(none.size(), 0u);
}

TEST(SigningKeyCache, ForgetsAllKeysOfAnIdentity) {
  SigningKeyCache cache;
  cache.Insert({"gone", "20250102", kVirginia, "kms"}, 1, Key(1));
  cache.Insert({"stays", "20250102", kVirginia, "kms"}, 1, Key(2));
  cache.Insert({"gone", "20250103", kIreland, "ssm"}, 1, Key(3));
  cache.Forget("gone");
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_TRUE(Is(cache.Find({"stays", "20250102", kVirginia, "kms"}, 1), 2));
  cache.Clear();
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.Find({"stays", "20250102", kVirginia, "kms"}, 1), nullptr);
}

}  // namespace
}  // namespace kagimori::sigv4
