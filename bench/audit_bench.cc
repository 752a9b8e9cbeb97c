// The audit log's part of a request: build the record, hash it, append it with others; and reading the log back.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "audit/event.h"
#include "audit/event_line.h"
#include "audit/files.h"
#include "audit/log.h"
#include "audit/verify.h"
#include "base/clock.h"
#include "crypto/ed25519.h"
#include "crypto/random.h"

namespace kagimori::audit {
namespace {

Event TypicalEvent() {
  static const Resource resource{.account_id = "111122223333",
                                 .arn = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"};
  static const TlsDetails tls{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "kms.us-west-2.amazonaws.com", "X25519MLKEM768"};
  Event event;
  event.identity = {IdentityType::kIamUser,
                    "AIDACKCEVSQ6C2EXAMPLE",
                    "arn:aws:iam::111122223333:user/Alice",
                    "111122223333",
                    "AKIAIOSFODNN7EXAMPLE",
                    "Alice",
                    nullptr,
                    ""};
  event.time = {1'657'751'593'999};
  event.event_source = "kms.amazonaws.com";
  event.event_name = "Encrypt";
  event.region = "us-west-2";
  event.source_ip = "192.0.2.0";
  event.user_agent = "Boto3/1.34.11 md/Botocore#1.34.11 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.2";
  event.request_parameters_json =
      R"({"keyId":"arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",)"
      R"("encryptionContext":{"Department":"Engineering"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"})";
  event.additional_event_data_json =
      R"({"keyMaterialId":"96083e4fb6dbc41d77578a213a6b6669c044dd4c362e9755396a6d3b6b5c9a2e"})";
  event.read_only = true;
  event.resources = {&resource, 1};
  event.recipient_account_id = "111122223333";
  event.tls = &tls;
  return event;
}

void BM_BuildEvent(benchmark::State& state) {
  Event event = TypicalEvent();
  std::string out;
  for (auto _ : state) {
    out.clear();
    AppendJson(event, &out);
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["bytes"] = static_cast<double>(out.size());
}
BENCHMARK(BM_BuildEvent);

void BM_HashEvent(benchmark::State& state) {
  Event event = TypicalEvent();
  std::string out;
  AppendJson(event, &out);
  for (auto _ : state) benchmark::DoNotOptimize(EventLine::Create(out, event.event_id));
}
BENCHMARK(BM_HashEvent);

class Fixture {
 public:
  Fixture() : signer_(*crypto::Ed25519Signer::Create(crypto::RandomSecretArray<32>())) {
    std::string name = (std::filesystem::temp_directory_path() / "kagimori-audit-bench-XXXXXX").string();
    path_ = mkdtemp(name.data());
    LogOptions options;
    options.folder = path_;
    options.signer = &signer_;
    options.clock = &clock_;
    options.compress = false;
    log_ = *Log::Open(options);
    AppendJson(event_, &text_);
  }
  ~Fixture() {
    log_.reset();
    std::filesystem::remove_all(path_);
  }
  void Append(size_t count) {
    std::vector<EventLine> lines(count, *EventLine::Create(text_, event_.event_id));
    if (!log_->Append(lines)) abort();
  }
  Log* log() { return log_.get(); }
  const std::filesystem::path& path() const { return path_; }
  const crypto::Ed25519PublicBytes& key() const { return signer_.public_bytes(); }
  const std::string& text() const { return text_; }
  const EventId& id() const { return event_.event_id; }

 private:
  Event event_ = TypicalEvent();
  SystemClock clock_;
  std::string text_;
  crypto::Ed25519Signer signer_;
  std::filesystem::path path_;
  std::unique_ptr<Log> log_;
};

void BM_AppendBatch(benchmark::State& state) {
  Fixture fixture;
  auto count = static_cast<size_t>(state.range(0));
  std::vector<EventLine> lines(count, *EventLine::Create(fixture.text(), fixture.id()));
  for (auto _ : state) {
    if (!fixture.log()->Append(lines)) state.SkipWithError("append failed");
  }
  state.counters["s_per_event"] = benchmark::Counter(
      static_cast<double>(count), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_AppendBatch)->Arg(1)->Arg(16)->Arg(64)->Iterations(1500);

void BM_Verify(benchmark::State& state) {
  Fixture fixture;
  for (int i = 0; i < 4000; ++i) fixture.Append(16);
  uint64_t bytes = 0;
  for (auto _ : state) {
    Report report = Verify(fixture.path(), fixture.key());
    if (!report.ok()) state.SkipWithError("not whole");
    bytes += report.bytes;
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(BM_Verify)->Unit(benchmark::kMillisecond)->Iterations(5);

// A log as a busy server leaves it: events with ids of their own, 16 under a link, in files of the usual size. How
// many: KAGIMORI_BENCH_AUDIT_EVENTS (its folder, TMPDIR, needs some 900 bytes for each).
class LargeLog {
 public:
  explicit LargeLog(bool compress) : signer_(*crypto::Ed25519Signer::Create(crypto::RandomSecretArray<32>())) {
    std::string name = (std::filesystem::temp_directory_path() / "kagimori-audit-large-XXXXXX").string();
    path_ = mkdtemp(name.data());
    const char* wanted = std::getenv("KAGIMORI_BENCH_AUDIT_EVENTS");
    events_ = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 200'000;
    LogOptions options;
    options.folder = path_;
    options.signer = &signer_;
    options.clock = &clock_;
    options.compress = compress;
    options.disk_reserve_bytes = 0;
    // The default for a log of several files; a small run has several, too.
    options.rotate_bytes = std::clamp<uint64_t>(events_ * 900 / 8, 4 << 20, 256 << 20);
    auto log = *Log::Open(options);
    while (log->Head().sequence < events_) Append(log.get());
    uint64_t newest = log->Head().file;
    while (compress && std::filesystem::exists(path_ / PlainName(newest - 1))) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  ~LargeLog() { std::filesystem::remove_all(path_); }
  Report Check(unsigned threads) const {
    VerifyOptions options;
    options.threads = threads;
    return Verify(path_, signer_.public_bytes(), options);
  }

 private:
  void Append(Log* log) {
    constexpr size_t kBatch = 16;
    std::array<std::string, kBatch> texts;
    std::vector<EventLine> lines;
    for (std::string& text : texts) {
      event_.event_id = crypto::RandomUuid();
      event_.request_id = crypto::RandomUuid();
      AppendJson(event_, &text);
      lines.push_back(*EventLine::Create(text, event_.event_id));
    }
    if (!log->Append(lines)) abort();
  }

  Event event_ = TypicalEvent();
  SystemClock clock_;
  crypto::Ed25519Signer signer_;
  std::filesystem::path path_;
  uint64_t events_ = 0;
};

// Arguments: compressed, threads (0: one for each core). Bytes are of plain text; the time is the wall's, the CPU that
// of all threads.
void BM_VerifyLarge(benchmark::State& state) {
  LargeLog log(state.range(0) != 0);
  uint64_t bytes = 0;
  uint64_t events = 0;
  for (auto _ : state) {
    Report report = log.Check(static_cast<unsigned>(state.range(1)));
    if (!report.ok()) state.SkipWithError("not whole");
    bytes += report.bytes;
    events += report.events;
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
  state.SetItemsProcessed(static_cast<int64_t>(events));
}
BENCHMARK(BM_VerifyLarge)
    ->ArgNames({"compressed", "threads"})
    ->ArgsProduct({{0, 1}, {1, 0}})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace kagimori::audit
