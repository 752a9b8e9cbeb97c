#include "gateway/request_quotas.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

namespace kagimori::gateway {
namespace {

using shapes::DataKeyPairSpec;
using shapes::Operation;

constexpr double kLeastRate = 0.01;
constexpr double kMostRate = 1'000'000;
constexpr double kNanosecondsPerSecond = 1e9;

struct Rate {
  QuotaGroup group;
  double per_second;
};

// AWS KMS developer guide, "Request quotas", as of 2026. Encapsulate and Decapsulate are not in it (guess: as the other
// asymmetric keys).
constexpr Rate kAwsRates[] = {
    {QuotaGroup::Rsa(), 1000},
    {QuotaGroup::MlDsa(), 1000},
    {QuotaGroup::Ecc(), 1000},
    {QuotaGroup::MlKem(), 1000},
    {QuotaGroup::Of(DataKeyPairSpec::kRsa2048), 20},
    {QuotaGroup::Of(DataKeyPairSpec::kRsa3072), 4},
    {QuotaGroup::Of(DataKeyPairSpec::kRsa4096), 1},
    {QuotaGroup::Of(DataKeyPairSpec::kEccNistP256), 100},
    {QuotaGroup::Of(DataKeyPairSpec::kEccNistP384), 100},
    {QuotaGroup::Of(DataKeyPairSpec::kEccNistP521), 100},
    {QuotaGroup::Of(DataKeyPairSpec::kEccSecgP256K1), 100},
    {QuotaGroup::Of(DataKeyPairSpec::kEccNistEdwards25519), 100},
    {QuotaGroup::Of(DataKeyPairSpec::kSm2), 25},
    {QuotaGroup::Of(DataKeyPairSpec::kMlKem512), 100},
    {QuotaGroup::Of(DataKeyPairSpec::kMlKem768), 100},
    {QuotaGroup::Of(DataKeyPairSpec::kMlKem1024), 100},
    {QuotaGroup::Of(Operation::kCancelKeyDeletion), 5},
    {QuotaGroup::Of(Operation::kConnectCustomKeyStore), 5},
    {QuotaGroup::Of(Operation::kCreateAlias), 5},
    {QuotaGroup::Of(Operation::kCreateCustomKeyStore), 5},
    {QuotaGroup::Of(Operation::kCreateGrant), 50},
    {QuotaGroup::Of(Operation::kCreateKey), 5},
    {QuotaGroup::Of(Operation::kDeleteAlias), 15},
    {QuotaGroup::Of(Operation::kDeleteCustomKeyStore), 5},
    {QuotaGroup::Of(Operation::kDeleteImportedKeyMaterial), 15},
    {QuotaGroup::Of(Operation::kDescribeCustomKeyStores), 5},
    {QuotaGroup::Of(Operation::kDescribeKey), 2000},
    {QuotaGroup::Of(Operation::kDisableKey), 5},
    {QuotaGroup::Of(Operation::kDisableKeyRotation), 5},
    {QuotaGroup::Of(Operation::kDisconnectCustomKeyStore), 5},
    {QuotaGroup::Of(Operation::kEnableKey), 5},
    {QuotaGroup::Of(Operation::kEnableKeyRotation), 15},
    {QuotaGroup::Of(Operation::kGetKeyLastUsage), 5},
    {QuotaGroup::Of(Operation::kGetKeyPolicy), 1000},
    {QuotaGroup::Of(Operation::kGetKeyRotationStatus), 1000},
    {QuotaGroup::Of(Operation::kGetParametersForImport), 1},
    {QuotaGroup::Of(Operation::kGetPublicKey), 2000},
    {QuotaGroup::Of(Operation::kImportKeyMaterial), 15},
    {QuotaGroup::Of(Operation::kListAliases), 500},
    {QuotaGroup::Of(Operation::kListGrants), 100},
    {QuotaGroup::Of(Operation::kListKeyPolicies), 100},
    {QuotaGroup::Of(Operation::kListKeyRotations), 100},
    {QuotaGroup::Of(Operation::kListKeys), 500},
    {QuotaGroup::Of(Operation::kListResourceTags), 2000},
    {QuotaGroup::Of(Operation::kListRetirableGrants), 100},
    {QuotaGroup::Of(Operation::kPutKeyPolicy), 15},
    {QuotaGroup::Of(Operation::kReplicateKey), 5},
    {QuotaGroup::Of(Operation::kRetireGrant), 50},
    {QuotaGroup::Of(Operation::kRevokeGrant), 50},
    {QuotaGroup::Of(Operation::kRotateKeyOnDemand), 5},
    {QuotaGroup::Of(Operation::kScheduleKeyDeletion), 15},
    {QuotaGroup::Of(Operation::kTagResource), 10},
    {QuotaGroup::Of(Operation::kUntagResource), 5},
    {QuotaGroup::Of(Operation::kUpdateAlias), 5},
    {QuotaGroup::Of(Operation::kUpdateCustomKeyStore), 5},
    {QuotaGroup::Of(Operation::kUpdateKeyDescription), 5},
    {QuotaGroup::Of(Operation::kUpdatePrimaryRegion), 5},
};

bool Has(std::span<const std::string_view> names, Region region) {
  return std::ranges::find(names, region.name()) != names.end();
}

double AwsSymmetricRate(Region region) {
  static constexpr std::string_view kLarge[] = {"us-east-1", "us-west-2", "eu-west-1"};
  static constexpr std::string_view kMedium[] = {"us-east-2",      "ap-southeast-1", "ap-southeast-2",
                                                 "ap-northeast-1", "eu-central-1",   "eu-west-2"};
  if (Has(kLarge, region)) return 100'000;
  return Has(kMedium, region) ? 20'000 : 10'000;
}

Result<> ReadOne(std::string_view item, RequestRates* rates) {
  if (item == "aws") {
    for (const Rate& rate : kAwsRates) rates->everywhere[rate.group.index()] = rate.per_second;
    rates->symmetric_by_region = true;
    return {};
  }
  const size_t equals = item.find('=');
  if (equals == item.npos) return Fail(ErrorKind::kInvalid, "expected off, aws or GROUP=RATE,...");
  const std::optional<QuotaGroup> group = QuotaGroup::Find(item.substr(0, equals));
  if (!group) return Fail(ErrorKind::kInvalid, "no request quota has the name " + std::string(item.substr(0, equals)));
  const std::string_view digits = item.substr(equals + 1);
  double rate = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), rate, std::chars_format::fixed);
  if (error != std::errc() || end != digits.data() + digits.size() || !(rate >= kLeastRate && rate <= kMostRate))
    return Fail(ErrorKind::kInvalid, "a request quota is between 0.01 and 1000000 a second");
  rates->everywhere[group->index()] = rate;
  if (*group == QuotaGroup::Symmetric()) rates->symmetric_by_region = false;
  return {};
}

uint64_t KeyOf(AccountId account, Region region) { return account.number() << 16 | region.number(); }

}  // namespace

std::optional<double> RequestRates::Of(QuotaGroup group, Region region) const {
  if (symmetric_by_region && group == QuotaGroup::Symmetric()) return AwsSymmetricRate(region);
  return everywhere[group.index()];
}

bool RequestRates::any() const {
  return symmetric_by_region || std::ranges::any_of(everywhere, [](const auto& rate) { return rate.has_value(); });
}

Result<RequestRates> ParseRequestRates(std::string_view text) {
  RequestRates rates;
  if (text == "off") return rates;
  while (true) {
    const size_t comma = text.find(',');
    KAGIMORI_RETURN_IF_ERROR(ReadOne(text.substr(0, comma), &rates));
    if (comma == text.npos) return rates;
    text.remove_prefix(comma + 1);
  }
}

RequestQuotas::Buckets* RequestQuotas::Find(View* view, AccountId account, Region region) {
  const uint64_t key = KeyOf(account, region);
  Buckets*& seen = view->seen_[key];
  if (seen != nullptr) return seen;
  std::lock_guard lock(mutex_);
  std::unique_ptr<Buckets>& buckets = buckets_[key];
  if (buckets == nullptr) {
    buckets = std::make_unique<Buckets>();
    for (uint8_t index = 0; index < QuotaGroup::kCount; ++index) {
      const std::optional<double> rate = rates_.Of(QuotaGroup::At(index), region);
      if (!rate) continue;
      Bucket& bucket = buckets->of_group[index];
      bucket.interval = std::llround(kNanosecondsPerSecond / *rate);
      bucket.depth = std::max(std::llround(kNanosecondsPerSecond), static_cast<long long>(bucket.interval));
    }
  }
  seen = buckets.get();
  return seen;
}

bool RequestQuotas::Take(View* view, AccountId account, Region region, QuotaGroup group, Time now) {
  Bucket& bucket = Find(view, account, region)->of_group[group.index()];
  if (bucket.interval == 0) return true;
  const int64_t at = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  int64_t full_at = bucket.full_at.load(std::memory_order_relaxed);
  while (true) {
    const int64_t then = std::max(full_at, at) + bucket.interval;
    if (then - at > bucket.depth) return false;
    if (bucket.full_at.compare_exchange_weak(full_at, then, std::memory_order_relaxed)) return true;
  }
}

}  // namespace kagimori::gateway
