#include "bench/million/request_maker.h"

#include <array>

#include "base/ids.h"
#include "crypto/sigv4_key.h"
#include "secret/secret_bytes.h"
#include "sigv4/canonical.h"

namespace kagimori::bench {
namespace {

constexpr std::string_view kRegion = "us-east-1";
constexpr std::string_view kType = "application/x-amz-json-1.1";
constexpr std::string_view kTarget = "TrentService.Encrypt";
constexpr std::string_view kAttempt = "attempt=1; max=3";
constexpr std::string_view kSignedHeaders =
    "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;x-amz-target";
constexpr std::string_view kUserAgent =
    "aws-sdk-go-v2/1.32.2 ua/2.1 os/linux lang/go#1.23.2 md/GOOS#linux md/GOARCH#amd64 exec-env/AWS_ECS_FARGATE "
    "api/kms#1.37.2 m/E,g app/payments-backend";

}  // namespace

RequestMaker::RequestMaker(std::string host, std::string_view access_key_id, std::string_view secret_access_key,
                           Timestamp now)
    : host_(std::move(host)),
      access_key_id_(access_key_id),
      time_(FormatBasic(now)),
      scope_(time_.substr(0, 8) + "/" + std::string(kRegion) + "/kms/aws4_request"),
      key_(crypto::DeriveSigV4Key(secret::SecretBytes::CopyOf(AsBytes(secret_access_key)), time_.substr(0, 8), kRegion,
                                  "kms")),
      random_(std::random_device()()) {}

void RequestMaker::MakeBody(const ByteArray<16>& key_id) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  body_ = R"({"KeyId":"arn:aws:kms:us-east-1:000000000000:key/)";
  AppendUuid(key_id, &body_);
  body_ += R"(","Plaintext":")";
  for (int i = 0; i < 5; ++i) {  // 42 digits and one that ends 32 bytes
    uint64_t bits = random_();
    for (int digit = 0; digit < (i == 4 ? 2 : 10); ++digit, bits >>= 6) body_ += kDigits[bits & 63];
  }
  body_ += R"(A=","EncryptionContext":{"purpose":"benchmark","tenant":"0001"}})";
}

std::string_view RequestMaker::Make(const ByteArray<16>& key_id) {
  MakeBody(key_id);
  ByteArray<16> invocation_bytes;
  for (uint8_t& byte : invocation_bytes) byte = static_cast<uint8_t>(random_());
  MakeUuidV4(&invocation_bytes);
  const std::string invocation = FormatUuid(invocation_bytes);
  const std::string length = std::to_string(body_.size());

  const std::array<net::HeaderField, 7> fields = {{{"Amz-Sdk-Invocation-Id", invocation},
                                                   {"Amz-Sdk-Request", kAttempt},
                                                   {"Content-Length", length},
                                                   {"Content-Type", kType},
                                                   {"Host", host_},
                                                   {"X-Amz-Date", time_},
                                                   {"X-Amz-Target", kTarget}}};
  net::RequestHead head;
  head.method = "POST";
  head.target = "/";
  head.fields = fields;
  canonical_.clear();
  sigv4::AppendCanonicalRequest(head, kSignedHeaders, crypto::Sha256(AsBytes(body_)), &canonical_);
  const std::array<char, 64> signature = sigv4::ComputeSignature(key_, time_, scope_, canonical_);

  request_ = "POST / HTTP/1.1\r\nUser-Agent: ";
  request_.append(kUserAgent);
  for (const net::HeaderField& field : fields) {
    request_.append("\r\n").append(field.name).append(": ").append(field.value);
  }
  request_.append("\r\nAuthorization: AWS4-HMAC-SHA256 Credential=").append(access_key_id_).append("/").append(scope_);
  request_.append(", SignedHeaders=").append(kSignedHeaders).append(", Signature=");
  request_.append(signature.data(), signature.size());
  request_.append("\r\nAccept-Encoding: gzip\r\nTraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  request_.append("\r\n\r\n").append(body_);
  return request_;
}

}  // namespace kagimori::bench
