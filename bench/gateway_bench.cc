// The steps of a request that belong to no other benchmark: HTTP head, decision, lookup, metrics, wiping.
#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "authz/testing/test_calls.h"
#include "crypto/random.h"
#include "gateway/request_quotas.h"
#include "gateway/request_stats.h"
#include "keys/key_table.h"
#include "keys/last_usage.h"
#include "keys/policy_document.h"
#include "net/message_parser.h"
#include "secret/wiping_buffer.h"

namespace kagimori::gateway {
namespace {

// The head that the load client sends, about 800 bytes (bench/load/make_requests.py).
std::string Head() {
  return "POST / HTTP/1.1\r\nHost: 127.0.0.1:4599\r\n"
         "User-Agent: aws-sdk-go-v2/1.32.2 ua/2.1 os/linux lang/go#1.23.2 md/GOOS#linux md/GOARCH#amd64 "
         "exec-env/AWS_ECS_FARGATE api/kms#1.37.2 m/E,g app/payments-backend\r\nContent-Length: 212\r\n"
         "Amz-Sdk-Invocation-Id: 0c9a1f0e-6ad5-4f6e-9b1e-1e0f1b2c3d4e\r\nAmz-Sdk-Request: attempt=1; max=3\r\n"
         "Authorization: AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/kms/aws4_request, "
         "SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;x-amz-target,"
         " "
         "Signature=" +
         std::string(64, 'a') +
         "\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Date: 20261123T000000Z\r\n"
         "X-Amz-Target: TrentService.Encrypt\r\nAccept-Encoding: gzip\r\n"
         "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n";
}

void BM_HttpHead(benchmark::State& state) {
  const std::string head = Head();
  std::array<net::HeaderField, 100> fields;
  for (auto _ : state) {
    net::MessageParser parser(fields, nullptr);
    int refusal = parser.ParseHead(head);
    if (refusal != 0) state.SkipWithError("refused");
    benchmark::DoNotOptimize(refusal);
  }
}
BENCHMARK(BM_HttpHead);

std::shared_ptr<const keys::Key> SomeKey() {
  keys::Key key{
      .name = {.account = AccountId::FromNumber(111122223333), .region = *Region::Parse("us-east-1"), .id = {}}};
  key.arn = key.name.Arn();
  key.policy_document = keys::CompilePolicy(key);
  return std::make_shared<const keys::Key>(std::move(key));
}

void BM_Decision(benchmark::State& state) {
  const authz::Authorizer authorizer;
  const authz::TestCall call(AccountId::FromNumber(111122223333));
  const std::shared_ptr<const keys::Key> key = SomeKey();
  for (auto _ : state) {
    auto decision = authorizer.OnKey<keys::action::Encrypt>(call.asking(), {}, key, {}, nullptr, nullptr);
    if (!decision) state.SkipWithError("denied");
    benchmark::DoNotOptimize(decision);
  }
}
BENCHMARK(BM_Decision);

void BM_CachedKeyLookup(benchmark::State& state) {
  keys::KeyCache cache(1000);
  keys::KeyCache::View view(&cache);
  const std::shared_ptr<const keys::Key> key = SomeKey();
  cache.Insert(cache.BeginLoad(), key->name, key);
  for (auto _ : state) {
    const auto* found = view.Find(key->name);
    if (found == nullptr) state.SkipWithError("missed");
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(BM_CachedKeyLookup);

void BM_CountRequest(benchmark::State& state) {
  RequestStats stats;
  for (auto _ : state) stats.Count("kms", "Encrypt", "", std::chrono::microseconds(120));
  benchmark::DoNotOptimize(stats.operations().size());
}
BENCHMARK(BM_CountRequest);

// The use of one key, or of many in turn, is noted for GetKeyLastUsage.
void BM_NoteUse(benchmark::State& state) {
  const auto count = static_cast<size_t>(state.range(0));
  std::vector<keys::KeyName> names;
  for (size_t i = 0; i < count; ++i) {
    names.push_back({.account = AccountId::FromNumber(111122223333),
                     .region = *Region::Parse("us-east-1"),
                     .id = {.bytes = crypto::RandomUuid()}});
  }
  keys::UsageTracker::Lane lane;
  size_t at = 0;
  for (auto _ : state) {
    lane.Note(names[at], {.operation = shapes::Operation::kEncrypt, .at = {1'750'000'000'000}});
    if (++at == count) at = 0;
  }
}
BENCHMARK(BM_NoteUse)->Arg(1)->Arg(10'000);

// A request counts against its account's quota, which is not used up.
void BM_TakeFromQuota(benchmark::State& state) {
  RequestQuotas quotas(*ParseRequestRates("symmetric=1000000"));
  RequestQuotas::View view;
  const AccountId account = AccountId::FromNumber(111122223333);
  const Region region = *Region::Parse("us-east-1");
  RequestQuotas::Time now{};
  for (auto _ : state) {
    now += std::chrono::microseconds(10);
    if (!quotas.Take(&view, account, region, QuotaGroup::Symmetric(), now)) state.SkipWithError("refused");
  }
}
BENCHMARK(BM_TakeFromQuota);

// A request and its answer, as they are wiped.
void BM_WipeOneKiB(benchmark::State& state) {
  std::array<char, 1024> bytes{};
  for (auto _ : state) {
    secret::Wipe(std::span<char>(bytes));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_WipeOneKiB);

}  // namespace
}  // namespace kagimori::gateway
