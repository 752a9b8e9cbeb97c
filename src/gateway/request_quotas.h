#ifndef KAGIMORI_GATEWAY_REQUEST_QUOTAS_H_
#define KAGIMORI_GATEWAY_REQUEST_QUOTAS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "gateway/quota_group.h"

namespace kagimori::gateway {

// Requests per second of each group; nothing: no quota. One setting for all accounts and Regions, except where AWS's
// default depends on the Region.
struct RequestRates {
  using PerSecond = std::array<std::optional<double>, QuotaGroup::kCount>;
  PerSecond everywhere;
  bool symmetric_by_region = false;  // AWS's three sizes of Regions, in place of the group's own rate

  std::optional<double> Of(QuotaGroup group, Region region) const;
  bool any() const;
};

// "off"; or, separated by commas, "aws" (AWS's defaults, developer guide, "Request quotas") and GROUP=RATE, which are
// the group's name and requests per second between 0.01 and 1,000,000 ("CreateKey=50", "symmetric=500"); the later one
// counts. kInvalid: anything else.
Result<RequestRates> ParseRequestRates(std::string_view text);

// Who may still make a request now: for each account, Region and group a token bucket that fills at the group's rate
// and holds a second's worth, at least one. Thread-safe; on a core's own view a request costs a look into a map and one
// compare-and-swap.
class RequestQuotas {
  struct Buckets;

 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit RequestQuotas(const RequestRates& rates) : rates_(rates) {}
  RequestQuotas(const RequestQuotas&) = delete;

  // What one core has seen so far. Used on its thread only; the quotas outlive it.
  class View {
   private:
    friend class RequestQuotas;
    std::unordered_map<uint64_t, Buckets*> seen_;
  };

  // False: the account has used up what the group may do in the Region, and this request is refused.
  bool Take(View* view, AccountId account, Region region, QuotaGroup group, Time now);

 private:
  // The time at which a bucket is full again (the generic cell rate algorithm, ITU-T I.371): one number is all of it.
  struct Bucket {
    std::atomic<int64_t> full_at{0};  // nanoseconds of the steady clock
    int64_t interval = 0;             // nanoseconds of one request; 0: no quota
    int64_t depth = 0;                // nanoseconds that the bucket holds
  };
  struct Buckets {
    std::array<Bucket, QuotaGroup::kCount> of_group;
  };

  Buckets* Find(View* view, AccountId account, Region region);

  const RequestRates rates_;
  std::mutex mutex_;
  std::unordered_map<uint64_t, std::unique_ptr<Buckets>> buckets_;  // by mutex_; none is ever removed
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_REQUEST_QUOTAS_H_
