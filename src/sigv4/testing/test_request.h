#ifndef KAGIMORI_SIGV4_TESTING_TEST_REQUEST_H_
#define KAGIMORI_SIGV4_TESTING_TEST_REQUEST_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "net/http.h"
#include "secret/secret_bytes.h"
#include "sigv4/signer.h"
#include "sigv4/text.h"
#include "sigv4/verifier.h"

namespace kagimori::sigv4 {

inline constexpr std::string_view kTestSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

// A request whose parts a test may change; heads are views into it.
struct TestRequest {
  std::string method = "POST";
  std::string target = "/";
  std::vector<OwnedField> fields;
  std::string body;

  // Valid until the request changes or the next call.
  net::RequestHead Head() const {
    views.clear();
    for (const OwnedField& field : fields) views.push_back({field.name, field.value});
    net::RequestHead head;
    head.method = method;
    head.target = target;
    head.fields = views;
    return head;
  }

  // The value of the first field of that name, to be changed.
  std::string& Value(std::string_view name) {
    for (OwnedField& field : fields) {
      if (EqualIgnoringCase(field.name, name)) return field.value;
    }
    return fields.emplace_back(OwnedField{std::string(name), ""}).value;
  }
  void Remove(std::string_view name) {
    std::erase_if(fields, [&](const OwnedField& field) { return EqualIgnoringCase(field.name, name); });
  }

  mutable std::vector<net::HeaderField> views;
};

inline secret::SecretBytes TestSecret() { return secret::SecretBytes::CopyOf(AsBytes(kTestSecret)); }

inline Timestamp At(int64_t seconds) { return {seconds * 1000}; }
inline constexpr int64_t kTestSeconds = 1735787045;  // 20250102T030405Z

// What an SDK sends for kms:Encrypt, not yet signed.
inline TestRequest KmsRequest() {
  return {.method = "POST",
          .target = "/",
          .fields = {{"Host", "localhost:4599"},
                     {"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", "TrentService.Encrypt"},
                     {"User-Agent", "aws-cli/1.45.11 md/Botocore#1.43.11"}},
          .body = R"({"KeyId":"alias/a","Plaintext":"aGVsbG8="})",
          .views = {}};
}

inline void Sign(TestRequest* request, std::string_view token = "", Timestamp time = At(kTestSeconds),
                 std::string_view region = "us-east-1", std::string_view service = "kms") {
  const secret::SecretBytes secret = TestSecret();
  for (OwnedField& field : SignHeaders(request->Head(), AsBytes(request->body), {"AKIAIOSFODNN7EXAMPLE", secret, token},
                                       {region, service, time})) {
    request->fields.push_back(std::move(field));
  }
}

// The whole way of a request whose credential has the test's secret. Empty: verified; else the failure's message.
inline std::string Check(const TestRequest& request, Timestamp now = At(kTestSeconds),
                         Expectation expectation = {"kms"}, Verifier* verifier = nullptr) {
  Verifier own;
  const net::RequestHead head = request.Head();
  auto parsed = ParseAuthorization(head, expectation, now);
  if (!parsed) return parsed.error().message;
  const secret::SecretBytes secret = TestSecret();
  const Credential credential{parsed->access_key_id, 1, secret};
  auto verified = (verifier == nullptr ? own : *verifier).Verify(head, *parsed, AsBytes(request.body), credential);
  return verified ? "" : verified.error().message;
}

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_TESTING_TEST_REQUEST_H_
