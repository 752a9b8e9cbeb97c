// See hmac_sha256.cc: 146 ns for 212 bytes against 153 with a kept EVP context and 333 of SHA256(), which fetches.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include <openssl/sha.h>

#include <new>

#include "crypto/hmac_sha256.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

static_assert(std::is_trivially_copyable_v<HmacSha256State> && alignof(HmacSha256State) <= 16);

const HmacSha256State& StateIn(const secret::SecretBytes& bytes) {
  return *reinterpret_cast<const HmacSha256State*>(SecretOpener::Open(bytes).data());
}

void Compute(const secret::SecretBytes& state, std::initializer_list<ByteView> parts, std::span<uint8_t, 32> tag) {
  HmacSha256Stream stream(StateIn(state));
  for (ByteView part : parts) stream.Update(part);
  stream.Final(tag);
}

ByteArray<4> Be32(uint32_t value) {
  return {static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16), static_cast<uint8_t>(value >> 8),
          static_cast<uint8_t>(value)};
}

secret::SecretKey256 DeriveBlock(const HmacSha256Key& key, uint32_t counter, uint32_t bits, std::string_view label,
                                 ByteView context) {
  static constexpr uint8_t kSeparator[] = {0};
  return key.Derive({Be32(counter), AsBytes(label), kSeparator, context, Be32(bits)});
}

}  // namespace

Sha256Digest Sha256(ByteView bytes) { return Sha256({bytes}); }

Sha256Digest Sha256(std::initializer_list<ByteView> parts) {
  Sha256Digest digest;
  SHA256_CTX context;
  SHA256_Init(&context);
  for (ByteView part : parts) SHA256_Update(&context, part.data(), part.size());
  SHA256_Final(digest.data(), &context);
  return digest;
}

struct Sha256Stream::State {
  SHA256_CTX context;
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Update(ByteView bytes) { SHA256_Update(&state_->context, bytes.data(), bytes.size()); }

Sha256Digest Sha256Stream::Digest() const {
  Sha256Digest digest;
  SHA256_CTX copy = state_->context;
  SHA256_Final(digest.data(), &copy);
  return digest;
}

HmacSha256Key HmacSha256Key::FromBytes(ByteView key) {
  HmacSha256Key prepared;
  prepared.state_ = secret::SecretBytes(sizeof(HmacSha256State));
  MutableByteView bytes = SecretOpener::OpenMutable(prepared.state_);
  PrepareHmacSha256(key, new (bytes.data()) HmacSha256State);
  return prepared;
}

HmacSha256Key HmacSha256Key::Create(const secret::SecretBytes& key) { return FromBytes(SecretOpener::Open(key)); }

HmacSha256Key HmacSha256Key::Create(const secret::SecretKey256& key) { return FromBytes(SecretOpener::Open(key)); }

Sha256Digest HmacSha256Key::Sign(std::initializer_list<ByteView> parts) const {
  Sha256Digest tag;
  Compute(state_, parts, tag);
  return tag;
}

secret::SecretKey256 HmacSha256Key::Derive(std::initializer_list<ByteView> parts) const {
  secret::SecretKey256 tag;
  Compute(state_, parts, SecretOpener::OpenMutable(tag));
  return tag;
}

DerivedPair DeriveCounterMode(const HmacSha256Key& key, std::string_view label, ByteView context) {
  return {DeriveBlock(key, 1, 512, label, context), DeriveBlock(key, 2, 512, label, context)};
}

secret::SecretKey256 DeriveCounterMode256(const HmacSha256Key& key, std::string_view label, ByteView context) {
  return DeriveBlock(key, 1, 256, label, context);
}

}  // namespace kagimori::crypto
