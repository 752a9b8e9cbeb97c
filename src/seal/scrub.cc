#include "seal/scrub.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "seal/ledger_head.h"
#include "seal/path.h"

namespace kagimori::seal {
namespace {

using std::chrono::steady_clock;

// A page and, at a low rate, the pause after it stay short, so that the scrub stops soon when it is told to.
constexpr size_t kRecordsPerPage = 250;

std::string OwnerOf(AccountId account) {
  return account == kNoAccount ? "the deployment" : "account " + account.ToString();
}

class Pass {
 public:
  Pass(const KeyHierarchy& hierarchy, const ScrubOptions& options, store::Revision revision)
      : hierarchy_(hierarchy), options_(options) {
    report_.revision = revision;
    sums_[kNoAccount];
  }

  void Take(const store::Record& record) {
    ++report_.records;
    report_.bytes += record.key.size() + record.value.size();
    if (record.key[0] == static_cast<char>(RecordType::kHead)) return TakeHead(record);
    AccountId account = LedgerAccount(record.key);
    Result<crypto::Sha256Digest> tag = LedgerTag(hierarchy_, account, record.key, record.value);
    if (tag) sums_[account].Add(*tag);
    // The deployment record is the root key's to open, which it did when the hierarchy was loaded.
    if (record.key[0] == static_cast<char>(RecordType::kDeployment)) return;
    auto opened = OpenRecord(hierarchy_, record.key, SealingAccount(record.key), record.value);
    if (!opened) return Find(account, DescribePath(record.key) + ": " + opened.error().text);
    if (!options_.also) return;
    if (auto more = options_.also(record.key, *opened); !more) {
      Find(account, DescribePath(record.key) + ": " + more.error().text);
    }
  }

  ScrubReport Finish() && {
    report_.complete = true;
    if (!deployment_) {
      Find(kNoAccount, "the deployment's head is missing or does not open");
    } else {
      Compare(kNoAccount, sums_[kNoAccount], deployment_->records);
      if (heads_ != deployment_->heads) {
        Find(kNoAccount, "the accounts' heads are not those that the deployment's head names");
      }
      if (deployment_->revision != report_.revision) {
        Find(kNoAccount, fmt::format("the deployment's head is of revision {}, the store of revision {}",
                                     deployment_->revision, report_.revision));
      }
    }
    for (const auto& [account, sum] : sums_) {
      if (account == kNoAccount) continue;
      auto head = accounts_.find(account);
      if (head != accounts_.end()) {
        Compare(account, sum, head->second.records);
      } else {
        Find(account, fmt::format("{} records of account {}, which has no head", sum.count, account.ToString()));
      }
    }
    for (const auto& [account, head] : accounts_) {
      if (!sums_.contains(account)) Compare(account, {}, head.records);
    }
    report_.accounts = accounts_.size();
    return std::move(report_);
  }

  ScrubReport Stopped() && { return std::move(report_); }

 private:
  void TakeHead(const store::Record& record) {
    AccountId account = SealingAccount(record.key);
    Result<> taken;
    if (record.key != LedgerHeadPath(account)) {
      taken = Fail(ErrorKind::kCorrupt, "is no head");
    } else if (account == kNoAccount) {
      if (auto head = OpenDeploymentHead(hierarchy_, record.value)) {
        deployment_ = *head;
      } else {
        taken = std::unexpected(head.error());
      }
    } else if (auto head = OpenAccountHead(hierarchy_, account, record.value)) {
      accounts_[account] = *head;
    } else {
      taken = std::unexpected(head.error());
    }
    if (auto tag = LedgerTag(hierarchy_, kNoAccount, record.key, record.value); tag && account != kNoAccount) {
      heads_.Add(*tag);
    }
    if (!taken) Find(account, DescribePath(record.key) + ": " + taken.error().text);
  }

  void Compare(AccountId account, const RecordSum& found, const RecordSum& wanted) {
    if (found == wanted) return;
    if (found.count < wanted.count) {
      Find(account, fmt::format("{} lacks {} of {} records: removed", OwnerOf(account), wanted.count - found.count,
                                wanted.count));
    } else if (found.count > wanted.count) {
      Find(account, fmt::format("{} has {} records more than its {}: added, or put back after they were deleted",
                                OwnerOf(account), found.count - wanted.count, wanted.count));
    } else {
      Find(account, fmt::format("of the {} records of {} some are not the newest: older ones were put in their place",
                                wanted.count, OwnerOf(account)));
    }
  }

  void Find(AccountId account, std::string text) {
    ++report_.finding_count;
    report_.damaged.insert(account);
    if (report_.findings.size() < kMaxFindings) {
      report_.findings.push_back({.account = account, .text = std::move(text)});
    }
  }

  const KeyHierarchy& hierarchy_;
  const ScrubOptions& options_;
  ScrubReport report_;
  std::map<AccountId, RecordSum> sums_;  // of what is there
  std::map<AccountId, AccountHead> accounts_;
  std::optional<DeploymentHead> deployment_;
  RecordSum heads_;
};

// Waits until `records` may have been read since `started`; false: told to stop.
bool KeepToRate(const ScrubOptions& options, steady_clock::time_point started, uint64_t records) {
  if (options.stop()) return false;
  if (options.records_per_second == 0) return true;
  auto due = started + std::chrono::nanoseconds(1'000'000'000 / options.records_per_second * records);
  constexpr std::chrono::milliseconds kLongestPause{50};
  while (steady_clock::now() < due) {
    std::this_thread::sleep_until(std::min<steady_clock::time_point>(due, steady_clock::now() + kLongestPause));
    if (options.stop()) return false;
  }
  return true;
}

}  // namespace

Result<ScrubReport> Scrub(const KeyHierarchy& hierarchy, store::Snapshot& snapshot, const ScrubOptions& options) {
  Pass pass(hierarchy, options, snapshot.revision());
  store::RangeRequest request{.begin = {}, .end = {}, .limit = kRecordsPerPage};
  const auto started = steady_clock::now();
  uint64_t records = 0;
  while (true) {
    if (!KeepToRate(options, started, records)) return std::move(pass).Stopped();
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult page, snapshot.Range(request));
    for (const store::Record& record : page.records) pass.Take(record);
    records += page.records.size();
    if (!page.more) return std::move(pass).Finish();
    request.begin = page.records.back().key + '\0';
  }
}

}  // namespace kagimori::seal
