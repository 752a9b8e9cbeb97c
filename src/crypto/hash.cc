// HMAC_CTX is "deprecated" in favour of EVP_MAC, which keeps a copy of the key besides the keyed states. 212 bytes
// under SHA-256, the key set and forgotten (Zen 5, OpenSSL 3.5): EVP_MAC_CTX anew 1121 ns, one kept by the thread and
// keyed with zeros after each use 967 ns, HMAC_CTX kept and reset 584 ns.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hash.h"

#include <openssl/hmac.h>

#include <array>
#include <climits>
#include <memory>

#include "crypto/hash_internal.h"
#include "crypto/openssl.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

struct HashInfo {
  const char* name;
  size_t size;  // bytes
};
constexpr std::array<HashInfo, 6> kHashes = {
    {{"SHA1", 20}, {"SHA2-224", 28}, {"SHA2-256", 32}, {"SHA2-384", 48}, {"SHA2-512", 64}, {"SM3", 32}}};

const HashInfo& InfoOf(HashAlgorithm algorithm) { return kHashes.at(static_cast<size_t>(algorithm)); }

using HashFunctions = std::array<const EVP_MD*, kHashes.size()>;

HashFunctions FetchHashFunctions() {
  GetAlgorithms();
  HashFunctions functions{};
  for (size_t i = 0; i < functions.size(); ++i) {
    functions[i] = EVP_MD_fetch(nullptr, kHashes[i].name, nullptr);
    Require(functions[i] != nullptr, kHashes[i].name);
  }
  return functions;
}

using HmacContext = std::unique_ptr<HMAC_CTX, OpenSslDeleter<HMAC_CTX_free>>;

// A thread's one context; it holds no key but within an HmacScope.
HMAC_CTX* ThreadHmacContext() {
  thread_local const HmacContext context(HMAC_CTX_new());
  Require(context != nullptr, "HMAC context");
  return context.get();
}

// Wipes the keyed states, which are allocated anew for the next key.
class HmacScope {
 public:
  explicit HmacScope(HMAC_CTX* context) : context_(context) {}
  HmacScope(const HmacScope&) = delete;
  HmacScope& operator=(const HmacScope&) = delete;
  ~HmacScope() { HMAC_CTX_reset(context_); }

 private:
  HMAC_CTX* context_;
};

}  // namespace

namespace internal {

const EVP_MD* HashFunction(HashAlgorithm algorithm) {
  static const HashFunctions functions = FetchHashFunctions();
  return functions.at(static_cast<size_t>(algorithm));
}

const char* HashName(HashAlgorithm algorithm) { return InfoOf(algorithm).name; }

void ComputeHash(HashAlgorithm algorithm, ByteView message, MutableByteView digest) {
  // A context for this call alone, since one that is kept would keep the message's last block, too.
  Require(digest.size() == HashSize(algorithm) &&
              EVP_Digest(message.data(), message.size(), digest.data(), nullptr, HashFunction(algorithm), nullptr) == 1,
          "hash");
}

}  // namespace internal

size_t HashSize(HashAlgorithm algorithm) { return InfoOf(algorithm).size; }

Bytes Hmac(HashAlgorithm algorithm, const secret::SecretBytes& key, const secret::SecretBytes& message) {
  Require(algorithm != HashAlgorithm::kSha1 && algorithm != HashAlgorithm::kSm3,
          "a hash that HMAC is not made by here");
  const EVP_MD* hash = internal::HashFunction(algorithm);
  const ByteView key_view = SecretOpener::Open(key);
  const ByteView message_view = SecretOpener::Open(message);
  Require(key_view.size() <= INT_MAX, "HMAC key");
  // A null pointer would mean the key before.
  constexpr uint8_t kEmptyKey = 0;
  const uint8_t* key_data = key_view.empty() ? &kEmptyKey : key_view.data();

  Bytes tag(HashSize(algorithm));
  const SecretAllocations in_arena;
  HMAC_CTX* context = ThreadHmacContext();
  const HmacScope scope(context);
  Require(HMAC_Init_ex(context, key_data, static_cast<int>(key_view.size()), hash, nullptr) == 1 &&
              HMAC_Update(context, message_view.data(), message_view.size()) == 1 &&
              HMAC_Final(context, tag.data(), nullptr) == 1,
          "HMAC");
  return tag;
}

}  // namespace kagimori::crypto
