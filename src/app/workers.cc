#include "app/workers.h"

#include "base/thread_priority.h"
#include "net/core.h"

namespace kagimori::app {
namespace {

// What may wait for each thread. An RSA-4096 signature takes some milliseconds, an RSA-4096 pair about a second:
// whoever waits behind more than this would give up before.
constexpr size_t kLongWaiting = 256;
constexpr size_t kKeyGenerationWaiting = 16;
// Results that may be handed to their core together, while others wait for a worker: of operations that take 0.2 to 1
// ms a core would otherwise have a turn for each, which costs it 0.1 ms.
constexpr std::chrono::milliseconds kGatherFor{2};
// An identity provider that does not answer holds one up for ten seconds, twice a minute at most.
constexpr int kFetchThreads = 2;
constexpr size_t kFetchesWaiting = 64;

size_t Times(int threads, size_t each) { return static_cast<size_t>(threads) * each; }

}  // namespace

Workers::Workers(int cores)
    : long_work({.name = "long-work",
                 .threads = cores,
                 .max_waiting = Times(cores, kLongWaiting),
                 .on_start = net::Core::GatherPosts,
                 .hand_over = net::Core::HandOver,
                 .gather_for = kGatherFor}),
      key_generation({.name = "key-pairs",
                      .threads = cores,
                      .max_waiting = Times(cores, kKeyGenerationWaiting),
                      .on_start = BecomeBackgroundThread}),
      issuer_fetches(
          {.name = "oidc-fetch", .threads = kFetchThreads, .max_waiting = kFetchesWaiting, .on_start = nullptr}) {}

void Workers::Stop() {
  long_work.Hurry();
  key_generation.Hurry();
  issuer_fetches.Hurry();
  long_work.Close();
  key_generation.Close();
  issuer_fetches.Close();
}

}  // namespace kagimori::app
