#include "app/integrity.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "base/thread_priority.h"

namespace kagimori::app {

Result<std::unique_ptr<Integrity>> Integrity::Open(const seal::KeyHierarchy* hierarchy, store::Store* store,
                                                   bool made_now, const IntegrityOptions& options) {
  std::unique_ptr<Integrity> integrity(new Integrity(hierarchy, store, options));
  KAGIMORI_ASSIGN_OR_RETURN(integrity->ledger_,
                            made_now ? seal::Ledger::Create(hierarchy, store) : seal::Ledger::Open(hierarchy, store));
  integrity->guard_ = std::make_unique<seal::TermGuard>(hierarchy, integrity->ledger_.get());
  store->SetLedger(integrity->guard_.get());
  integrity->status_.scrub = "not yet";
  return integrity;
}

Integrity::~Integrity() { Stop(); }

IntegrityStatus Integrity::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

void Integrity::Start(std::function<void(const seal::ScrubReport&)> report) {
  report_ = std::move(report);
  thread_ = std::thread([this] { Run(); });
}

void Integrity::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Integrity::stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void Integrity::Run() {
  BecomeBackgroundThread();  // whoever keeps the server busy must not put off the scrub for ever
  std::chrono::seconds pause = options_.scrub_delay;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause, [this] { return stopping_; })) {
    status_.scrub = "running";
    lock.unlock();
    ScrubOnce();
    pause = options_.scrub_interval;
    lock.lock();
  }
}

void Integrity::ScrubOnce() {
  const auto started = std::chrono::steady_clock::now();
  auto failed = [this](const Error& error) {
    log::Error("the store could not be scrubbed; tried again later", {{"error", Describe(error)}});
    std::lock_guard lock(mutex_);
    status_.scrub = "could not be read: " + error.text;
  };
  const std::shared_ptr<const void> hold = hierarchy_->HoldTerms();
  Result<std::unique_ptr<store::Snapshot>> snapshot = store_->TakeSnapshot();
  if (!snapshot) return failed(snapshot.error());
  Result<seal::ScrubReport> report =
      seal::Scrub(*hierarchy_, **snapshot,
                  {.records_per_second = options_.scrub_records_per_second, .stop = [this] { return stopping(); }});
  if (!report) return failed(report.error());
  quarantine_.Add(report->damaged);
  for (const seal::ScrubFinding& finding : report->findings)
    log::Error("the store is damaged", {{"what", finding.text}});
  {
    std::lock_guard lock(mutex_);
    status_.findings += report->finding_count;
    if (!report->ok()) {
      status_.scrub = fmt::format("DAMAGED: {} findings, {} accounts held; see the log and `kagimori verify`",
                                  report->finding_count, report->damaged.size());
    } else if (report->complete) {
      status_.scrub = fmt::format("whole at revision {}", report->revision);
      status_.scrubbed_records = report->records;
      status_.scrub_time =
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
    }
  }
  if (!report->ok()) report_(*report);
}

}  // namespace kagimori::app
