// Whether the time of decrypting an RSA ciphertext tells what is wrong with it:
//
//   oaep_timing SAMPLES [--planted]
//
// measures SAMPLES decryptions of ciphertexts of four kinds (a valid one, and one that fails each of the three checks
// of RFC 8017, 7.1.2, step 3g), in random order, and prints Welch's t of every two kinds. --planted measures a
// decryption that returns at once when the first byte is wrong, to show that it is found.
#include <fmt/format.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#else
#include <chrono>
#endif

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "crypto/asymmetric_encryption.h"
#include "crypto/random.h"
#include "crypto/testing/key_pairs.h"
#include "crypto/testing/oaep_forgery.h"
#include "timing/welch.h"

namespace kagimori::crypto {
namespace {

constexpr size_t kModulusSize = 256;  // RSA-2048
constexpr size_t kPlaintextSize = 32;
constexpr size_t kPool = 256;  // ciphertexts of a kind: many, so that no number's own properties make a class
constexpr size_t kWarmUp = 500;
constexpr std::array<std::pair<OaepFlaw, std::string_view>, 4> kKinds = {{{OaepFlaw::kNone, "valid"},
                                                                          {OaepFlaw::kFirstByte, "first byte"},
                                                                          {OaepFlaw::kLabelHash, "label hash"},
                                                                          {OaepFlaw::kSeparator, "separator"}}};

using Ciphertext = ByteArray<kModulusSize>;
using Pools = std::array<std::vector<Ciphertext>, kKinds.size()>;
using Samples = std::array<std::vector<uint64_t>, kKinds.size()>;

// Cycles of the time-stamp counter, or nanoseconds. What is before the call has ended, what is after it has not begun.
uint64_t Now() {
#if defined(__x86_64__)
  _mm_lfence();
  const uint64_t now = __rdtsc();
  _mm_lfence();
  return now;
#else
  return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

Pools MakePools(const PublicKey& key) {
  Pools pools;
  for (size_t kind = 0; kind < kKinds.size(); ++kind) {
    for (size_t i = 0; i < kPool; ++i) {
      Bytes message(kPlaintextSize);
      FillRandom(message);
      const Bytes ciphertext = ForgeOaep(key, kModulusSize, kKinds[kind].first, message);
      std::ranges::copy(ciphertext, pools[kind].emplace_back().begin());
    }
  }
  return pools;
}

// An oracle such as Manger's attack needs it: nothing more is done once the first byte is wrong.
bool DecryptCarelessly(const PrivateKey& key, const Ciphertext& ciphertext) {
  if (RawRsaDecrypt(key, ciphertext)[0] != 0) return false;
  return DecryptWith(key, EncryptionScheme::kOaepSha256, ciphertext).has_value();
}

uint64_t Measure(const PrivateKey& key, const Ciphertext& ciphertext, OaepFlaw flaw, bool planted) {
  if (planted) {
    const uint64_t start = Now();
    const bool valid = DecryptCarelessly(key, ciphertext);
    const uint64_t cycles = Now() - start;
    if (valid != (flaw == OaepFlaw::kNone)) std::abort();
    return cycles;
  }
  const uint64_t start = Now();
  const Result<secret::SecretBytes> plaintext = DecryptWith(key, EncryptionScheme::kOaepSha256, ciphertext);
  const uint64_t cycles = Now() - start;
  if (plaintext.has_value() != (flaw == OaepFlaw::kNone)) std::abort();
  return cycles;
}

Samples Run(const PrivateKey& key, size_t count, bool planted) {
  const Pools pools = MakePools(key.public_key());
  Samples samples;
  Ciphertext ciphertext;  // always at one place
  for (size_t i = 0; i < kWarmUp + count; ++i) {
    ByteArray<2> choice;
    FillRandom(choice);
    const size_t kind = choice[0] % kKinds.size();
    ciphertext = pools[kind][choice[1]];
    const uint64_t cycles = Measure(key, ciphertext, kKinds[kind].first, planted);
    if (i >= kWarmUp) samples[kind].push_back(cycles);
  }
  return samples;
}

void Print(const Samples& samples) {
  double largest = 0;
  for (size_t a = 0; a < kKinds.size(); ++a) {
    for (size_t b = a + 1; b < kKinds.size(); ++b) {
      const timing::Difference difference = timing::Compare(samples[a], samples[b]);
      fmt::print("{} / {}: |t| {:.2f}, {:.0f} cycles in the fastest {:.0f} %\n", kKinds[a].second, kKinds[b].second,
                 difference.t, difference.cycles, 100 * difference.crop);
      largest = std::max(largest, difference.t);
    }
  }
  fmt::print("largest |t| {:.2f}\n", largest);
}

}  // namespace
}  // namespace kagimori::crypto

int main(int argc, char** argv) {
  const std::string_view number = argc > 1 ? argv[1] : "";
  const bool planted = argc > 2 && std::string_view(argv[2]) == "--planted";
  size_t count = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
  if (error != std::errc() || end != number.data() + number.size() || count < 1000 || argc > (planted ? 3 : 2)) {
    fmt::print(stderr, "oaep_timing SAMPLES (1000 at least) [--planted]\n");
    return 2;
  }
  using namespace kagimori::crypto;
  Print(Run(ParsedPair(KeyType::kRsa2048), count, planted));
  return 0;
}
