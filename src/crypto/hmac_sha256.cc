// SHA256_Init and its like are "deprecated" in favour of EVP, which costs a fetch or a provider context a message.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hmac_sha256.h"

#include <algorithm>
#include <cstring>

#include "secret/wiping_buffer.h"

namespace kagimori::crypto {

void PrepareHmacSha256(ByteView key, HmacSha256State* state) {
  ByteArray<SHA256_CBLOCK> block{};
  if (key.size() > block.size()) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, key.data(), key.size());
    SHA256_Final(block.data(), &context);
    explicit_bzero(&context, sizeof context);
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  for (uint8_t& byte : block) byte ^= 0x36;
  SHA256_Init(&state->inner);
  SHA256_Update(&state->inner, block.data(), block.size());
  for (uint8_t& byte : block) byte ^= 0x36 ^ 0x5c;
  SHA256_Init(&state->outer);
  SHA256_Update(&state->outer, block.data(), block.size());
  secret::Wipe(block);
}

HmacSha256Stream::~HmacSha256Stream() { explicit_bzero(&context_, sizeof context_); }

void HmacSha256Stream::Update(ByteView bytes) { SHA256_Update(&context_, bytes.data(), bytes.size()); }

void HmacSha256Stream::Final(std::span<uint8_t, 32> tag) {
  SHA256_Final(tag.data(), &context_);
  context_ = state_.outer;
  // The inner digest stands where the tag will.
  SHA256_Update(&context_, tag.data(), tag.size());
  SHA256_Final(tag.data(), &context_);
}

}  // namespace kagimori::crypto
