#include "sigv4/verifier.h"

#include <gtest/gtest.h>

#include <string>

#include "sigv4/canonical.h"
#include "sigv4/testing/test_request.h"

namespace kagimori::sigv4 {
namespace {

TestRequest SignedRequest() {
  TestRequest request = KmsRequest();
  request.target = "/path/x?a=b&c=d";
  request.fields.push_back({"X-Custom", "one two"});
  request.fields.push_back({"X-Custom", "three"});
  Sign(&request, "FwoGZXIvYXdzEP+token==");
  return request;
}

TestRequest PresignedRequest() {
  TestRequest request = KmsRequest();
  request.target = "/?a=b";
  const secret::SecretBytes secret = TestSecret();
  request.target = Presign(request.Head(), AsBytes(request.body), {"AKIAIOSFODNN7EXAMPLE", secret, "to/ken+=="},
                           {"us-east-1", "kms", At(kTestSeconds)}, std::chrono::seconds(60));
  return request;
}

// Flips every bit of every byte of `part`, which is a part of `request`, and expects each change to be refused.
void ExpectEveryBitMatters(TestRequest* request, std::string* part, const std::string& what,
                           bool letter_case_matters = true) {
  for (size_t i = 0; i < part->size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      const char original = (*part)[i];
      const char altered = static_cast<char>(original ^ (1 << bit));
      if (!letter_case_matters && ToLower(original) == ToLower(altered)) continue;
      (*part)[i] = altered;
      EXPECT_NE(Check(*request), "") << what << ", byte " << i << ", bit " << bit;
      (*part)[i] = original;
    }
  }
  EXPECT_EQ(Check(*request), "") << what;
}

TEST(Verifier, EveryBitOfASignedRequestMatters) {
  TestRequest request = SignedRequest();
  ASSERT_EQ(Check(request), "");
  ExpectEveryBitMatters(&request, &request.method, "method");
  ExpectEveryBitMatters(&request, &request.target, "target");
  ExpectEveryBitMatters(&request, &request.body, "body");
  for (size_t i = 0; i < request.fields.size(); ++i) {
    OwnedField& field = request.fields[i];
    if (field.name == "User-Agent" || field.name == "Authorization") continue;
    ExpectEveryBitMatters(&request, &field.name, field.name, /*letter_case_matters=*/false);
    ExpectEveryBitMatters(&request, &field.value, field.name + "'s value");
  }
}

TEST(Verifier, EveryBitOfTheAuthorizationMatters) {
  TestRequest request = SignedRequest();
  std::string& header = request.Value("Authorization");
  const size_t access_key = header.find("AKIA");
  const size_t access_key_end = header.find('/');
  const size_t names = header.find("SignedHeaders=") + 14;
  const size_t names_end = header.find(", Signature");
  const std::string original = header;
  for (size_t i = 0; i < header.size(); ++i) {
    // The access key's id is not under the signature: the secret that is looked up by it is the proof.
    if (i >= access_key && i < access_key_end) continue;
    for (int bit = 0; bit < 8; ++bit) {
      header[i] = static_cast<char>(original[i] ^ (1 << bit));
      if (i >= names && i < names_end && ToLower(header[i]) == ToLower(original[i])) continue;
      // Separators may be commas, spaces or both.
      const bool separators = (original[i] == ',' || original[i] == ' ') && (header[i] == ',' || header[i] == ' ');
      if (separators) continue;
      EXPECT_NE(Check(request), "") << header;
    }
    header = original;
  }
  EXPECT_EQ(Check(request), "");
}

TEST(Verifier, EveryBitOfAPresignedRequestMatters) {
  TestRequest request = PresignedRequest();
  ASSERT_EQ(Check(request), "");
  const std::string original = request.target;
  for (size_t i = 0; i < original.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      request.target[i] = static_cast<char>(original[i] ^ (1 << bit));
      // "%2F" and "%2f" are the same.
      const bool escape = i >= 2 && (original[i - 1] == '%' || original[i - 2] == '%');
      if (escape && ToLower(request.target[i]) == ToLower(original[i])) continue;
      EXPECT_NE(Check(request), "") << request.target;
    }
    request.target = original;
  }
  ExpectEveryBitMatters(&request, &request.body, "body");
  ExpectEveryBitMatters(&request, &request.method, "method");
  ExpectEveryBitMatters(&request, &request.Value("Host"), "host");
  ExpectEveryBitMatters(&request, &request.Value("X-Amz-Target"), "target");
}

TEST(Verifier, EveryCutAndGrownPartIsRefused) {
  const TestRequest good = SignedRequest();
  TestRequest request = good;
  for (size_t i = 0; i < good.fields.size(); ++i) {
    if (good.fields[i].name == "User-Agent") continue;
    request.fields.erase(request.fields.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_NE(Check(request), "") << "without " << good.fields[i].name;
    request = good;
  }
  for (const char* part : {"content-type;", ";x-amz-date", ";x-custom", ";x-amz-target", "host;"}) {
    std::string& header = request.Value("Authorization");
    header.erase(header.find(part), std::string_view(part).size());
    EXPECT_NE(Check(request), "") << "unsigned " << part;
    request = good;
  }
  request.body.clear();
  EXPECT_NE(Check(request), "");
  request = good;
  request.fields.push_back({"x-custom", "four"});
  EXPECT_NE(Check(request), "");
  request = good;
  request.target += "&e=f";
  EXPECT_NE(Check(request), "");
  request = good;
  std::swap(request.fields[4], request.fields[5]);
  EXPECT_NE(Check(request), "") << "the order of repeated fields";
}

TEST(Verifier, OnlyTheVerySignatureTextIsAccepted) {
  const TestRequest good = SignedRequest();
  const std::string header = good.fields.back().value;
  const size_t start = header.find("Signature=") + 10;
  TestRequest request = good;
  std::string upper = header;
  for (size_t i = start; i < upper.size(); ++i) upper[i] = static_cast<char>(std::toupper(upper[i]));
  for (const std::string& text :
       {upper, header + "0", header.substr(0, header.size() - 1), header.substr(0, start) + "0"}) {
    request.fields.back().value = text;
    EXPECT_EQ(Check(request), SignatureMismatch().message) << text;
  }
}

TEST(Verifier, WhatIsNotSignedMayChange) {
  TestRequest request = SignedRequest();
  request.Value("User-Agent") = "other";
  request.fields.push_back({"Connection", "keep-alive"});
  request.fields.push_back({"X-Amzn-Trace-Id", "Root=1"});
  request.fields.push_back({"X-Amz-Cf-Id", "added by a proxy"});
  EXPECT_EQ(Check(request), "");
}

TEST(Verifier, NamesInAnyLetterCaseAndOrder) {
  TestRequest request = KmsRequest();
  Sign(&request);
  std::string& header = request.Value("Authorization");
  const std::string names = "content-type;host;x-amz-date;x-amz-target";
  header.replace(header.find(names), names.size(), "X-Amz-Target;Host;X-AMZ-DATE;Content-Type");
  for (OwnedField& field : request.fields) {
    for (char& c : field.name) c = ToLower(c);
  }
  EXPECT_EQ(Check(request), "");
  header.replace(header.find("Host;"), 5, "Host;host;");
  EXPECT_EQ(Check(request), SignatureMismatch().message) << "a name twice";
}

TEST(Verifier, AnAbsentSignedFieldCountsAsEmpty) {
  TestRequest request = KmsRequest();
  request.fields.push_back({"X-Empty", ""});
  Sign(&request);
  request.Remove("X-Empty");
  EXPECT_EQ(Check(request), "");
  request.fields.push_back({"X-Empty", "filled"});
  EXPECT_EQ(Check(request), SignatureMismatch().message);
}

TEST(Verifier, AClientsPayloadHashProvesNothing) {
  TestRequest request = KmsRequest();
  request.fields.push_back({"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"});
  const TestRequest unsigned_payload = request;
  // Signed the way S3 allows: the canonical request ends with the header's value instead of the body's hash.
  const std::string time = FormatBasic(At(kTestSeconds));
  request.fields.push_back({"X-Amz-Date", time});
  const std::string names = "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target";
  std::string canonical;
  ASSERT_TRUE(AppendCanonicalRequest(request.Head(), names, crypto::Sha256(AsBytes(request.body)), &canonical));
  canonical.replace(canonical.size() - 64, 64, "UNSIGNED-PAYLOAD");
  const secret::SecretBytes secret = TestSecret();
  Verifier verifier;
  TestRequest warm = KmsRequest();
  Sign(&warm);
  ASSERT_EQ(Check(warm, At(kTestSeconds), {"kms"}, &verifier), "");
  const auto* key =
      verifier.cache().Find({"AKIAIOSFODNN7EXAMPLE", time.substr(0, 8), *Region::Parse("us-east-1"), "kms"}, 1);
  ASSERT_NE(key, nullptr);
  const std::string scope = time.substr(0, 8) + "/us-east-1/kms/aws4_request";
  const auto signature = ComputeSignature(*key, time, scope, canonical);
  request.fields.push_back({"Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/" + scope +
                                                 ", SignedHeaders=" + names +
                                                 ", Signature=" + std::string(signature.data(), signature.size())});
  EXPECT_EQ(Check(request), SignatureMismatch().message);

  // As an ordinary header it does no harm.
  TestRequest ordinary = unsigned_payload;
  Sign(&ordinary);
  EXPECT_EQ(Check(ordinary), "");
}

TEST(Verifier, AnotherSecretAnotherKey) {
  TestRequest request = SignedRequest();
  const net::RequestHead head = request.Head();
  const auto parsed = ParseAuthorization(head, {"kms"}, At(kTestSeconds));
  ASSERT_TRUE(parsed.has_value());
  Verifier verifier;
  const secret::SecretBytes wrong = secret::SecretBytes::CopyOf(AsBytes("wrong"));
  const secret::SecretBytes none;
  EXPECT_FALSE(verifier.Verify(head, *parsed, AsBytes(request.body), {"id", 1, wrong}).has_value());
  EXPECT_FALSE(verifier.Verify(head, *parsed, AsBytes(request.body), {"id", 1, none}).has_value());
  EXPECT_EQ(verifier.cache().size(), 0u) << "a failed signature enters no key";
}

TEST(Verifier, AKeyOfAnEarlierGenerationIsNeverUsed) {
  TestRequest request = SignedRequest();
  const net::RequestHead head = request.Head();
  const auto parsed = ParseAuthorization(head, {"kms"}, At(kTestSeconds));
  ASSERT_TRUE(parsed.has_value());
  Verifier verifier;
  const secret::SecretBytes right = TestSecret();
  const secret::SecretBytes replaced = secret::SecretBytes::CopyOf(AsBytes("replaced"));
  ASSERT_TRUE(verifier.Verify(head, *parsed, AsBytes(request.body), {"id", 1, right}).has_value());
  EXPECT_EQ(verifier.cache().size(), 1u);
  // The key comes from the cache now: the secret is not even looked at.
  EXPECT_TRUE(verifier.Verify(head, *parsed, AsBytes(request.body), {"id", 1, replaced}).has_value());
  EXPECT_FALSE(verifier.Verify(head, *parsed, AsBytes(request.body), {"id", 2, replaced}).has_value());
  EXPECT_EQ(verifier.cache().size(), 0u);
  EXPECT_FALSE(verifier.Verify(head, *parsed, AsBytes(request.body), {"id", 1, replaced}).has_value());
  EXPECT_FALSE(verifier.Verify(head, *parsed, AsBytes(request.body), {"other", 1, replaced}).has_value());
}

// What other clients do that boto3 does not.
TEST(Verifier, HabitsOfOtherClients) {
  TestRequest go = KmsRequest();
  go.fields.push_back({"amz-sdk-invocation-id", "2d0bd7ae-4d1a-4d0e-8a5c-ff1d5d1f0f2e"});
  go.fields.push_back({"amz-sdk-request", "attempt=1; max=3"});
  go.fields.push_back({"Content-Length", std::to_string(go.body.size())});
  go.fields.push_back({"Accept-Encoding", "gzip"});
  Sign(&go);
  EXPECT_EQ(Check(go), "");

  TestRequest mongo;  // libmongocrypt: no User-Agent, Host without a port, Connection: close
  mongo.fields = {{"Host", "kms.us-east-1.amazonaws.com"},
                  {"Connection", "close"},
                  {"Content-Length", "2"},
                  {"X-Amz-Target", "TrentService.Encrypt"},
                  {"Content-Type", "application/x-amz-json-1.1"}};
  mongo.body = "{}";
  Sign(&mongo);
  EXPECT_EQ(Check(mongo), "");

  TestRequest curl;  // signs three fields; without X-Amz-Target, as for STS, that is enough
  curl.fields = {{"Host", "localhost:4599"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  curl.body = "Action=GetCallerIdentity&Version=2011-06-15";
  Sign(&curl, "", At(kTestSeconds), "us-east-1", "sts");
  curl.fields.push_back({"Accept", "*/*"});
  EXPECT_EQ(Check(curl, At(kTestSeconds), {"sts", Protocol::kQuery}), "");
}

}  // namespace
}  // namespace kagimori::sigv4
