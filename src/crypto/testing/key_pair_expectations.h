#ifndef KAGIMORI_CRYPTO_TESTING_KEY_PAIR_EXPECTATIONS_H_
#define KAGIMORI_CRYPTO_TESTING_KEY_PAIR_EXPECTATIONS_H_

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <array>
#include <optional>
#include <string_view>

#include "crypto/key_pair.h"

namespace kagimori::crypto {

// Made once a type, for tests that only look at its bytes.
inline const NewKeyPair& PairOf(KeyType type) {
  static std::array<std::optional<NewKeyPair>, kKeyTypes> pairs;
  auto& pair = pairs.at(static_cast<size_t>(type));
  if (!pair) pair = GenerateKeyPair(type);
  return *pair;
}

inline Result<PrivateKey> ParsePrivate(KeyType type, ByteView pkcs8) {
  return PrivateKey::Parse(type, secret::SecretBytes::CopyOf(pkcs8));
}

template <class Key>
void ExpectInvalid(const Result<Key>& key, std::string_view what) {
  ASSERT_FALSE(key) << what;
  EXPECT_EQ(key.error().kind, ErrorKind::kInvalid) << what;
  EXPECT_EQ(ERR_peek_error(), 0u) << what << ": left for the next to find";
}

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_TESTING_KEY_PAIR_EXPECTATIONS_H_
