// Structure + decode + validate of an Encrypt request of the usual size, and what goes the other way.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "shapes/codec.h"
#include "wire/json_structure.h"

namespace kagimori::shapes {
namespace {

// 212 bytes, as the AWS SDKs write it.
constexpr std::string_view kEncrypt =
    R"({"KeyId":"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",)"
    R"("Plaintext":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",)"
    R"("EncryptionContext":{"purpose":"test","tenant":"1234567890ab"}})";

std::string Padded(std::string_view body) { return std::string(body) + std::string(wire::kJsonPadding, '\0'); }

void Structure(benchmark::State& state) {
  std::string body = Padded(kEncrypt);
  for (auto _ : state) {
    auto document = wire::JsonDocument::Parse(std::string_view(body).substr(0, kEncrypt.size()));
    benchmark::DoNotOptimize(document);
  }
}
BENCHMARK(Structure);

void StructureDecodeValidate(benchmark::State& state) {
  std::string body = Padded(kEncrypt);
  for (auto _ : state) {
    auto document = wire::JsonDocument::Parse(std::string_view(body).substr(0, kEncrypt.size()));
    auto request = DecodeRequest<EncryptRequest>(*document);
    if (!request) state.SkipWithError("refused");
    benchmark::DoNotOptimize(request);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kEncrypt.size()));
}
BENCHMARK(StructureDecodeValidate);

void DecodeSecret(benchmark::State& state) {
  std::string text = Base64Encode(Bytes(static_cast<size_t>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(wire::SecretCodec::DecodeBase64(text));
}
BENCHMARK(DecodeSecret)->Arg(32)->Arg(4096);

void EncodeEncrypt(benchmark::State& state) {
  EncryptResponse response{.ciphertext_blob = Bytes(168),
                           .key_id = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                           .encryption_algorithm = EncryptionAlgorithmSpec::kSymmetricDefault};
  for (auto _ : state) {
    std::string out;
    out.reserve(512);
    EncodeResponse(response, &out);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(EncodeEncrypt);

void Redact(benchmark::State& state) {
  std::string body = Padded(kEncrypt);
  auto document = wire::JsonDocument::Parse(std::string_view(body).substr(0, kEncrypt.size()));
  auto request = DecodeRequest<EncryptRequest>(*document);
  for (auto _ : state) {
    std::string out;
    out.reserve(512);
    AppendRequestParameters(*request, &out);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(Redact);

}  // namespace
}  // namespace kagimori::shapes
