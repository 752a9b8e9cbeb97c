#include "crypto/ed25519.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <sodium/crypto_sign_ed25519.h>

#include <algorithm>

#include "crypto/openssl.h"
#include "crypto/secret_opener.h"
#include "secret/wiping_buffer.h"

namespace kagimori::crypto {
namespace {

constexpr size_t kMaxPemSize = 4096;

Pkey PublicKey(const Ed25519PublicBytes& key) {
  GetAlgorithms();
  return Pkey(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, key.data(), key.size()));
}

// Without it OpenSSL would ask the terminal for the passphrase of an encrypted file.
int NoPassphrase(char*, int, int, void*) { return -1; }

// What libsodium signs with: the seed and the public key, together only for the call, since the latter is no secret and
// found elsewhere.
struct SodiumKey {
  SodiumKey() = default;
  SodiumKey(ByteView seed, ByteView public_bytes) {
    std::ranges::copy(seed, bytes.begin());
    std::ranges::copy(public_bytes, bytes.begin() + seed.size());
  }
  SodiumKey(const SodiumKey&) = delete;
  SodiumKey& operator=(const SodiumKey&) = delete;
  ~SodiumKey() { secret::Wipe(bytes); }

  ByteArray<crypto_sign_ed25519_SECRETKEYBYTES> bytes{};
};

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

struct Ed25519Signer::State {
  secret::SecretKey256 seed;
  Ed25519PublicBytes public_bytes{};
};

Ed25519Signer::Ed25519Signer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ed25519Signer::Ed25519Signer(Ed25519Signer&&) noexcept = default;
Ed25519Signer& Ed25519Signer::operator=(Ed25519Signer&&) noexcept = default;
Ed25519Signer::~Ed25519Signer() = default;

Result<Ed25519Signer> Ed25519Signer::Create(const secret::SecretKey256& seed) {
  return FromSeed(SecretOpener::Open(seed));
}

Result<Ed25519Signer> Ed25519Signer::Create(const secret::SecretBytes& seed) {
  if (seed.size() != 32) return Fail(ErrorKind::kInvalid, "an Ed25519 private key has 32 bytes");
  return FromSeed(SecretOpener::Open(seed));
}

Result<Ed25519Signer> Ed25519Signer::FromSeed(ByteView seed) {
  auto state = std::make_unique<State>();
  std::ranges::copy(seed, SecretOpener::OpenMutable(state->seed).begin());
  SodiumKey key;
  Require(crypto_sign_ed25519_seed_keypair(state->public_bytes.data(), key.bytes.data(), seed.data()) == 0,
          "Ed25519 key pair");
  return Ed25519Signer(std::move(state));
}

Ed25519Signature Ed25519Signer::Sign(ByteView message) const {
  const SodiumKey key(SecretOpener::Open(state_->seed), state_->public_bytes);
  Ed25519Signature signature;
  Require(
      crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(), key.bytes.data()) == 0,
      "Ed25519 signature");
  return signature;
}

const Ed25519PublicBytes& Ed25519Signer::public_bytes() const { return state_->public_bytes; }

bool Ed25519Verify(const Ed25519PublicBytes& key, ByteView message, const Ed25519Signature& signature) {
  Pkey pkey = PublicKey(key);
  DigestContext context(EVP_MD_CTX_new());
  Require(context != nullptr, "Ed25519 context");
  bool valid = pkey &&
               EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, pkey.get(), nullptr) == 1 &&
               EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  if (!valid) ERR_clear_error();
  return valid;
}

std::string Ed25519PublicPem(const Ed25519PublicBytes& key) {
  Pkey pkey = PublicKey(key);
  Bio bio(BIO_new(BIO_s_mem()));
  Require(pkey && bio && PEM_write_bio_PUBKEY(bio.get(), pkey.get()) == 1, "Ed25519 PEM");
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

Result<Ed25519PublicBytes> ParseEd25519PublicPem(std::string_view pem) {
  if (pem.size() > kMaxPemSize) return Fail(ErrorKind::kLimit, "a public key's PEM of more than 4 KiB");
  GetAlgorithms();
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Require(bio != nullptr, "PEM buffer");
  Pkey pkey(PEM_read_bio_PUBKEY_ex(bio.get(), nullptr, NoPassphrase, nullptr, nullptr, nullptr));
  ERR_clear_error();
  char* rest = nullptr;
  long rest_size = BIO_get_mem_data(bio.get(), &rest);
  Ed25519PublicBytes bytes;
  size_t size = bytes.size();
  if (!pkey || EVP_PKEY_is_a(pkey.get(), "ED25519") != 1 || !IsBlank({rest, static_cast<size_t>(rest_size)}) ||
      EVP_PKEY_get_raw_public_key(pkey.get(), bytes.data(), &size) != 1 || size != bytes.size()) {
    ERR_clear_error();
    return Fail(ErrorKind::kInvalid, "not the PEM of one Ed25519 public key");
  }
  return bytes;
}

}  // namespace kagimori::crypto
