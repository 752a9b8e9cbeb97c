// Verification of what an SDK sends: about 840 bytes of head, a body of 212. The goal is 1.2 µs, the body's hash
// included.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "crypto/sigv4_key.h"
#include "secret/secret_bytes.h"
#include "sigv4/canonical.h"
#include "sigv4/signer.h"
#include "sigv4/verifier.h"

namespace kagimori::sigv4 {
namespace {

constexpr Timestamp kNow{1735787045000};
constexpr Expectation kKms{"kms"};

// A request of an SDK, signed. Not moved once made: its head is made of views into it.
struct SdkRequest {
  explicit SdkRequest(std::string_view session_token) {
    fields = {{"Host", "kms.us-east-1.example.internal:4599"},
              {"Accept-Encoding", "identity"},
              {"Content-Type", "application/x-amz-json-1.1"},
              {"Content-Length", "212"},
              {"X-Amz-Target", "TrentService.Encrypt"},
              {"User-Agent",
               "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux#6.1.0-31-amd64 md/arch#x86_64 "
               "lang/python#3.11.7 md/pyimpl#CPython m/b,D,Z,n cfg/retry-mode#standard Botocore/1.43.11"},
              {"amz-sdk-invocation-id", "2d0bd7ae-4d1a-4d0e-8a5c-ff1d5d1f0f2e"},
              {"amz-sdk-request", "attempt=1; max=3"},
              {"Connection", "Keep-Alive"}};
    head.method = "POST";
    head.target = "/";
    Refresh();
    for (OwnedField& field : SignHeaders(head, AsBytes(body), {"AKIAIOSFODNN7EXAMPLE", secret, session_token},
                                         {"us-east-1", "kms", kNow})) {
      fields.push_back(std::move(field));
    }
    Refresh();
  }

  void Refresh() {
    views.clear();
    for (const OwnedField& field : fields) views.push_back({field.name, field.value});
    head.fields = views;
  }

  secret::SecretBytes secret = secret::SecretBytes::CopyOf(AsBytes("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
  std::string body = std::string(212, 'b');
  std::vector<OwnedField> fields;
  std::vector<net::HeaderField> views;
  net::RequestHead head;
};

void Verify(benchmark::State& state, const std::string& session_token) {
  const SdkRequest request(session_token);
  Verifier verifier;
  for (auto _ : state) {
    const auto parsed = ParseAuthorization(request.head, kKms, kNow);
    const auto verified =
        verifier.Verify(request.head, *parsed, AsBytes(request.body), {parsed->access_key_id, 1, request.secret});
    if (!verified) state.SkipWithError("not verified");
  }
}
void BM_Verify(benchmark::State& state) { Verify(state, ""); }
BENCHMARK(BM_Verify);
void BM_VerifyWithSessionToken(benchmark::State& state) { Verify(state, std::string(400, 't')); }
BENCHMARK(BM_VerifyWithSessionToken);

void BM_Parse(benchmark::State& state) {
  const SdkRequest request("");
  for (auto _ : state) benchmark::DoNotOptimize(ParseAuthorization(request.head, kKms, kNow));
}
BENCHMARK(BM_Parse);

void BM_CanonicalRequest(benchmark::State& state) {
  const SdkRequest request("");
  const auto parsed = ParseAuthorization(request.head, kKms, kNow);
  std::string canonical;
  for (auto _ : state) {
    canonical.clear();
    AppendCanonicalRequest(request.head, parsed->signed_headers, {}, &canonical);
    benchmark::DoNotOptimize(canonical);
  }
  state.counters["bytes"] = static_cast<double>(canonical.size());
}
BENCHMARK(BM_CanonicalRequest);

void BM_HashesAlone(benchmark::State& state) {
  const SdkRequest request("");
  const auto key = crypto::DeriveSigV4Key(request.secret, "20250102", "us-east-1", "kms");
  const std::string canonical(550, 'c');
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto::Sha256(AsBytes(request.body)));
    benchmark::DoNotOptimize(
        ComputeSignature(key, "20250102T030405Z", "20250102/us-east-1/kms/aws4_request", canonical));
  }
}
BENCHMARK(BM_HashesAlone);

void BM_DeriveSigningKey(benchmark::State& state) {
  const SdkRequest request("");
  for (auto _ : state) benchmark::DoNotOptimize(crypto::DeriveSigV4Key(request.secret, "20250102", "us-east-1", "kms"));
}
BENCHMARK(BM_DeriveSigningKey);

}  // namespace
}  // namespace kagimori::sigv4
