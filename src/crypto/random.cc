#include "crypto/random.h"

#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "base/ids.h"
#include "base/log.h"
#include "crypto/openssl.h"
#include "crypto/secret_opener.h"
#include "secret/wiping_buffer.h"

namespace kagimori::crypto {
namespace {

constexpr size_t kBlockSize = 4096;
// What one call of the generator gives at most (its "max_request" is 64 KiB; OpenSSL splits, but takes an int).
constexpr size_t kLargestFill = INT_MAX;

using Generator = int (*)(unsigned char*, int);

void Generate(Generator generator, MutableByteView out) {
  GetAlgorithms();
  while (!out.empty()) {
    MutableByteView part = out.first(std::min(out.size(), kLargestFill));
    if (generator(part.data(), static_cast<int>(part.size())) != 1) {
      log::Error("the random generator failed; the process ends");
      std::abort();
    }
    out = out.subspan(part.size());
  }
}

struct IdBuffer {
  std::array<uint8_t, kBlockSize> bytes;
  size_t used;
};
constinit thread_local IdBuffer id_buffer{{}, kBlockSize};

// In a forked child, which would otherwise give out its parent's next ids. Only the thread that forked lives on in it.
void DropIdBuffer() {
  secret::Wipe(id_buffer.bytes);
  id_buffer.used = kBlockSize;
}

void RefillIdBuffer() {
  static const int registered = pthread_atfork(nullptr, nullptr, DropIdBuffer);
  Require(registered == 0, "pthread_atfork");
  Generate(RAND_bytes, id_buffer.bytes);
  id_buffer.used = 0;
}

}  // namespace

void PrepareThreadGenerator() {
  thread_local const bool made = RAND_get0_public(nullptr) != nullptr && RAND_get0_private(nullptr) != nullptr;
  Require(made, "the thread's random generator");
}

void FillRandom(MutableByteView out) { Generate(RAND_priv_bytes, out); }

secret::SecretBytes RandomSecret(size_t size) {
  secret::SecretBytes secret(size);
  FillRandom(SecretOpener::OpenMutable(secret));
  return secret;
}

template <size_t N>
secret::SecretArray<N> RandomSecretArray() {
  secret::SecretArray<N> secret;
  FillRandom(SecretOpener::OpenMutable(secret));
  return secret;
}
template secret::SecretArray<16> RandomSecretArray();
template secret::SecretArray<32> RandomSecretArray();
template secret::SecretArray<64> RandomSecretArray();

void FillRandomId(MutableByteView out) {
  while (!out.empty()) {
    if (id_buffer.used == kBlockSize) RefillIdBuffer();
    MutableByteView left = MutableByteView(id_buffer.bytes).subspan(id_buffer.used);
    MutableByteView part = left.first(std::min(out.size(), left.size()));
    std::copy(part.begin(), part.end(), out.begin());
    secret::Wipe(part);
    id_buffer.used += part.size();
    out = out.subspan(part.size());
  }
}

ByteArray<16> RandomUuid() {
  ByteArray<16> bytes;
  FillRandomId(bytes);
  MakeUuidV4(&bytes);
  return bytes;
}

}  // namespace kagimori::crypto
