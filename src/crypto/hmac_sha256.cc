// SHA256_Init and its like are "deprecated" in favour of EVP, which costs a fetch or a provider context a message.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hmac_sha256.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "secret/wiping_buffer.h"

namespace kagimori::crypto {

namespace {

static_assert(sizeof(HmacSha256State::inner) == sizeof(SHA256_CTX::h));

// The chaining value after one block (FIPS 180-4 section 6.2).
void HashBlock(const ByteArray<SHA256_CBLOCK>& block, SHA_LONG (&chaining)[8]) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  std::copy(std::begin(context.h), std::end(context.h), chaining);
  explicit_bzero(&context, sizeof context);
}

// Goes on from there.
void Resume(const SHA_LONG (&chaining)[8], SHA256_CTX* context) {
  SHA256_Init(context);
  std::copy(std::begin(chaining), std::end(chaining), context->h);
  context->Nl = SHA256_CBLOCK * 8;  // bits so far
}

}  // namespace

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
  HashBlock(block, state->inner);
  for (uint8_t& byte : block) byte ^= 0x36 ^ 0x5c;
  HashBlock(block, state->outer);
  secret::Wipe(block);
}

HmacSha256Stream::HmacSha256Stream(const HmacSha256State& state) : state_(state) { Resume(state.inner, &context_); }

HmacSha256Stream::~HmacSha256Stream() { explicit_bzero(&context_, sizeof context_); }

void HmacSha256Stream::Update(ByteView bytes) { SHA256_Update(&context_, bytes.data(), bytes.size()); }

void HmacSha256Stream::Final(std::span<uint8_t, 32> tag) {
  SHA256_Final(tag.data(), &context_);
  Resume(state_.outer, &context_);
  // The inner digest stands where the tag will.
  SHA256_Update(&context_, tag.data(), tag.size());
  SHA256_Final(tag.data(), &context_);
}

}  // namespace kagimori::crypto
