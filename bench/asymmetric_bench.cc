// What each kind of asymmetric key costs: kms/work_cost.h decides by these where an operation is computed. The argument
// of a benchmark is the KeyType, its label the type's name.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "crypto/asymmetric_encryption.h"
#include "crypto/key_agreement.h"
#include "crypto/key_pair.h"
#include "crypto/random.h"
#include "crypto/signature.h"
#include "secret/arena.h"

namespace kagimori::crypto {
namespace {

constexpr size_t kMessageSize = 64;  // bytes

KeyType TypeOf(benchmark::State& state) {
  const auto type = static_cast<KeyType>(state.range(0));
  state.SetLabel(std::string(Name(type)));
  return type;
}

PrivateKey Pair(KeyType type) {
  Result<PrivateKey> key = PrivateKey::Parse(type, GenerateKeyPair(type).pkcs8);
  if (!key) std::abort();
  return *std::move(key);
}

// The type's dearest scheme (a key has one cost, whatever it signs by).
std::optional<SignatureScheme> SchemeOf(KeyType type) {
  for (const auto scheme :
       {SignatureScheme::kRsaPssSha512, SignatureScheme::kEcdsaSha256, SignatureScheme::kEcdsaSha384,
        SignatureScheme::kEcdsaSha512, SignatureScheme::kEd25519, SignatureScheme::kSm2, SignatureScheme::kMlDsa}) {
    if (Fits(type, scheme)) return scheme;
  }
  return std::nullopt;
}

void BM_AsymmetricSign(benchmark::State& state) {
  const PrivateKey key = Pair(TypeOf(state));
  const secret::SecretBytes message = RandomSecret(kMessageSize);
  for (auto _ : state) benchmark::DoNotOptimize(Sign(key, *SchemeOf(key.type()), MessageForm::kRaw, message));
}

void BM_AsymmetricVerify(benchmark::State& state) {
  const PrivateKey key = Pair(TypeOf(state));
  const SignatureScheme scheme = *SchemeOf(key.type());
  const secret::SecretBytes message = RandomSecret(kMessageSize);
  const Bytes signature = Sign(key, scheme, MessageForm::kRaw, message).value();
  for (auto _ : state) {
    if (!Verify(key.public_key(), scheme, MessageForm::kRaw, message, signature)) state.SkipWithError("not valid");
  }
}

EncryptionScheme EncryptionOf(KeyType type) {
  return type == KeyType::kSm2 ? EncryptionScheme::kSm2 : EncryptionScheme::kOaepSha256;
}

void BM_AsymmetricEncrypt(benchmark::State& state) {
  const PrivateKey key = Pair(TypeOf(state));
  const secret::SecretBytes plaintext = RandomSecret(32);
  for (auto _ : state) benchmark::DoNotOptimize(EncryptWith(key.public_key(), EncryptionOf(key.type()), plaintext));
}

void BM_AsymmetricDecrypt(benchmark::State& state) {
  const PrivateKey key = Pair(TypeOf(state));
  const Bytes ciphertext = EncryptWith(key.public_key(), EncryptionOf(key.type()), RandomSecret(32)).value();
  for (auto _ : state) {
    if (!DecryptWith(key, EncryptionOf(key.type()), ciphertext)) state.SkipWithError("does not decrypt");
  }
}

// With the peer's key parsed, as a request of DeriveSharedSecret needs it.
void BM_AsymmetricAgree(benchmark::State& state) {
  const PrivateKey key = Pair(TypeOf(state));
  const Bytes spki = GenerateKeyPair(key.type()).spki;
  for (auto _ : state) {
    const Result<PublicKey> peer = PublicKey::Parse(key.type(), spki);
    if (!peer || !AgreeOnSecret(key, *peer)) state.SkipWithError("no secret");
  }
}

void BM_AsymmetricEncapsulate(benchmark::State& state) {
  const PrivateKey key = Pair(TypeOf(state));
  for (auto _ : state) benchmark::DoNotOptimize(Encapsulate(key.public_key()));
}

void BM_AsymmetricDecapsulate(benchmark::State& state) {
  const PrivateKey key = Pair(TypeOf(state));
  const Bytes ciphertext = Encapsulate(key.public_key()).value().ciphertext;
  for (auto _ : state) benchmark::DoNotOptimize(Decapsulate(key, ciphertext));
}

void BM_AsymmetricGenerate(benchmark::State& state) {
  const KeyType type = TypeOf(state);
  for (auto _ : state) benchmark::DoNotOptimize(GenerateKeyPair(type));
}

void UseOnce(const PrivateKey& key) {
  const secret::SecretBytes message = RandomSecret(kMessageSize);
  if (const auto scheme = SchemeOf(key.type()))
    benchmark::DoNotOptimize(Sign(key, *scheme, MessageForm::kRaw, message));
  if (IsMlKem(key.type())) benchmark::DoNotOptimize(Decapsulate(key, Encapsulate(key.public_key()).value().ciphertext));
}

// A key's way into the cache; and, in bytes, what it takes there once it has been used: in the arena of secrets, on the
// heap, and what it says of itself, by which the cache counts.
void BM_AsymmetricLoad(benchmark::State& state) {
  const KeyType type = TypeOf(state);
  const secret::SecretBytes pkcs8 = GenerateKeyPair(type).pkcs8;
  for (auto _ : state) benchmark::DoNotOptimize(PrivateKey::Parse(type, pkcs8));

  constexpr int kKeys = 16;
  std::vector<PrivateKey> keys;
  keys.reserve(kKeys);
  UseOnce(PrivateKey::Parse(type, pkcs8).value());
  const size_t arena = secret::Arena::GetStats().live_bytes;
  const size_t heap = mallinfo2().uordblks;
  for (int i = 0; i < kKeys; ++i) {
    keys.push_back(PrivateKey::Parse(type, pkcs8).value());
    UseOnce(keys.back());
  }
  state.counters["arena"] = static_cast<double>(secret::Arena::GetStats().live_bytes - arena) / kKeys;
  state.counters["heap"] = static_cast<double>(mallinfo2().uordblks - heap) / kKeys;
  state.counters["counted"] = static_cast<double>(keys.front().footprint());
}

template <auto wanted>
void ForTypes(benchmark::internal::Benchmark* benchmark) {
  for (size_t i = 0; i < kKeyTypes; ++i) {
    if (wanted(static_cast<KeyType>(i))) benchmark->Arg(static_cast<int64_t>(i));
  }
  benchmark->Unit(benchmark::kMicrosecond);
}

constexpr auto kAll = [](KeyType) { return true; };
constexpr auto kSigning = [](KeyType type) { return !IsMlKem(type); };
constexpr auto kEncrypting = [](KeyType type) { return IsRsa(type) || type == KeyType::kSm2; };
constexpr auto kAgreeing = [](KeyType type) { return IsNistCurve(type) || type == KeyType::kSm2; };

BENCHMARK(BM_AsymmetricSign)->Apply(ForTypes<kSigning>);
BENCHMARK(BM_AsymmetricVerify)->Apply(ForTypes<kSigning>);
BENCHMARK(BM_AsymmetricEncrypt)->Apply(ForTypes<kEncrypting>);
BENCHMARK(BM_AsymmetricDecrypt)->Apply(ForTypes<kEncrypting>);
BENCHMARK(BM_AsymmetricAgree)->Apply(ForTypes<kAgreeing>);
BENCHMARK(BM_AsymmetricEncapsulate)->Apply(ForTypes<IsMlKem>);
BENCHMARK(BM_AsymmetricDecapsulate)->Apply(ForTypes<IsMlKem>);
BENCHMARK(BM_AsymmetricGenerate)->Apply(ForTypes<kAll>);
BENCHMARK(BM_AsymmetricLoad)->Apply(ForTypes<kAll>);

}  // namespace
}  // namespace kagimori::crypto
