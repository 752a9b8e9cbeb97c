// The cryptographic steps of a request (architecture.md, the budget table).
#include <benchmark/benchmark.h>

#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/hedged.h"
#include "crypto/init.h"
#include "crypto/random.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {
namespace {

void BM_FillRandom32(benchmark::State& state) {
  ByteArray<32> bytes;
  for (auto _ : state) {
    FillRandom(bytes);
    benchmark::DoNotOptimize(bytes);
  }
}
BENCHMARK(BM_FillRandom32);

void BM_RandomUuid(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(RandomUuid());
}
BENCHMARK(BM_RandomUuid);

void BM_Sha256Of212(benchmark::State& state) {
  Bytes bytes(212);
  for (auto _ : state) benchmark::DoNotOptimize(Sha256(bytes));
}
BENCHMARK(BM_Sha256Of212);

void BM_HmacSign200(benchmark::State& state) {
  HmacSha256Key key = HmacSha256Key::Create(RandomSecretArray<32>());
  Bytes bytes(200);
  for (auto _ : state) benchmark::DoNotOptimize(key.Sign({bytes}));
}
BENCHMARK(BM_HmacSign200);

void BM_HmacCreate(benchmark::State& state) {
  auto bytes = RandomSecretArray<32>();
  for (auto _ : state) benchmark::DoNotOptimize(HmacSha256Key::Create(bytes));
}
BENCHMARK(BM_HmacCreate);

// The context is a ciphertext's header.
void BM_DeriveCounterMode64(benchmark::State& state) {
  HmacSha256Key key = HmacSha256Key::Create(RandomSecretArray<32>());
  Bytes context(88);
  for (auto _ : state) benchmark::DoNotOptimize(DeriveCounterMode(key, "kagimori/sym/1", context));
}
BENCHMARK(BM_DeriveCounterMode64);

void BM_SealOnce32(benchmark::State& state) {
  auto key = RandomSecretArray<32>();
  secret::SecretBytes plaintext = RandomSecret(32);
  Bytes associated(150), out;
  for (auto _ : state) {
    out.clear();
    SealOnce(key, {associated}, plaintext, &out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(BM_SealOnce32);

void BM_SealOnce32AndForget(benchmark::State& state) {
  auto key = RandomSecretArray<32>();
  secret::SecretBytes plaintext = RandomSecret(32);
  Bytes associated(150), out;
  for (auto _ : state) {
    out.clear();
    SealOnce(key, {associated}, plaintext, &out);
    ForgetThreadKeys();
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(BM_SealOnce32AndForget);

void BM_OpenOnce32(benchmark::State& state) {
  auto key = RandomSecretArray<32>();
  Bytes associated(150), sealed;
  SealOnce(key, {associated}, RandomSecret(32), &sealed);
  for (auto _ : state) {
    auto opened = OpenOnce(key, {associated}, sealed);
    if (!opened) state.SkipWithError("does not open");
    benchmark::DoNotOptimize(opened);
  }
}
BENCHMARK(BM_OpenOnce32);

void BM_HedgedSalt(benchmark::State& state) {
  secret::SecretBytes plaintext = RandomSecret(32);
  Bytes id(32), context(40);
  for (auto _ : state) benchmark::DoNotOptimize(HedgedSalt({id, context}, plaintext));
}
BENCHMARK(BM_HedgedSalt);

void BM_Ed25519Sign(benchmark::State& state) {
  auto signer = Ed25519Signer::Create(RandomSecretArray<32>());
  Bytes head(64);
  for (auto _ : state) benchmark::DoNotOptimize(signer->Sign(head));
}
BENCHMARK(BM_Ed25519Sign);

void BM_SecretArrayAllocateAndFree(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(secret::SecretKey256());
}
BENCHMARK(BM_SecretArrayAllocateAndFree);

void BM_SecretBytes4KiBAllocateAndFree(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(secret::SecretBytes(4096));
}
BENCHMARK(BM_SecretBytes4KiBAllocateAndFree);

}  // namespace
}  // namespace kagimori::crypto
