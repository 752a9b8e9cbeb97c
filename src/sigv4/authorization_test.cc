#include "sigv4/authorization.h"

#include <gtest/gtest.h>

#include <string>

#include "sigv4/testing/test_request.h"

namespace kagimori::sigv4 {
namespace {

constexpr Expectation kKms = {"kms"};
constexpr char kScope[] = "AKID/20250102/us-east-1/kms/aws4_request";

AuthFailure FailureOf(const TestRequest& request, Expectation expectation = kKms, Timestamp now = At(kTestSeconds)) {
  const auto parsed = ParseAuthorization(request.Head(), expectation, now);
  if (!parsed) return parsed.error();
  ADD_FAILURE() << "the request parsed";
  return {FailureKind::kInvalid, ""};
}

void ExpectFailure(const TestRequest& request, FailureKind kind, const std::string& message,
                   Expectation expectation = kKms, Timestamp now = At(kTestSeconds)) {
  const AuthFailure failure = FailureOf(request, expectation, now);
  EXPECT_EQ(failure.kind, kind) << message;
  EXPECT_EQ(failure.message, message);
}

// A request with that Authorization header; its time is now.
TestRequest WithHeader(const std::string& authorization) {
  TestRequest request = KmsRequest();
  request.fields.push_back({"X-Amz-Date", "20250102T030405Z"});
  request.fields.push_back({"Authorization", authorization});
  return request;
}

std::string HeaderWithCredential(const std::string& credential) {
  return "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=host;x-amz-target, Signature=b";
}

TestRequest Presigned(const std::string& query) {
  TestRequest request = KmsRequest();
  request.target = "/?" + query;
  return request;
}

const std::string kGoodQuery =
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20250102%2Fus-east-1%2Fkms%2Faws4_request"
    "&X-Amz-Date=20250102T030405Z&X-Amz-SignedHeaders=host%3Bx-amz-target&X-Amz-Signature=b";

TEST(Authorization, ReadsEveryPartOfAHeader) {
  TestRequest request = KmsRequest();
  Sign(&request, "token+/=");
  const net::RequestHead head = request.Head();
  const auto parsed = ParseAuthorization(head, kKms, At(kTestSeconds));
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->form, Form::kHeader);
  EXPECT_EQ(parsed->access_key_id, "AKIAIOSFODNN7EXAMPLE");
  EXPECT_EQ(parsed->region.name(), "us-east-1");
  EXPECT_EQ(parsed->service, "kms");
  EXPECT_EQ(parsed->date, "20250102");
  EXPECT_EQ(parsed->scope, "20250102/us-east-1/kms/aws4_request");
  EXPECT_EQ(parsed->time_text(), "20250102T030405Z");
  EXPECT_EQ(parsed->signed_at, At(kTestSeconds));
  EXPECT_EQ(parsed->session_token, "token+/=");
  EXPECT_EQ(parsed->signed_headers, "content-type;host;x-amz-date;x-amz-security-token;x-amz-target");
}

TEST(Authorization, ViewsOfAPresignedRequestSurviveAMove) {
  TestRequest request = Presigned(kGoodQuery + "&X-Amz-Security-Token=to%2Fken");
  const net::RequestHead head = request.Head();
  auto parsed = ParseAuthorization(head, kKms, At(kTestSeconds));
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  const ParsedSignature moved = std::move(*parsed);
  parsed = std::unexpected(SignatureMismatch());
  EXPECT_EQ(moved.form, Form::kPresigned);
  EXPECT_EQ(moved.access_key_id, "AKID");
  EXPECT_EQ(moved.scope, "20250102/us-east-1/kms/aws4_request");
  EXPECT_EQ(moved.signed_headers, "host;x-amz-target");
  EXPECT_EQ(moved.session_token, "to/ken");
}

TEST(Authorization, BothFormsAreRefusedFirst) {
  TestRequest request = WithHeader("nonsense");
  request.target = "/?X-Amz-Algorithm=x";
  ExpectFailure(request, FailureKind::kInvalid,
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
}

TEST(Authorization, NoSignatureAtAll) {
  for (const char* header : {"", "Bearer x", "Basic eA==", "aws4-hmac-sha256 Credential=x", "AWS akid:sig", "AWS4"}) {
    ExpectFailure(WithHeader(header), FailureKind::kMissingToken, "Missing Authentication Token");
  }
  TestRequest request = KmsRequest();
  ExpectFailure(request, FailureKind::kMissingToken, "Missing Authentication Token");
  ExpectFailure(request, FailureKind::kMissingToken, "Request is missing Authentication Token",
                {"sts", Protocol::kQuery});
  // A query that cannot be read carries no signature.
  request.target = "/?X-Amz-Algorithm=%zz";
  ExpectFailure(request, FailureKind::kMissingToken, "Missing Authentication Token");
}

TEST(Authorization, MissingHeaderPartsAreListedInOrder) {
  const std::string credential = "Authorization header requires 'Credential' parameter. ";
  const std::string signature = "Authorization header requires 'Signature' parameter. ";
  const std::string headers = "Authorization header requires 'SignedHeaders' parameter. ";
  const std::string date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  TestRequest undated = KmsRequest();
  undated.fields.push_back({"Authorization", "AWS4-"});
  ExpectFailure(undated, FailureKind::kIncomplete, credential + signature + headers + date + "Authorization=AWS4-");
  ExpectFailure(WithHeader("AWS4-HMAC-SHA256"), FailureKind::kIncomplete,
                credential + signature + headers + "Authorization=AWS4-HMAC-SHA256");
  ExpectFailure(WithHeader("AWS4-x Signature=b Credential=a"), FailureKind::kIncomplete,
                headers + "Authorization=AWS4-x Signature=b Credential=a");
  ExpectFailure(WithHeader("AWS4-x Credential=,SignedHeaders=host"), FailureKind::kIncomplete,
                credential + signature + "Authorization=AWS4-x Credential=,SignedHeaders=host");
  undated.fields.push_back({"Date", ""});
  undated.Value("Authorization") = "AWS4-x Signature=b,Credential=a,SignedHeaders=c";
  ExpectFailure(undated, FailureKind::kIncomplete,
                date + "Authorization=AWS4-x Signature=b,Credential=a,SignedHeaders=c");
}

TEST(Authorization, MissingQueryPartsAreListedInOrder) {
  ExpectFailure(Presigned("X-Amz-Algorithm="), FailureKind::kIncomplete,
                "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include "
                "'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string "
                "parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. "
                "Re-examine the query-string parameters.");
  ExpectFailure(Presigned("X-Amz-Algorithm=a&X-Amz-Date=20250102T030405Z&X-Amz-Signature=b&X-Amz-SignedHeaders=c"),
                FailureKind::kIncomplete,
                "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string parameters.");
}

TEST(Authorization, APairWithoutEqualSignIsNamed) {
  ExpectFailure(WithHeader("AWS4-HMAC-SHA256 Credential=a, gar\xC3\xA9"
                           "bage, Signature=b"),
                FailureKind::kIncomplete,
                "'gar??bage' not a valid key=value pair (missing equal-sign) in Authorization header: "
                "'AWS4-HMAC-SHA256 Credential=a, gar??bage, Signature=b'.");
}

TEST(Authorization, AnUnreadableDate) {
  for (const char* date : {"2025-01-02T03:04:05Z", "20250102T030405", "20251302T030405Z", "20250230T030405Z",
                           "20250102T240405Z", "20250102T036005Z", "20250102T030460Z", "20250102t030405z",
                           "+0250102T030405Z", "x", "Thu, 02 Jan 2025 03:04:05 CET"}) {
    TestRequest request = WithHeader("AWS4-x Credential=a,SignedHeaders=b,Signature=c");
    request.Value("X-Amz-Date") = date;
    ExpectFailure(request, FailureKind::kIncomplete,
                  std::string("Date must be in ISO-8601 'basic format'. Got '") + date +
                      "'. See http://en.wikipedia.org/wiki/ISO_8601");
  }
}

TEST(Authorization, TheClockWindowIncludesItsEdges) {
  TestRequest request = WithHeader(HeaderWithCredential(kScope));
  const std::string expired =
      "Signature expired: 20250102T030405Z is now earlier than 20250102T030406Z (20250102T030906Z - 5 min.)";
  const std::string early =
      "Signature not yet current: 20250102T030405Z is still later than 20250102T030404Z (20250102T025904Z + 5 min.)";
  const net::RequestHead head = request.Head();
  EXPECT_TRUE(ParseAuthorization(head, kKms, At(kTestSeconds + 300)).has_value());
  EXPECT_TRUE(ParseAuthorization(head, kKms, Timestamp{(kTestSeconds + 300) * 1000 + 999}).has_value());
  EXPECT_TRUE(ParseAuthorization(head, kKms, At(kTestSeconds - 300)).has_value());
  ExpectFailure(request, FailureKind::kInvalid, expired, kKms, At(kTestSeconds + 301));
  ExpectFailure(request, FailureKind::kInvalid, early, kKms, At(kTestSeconds - 301));
  ExpectFailure(request, FailureKind::kInvalid, early, kKms, Timestamp{(kTestSeconds - 301) * 1000 + 999});
  ExpectFailure(request, FailureKind::kInvalid,
                "Signature expired: 20250102T030405Z is now earlier than 20250102T030406Z (20250102T031906Z - 15 min.)",
                {"kms", Protocol::kJson, std::chrono::minutes(15)}, At(kTestSeconds + 901));
}

TEST(Authorization, ADateHeaderStandsInForXAmzDate) {
  TestRequest request = WithHeader(HeaderWithCredential(kScope));
  request.Remove("X-Amz-Date");
  for (const char* date : {"Thu, 02 Jan 2025 03:04:05 GMT", "20250102T030405Z"}) {
    request.Value("Date") = date;
    const net::RequestHead head = request.Head();
    const auto parsed = ParseAuthorization(head, kKms, At(kTestSeconds));
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_EQ(parsed->time_text(), "20250102T030405Z");
  }
}

TEST(Authorization, WhatDecidesMustBeSigned) {
  ExpectFailure(WithHeader("AWS4-x Credential=a,SignedHeaders=x-amz-target,Signature=b"), FailureKind::kInvalid,
                "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  ExpectFailure(WithHeader("AWS4-x Credential=a,SignedHeaders=host;x-amz-targets,Signature=b"), FailureKind::kInvalid,
                "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
  TestRequest request = WithHeader("AWS4-x Credential=a,SignedHeaders=Host;X-Amz-Target,Signature=b");
  request.fields.push_back({"x-amz-security-token", ""});
  ExpectFailure(request, FailureKind::kInvalid,
                "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization.");
}

TEST(Authorization, WhatDecidesMayNotBeThereTwice) {
  for (const char* name : {"Authorization", "x-amz-date", "X-AMZ-TARGET", "host", "X-Amz-Security-Token"}) {
    TestRequest request = KmsRequest();
    Sign(&request, "token");
    const std::string value = request.Value(name);
    request.fields.push_back({name, value});
    EXPECT_EQ(FailureOf(request).message, SignatureMismatch().message) << name;
  }
}

TEST(Authorization, AnotherAlgorithm) {
  ExpectFailure(WithHeader("AWS4-HMAC-SHA25 Credential=a,SignedHeaders=host;x-amz-target,Signature=b"),
                FailureKind::kIncomplete,
                "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ");
  ExpectFailure(WithHeader("AWS4-ECDSA-P256-SHA256 Credential=a,SignedHeaders=host;x-amz-target,Signature=b"),
                FailureKind::kIncomplete,
                "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). ");
}

TEST(Authorization, ACredentialHasFiveElements) {
  for (const std::string credential : {"a/b/c/d", "a", "a/b/c/d/e/f"}) {
    ExpectFailure(
        WithHeader(HeaderWithCredential(credential)), FailureKind::kIncomplete,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
            credential + "'");
  }
  EXPECT_TRUE(
      ParseAuthorization(WithHeader(HeaderWithCredential(std::string(kScope) + "///")).Head(), kKms, At(kTestSeconds))
          .has_value());
  ExpectFailure(WithHeader(HeaderWithCredential("/20250102/us-east-1/kms/aws4_request")), FailureKind::kUnknownKey,
                "The security token included in the request is invalid.");
}

TEST(Authorization, AllThatIsWrongWithAScopeComesTogether) {
  const std::string rest =
      "Credential should be scoped to correct service: 'kms'. "
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. "
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20250102', "
      "from "
      "'20250102T030405Z'.";
  ExpectFailure(WithHeader(HeaderWithCredential("a/b/c/d/e")), FailureKind::kInvalid,
                "Credential should be scoped to a valid region. " + rest);
  ExpectFailure(WithHeader(HeaderWithCredential("a/b/c/d/e")), FailureKind::kInvalid,
                "Credential should be scoped to a valid region, not 'c'. " + rest, {"kms", Protocol::kQuery});
  ExpectFailure(WithHeader(HeaderWithCredential("a/20250102/us-east-1/ssm/aws4_request")), FailureKind::kInvalid,
                "Credential should be scoped to correct service: 'kms'. ");
  ExpectFailure(
      WithHeader(HeaderWithCredential("a/20250103/eu-west-1/kms/aws4_request")), FailureKind::kInvalid,
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20250103' != "
      "'20250102', from '20250102T030405Z'.");
}

// One request with everything wrong is put right step by step: each failure shows in the order of the checks.
TEST(Authorization, ChecksComeInAwsOrder) {
  TestRequest request = KmsRequest();
  const auto expect = [&](const std::string& part) {
    EXPECT_NE(FailureOf(request).message.find(part), std::string::npos) << part << "\n" << FailureOf(request).message;
  };
  request.target = "/?X-Amz-Algorithm=x";
  request.Value("Authorization") = "AWS4-x Credential=a/b";
  request.Value("X-Amz-Date") = "x";
  expect("Found both");
  request.target = "/";
  expect("requires 'Signature' parameter");
  request.Value("Authorization") = "AWS4-x Credential=a/b,SignedHeaders=c,Signature=d";
  expect("Date must be in ISO-8601");
  request.Value("X-Amz-Date") = "20240102T030405Z";
  expect("Signature expired");
  request.Value("X-Amz-Date") = "20250102T030405Z";
  expect("'Host' must be a 'SignedHeader'");
  request.Value("Authorization") = "AWS4-x Credential=a/b,SignedHeaders=host;x-amz-target,Signature=d";
  expect("Unsupported AWS 'algorithm'");
  request.Value("Authorization") = "AWS4-HMAC-SHA256 Credential=a/b,SignedHeaders=host;x-amz-target,Signature=d";
  expect("exactly 5 slash-delimited elements");
  request.Value("Authorization") = HeaderWithCredential("a/b/c/d/e");
  expect("Credential should be scoped");
  request.Value("Authorization") = HeaderWithCredential(kScope);
  EXPECT_TRUE(ParseAuthorization(request.Head(), kKms, At(kTestSeconds)).has_value());
}

TEST(Authorization, SeparatorsOfRealClients) {
  for (const std::string comma : {", ", ",", " ", " , ", ",\t"}) {
    const TestRequest request = WithHeader("AWS4-HMAC-SHA256 Credential=" + std::string(kScope) + comma +
                                           "SignedHeaders=host;x-amz-target" + comma + "Signature=b");
    const net::RequestHead head = request.Head();
    const auto parsed = ParseAuthorization(head, kKms, At(kTestSeconds));
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_EQ(parsed->signature, "b");
    EXPECT_EQ(parsed->access_key_id, "AKID");
  }
}

TEST(Authorization, ExpiryOfAPresignedRequest) {
  const auto parse = [](const std::string& expires, int64_t age) -> std::string {
    const auto parsed =
        ParseAuthorization(Presigned(kGoodQuery + "&X-Amz-Expires=" + expires).Head(), kKms, At(kTestSeconds + age));
    return parsed ? "" : parsed.error().message;
  };
  EXPECT_EQ(parse("60", 60), "");
  EXPECT_EQ(parse("60", 61),
            "Signature expired: 20250102T030405Z is now earlier than 20250102T030406Z (20250102T030506Z - 60 sec.)");
  // A long life does not widen the window of this service.
  EXPECT_EQ(parse("604800", 300), "");
  EXPECT_EQ(parse("604800", 301),
            "Signature expired: 20250102T030405Z is now earlier than 20250102T030406Z (20250102T030906Z - 5 min.)");
  const std::string week =
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 "
      "seconds";
  EXPECT_EQ(parse("604801", 0), week);
  EXPECT_EQ(parse("99999999999999999999999", 0), week);
  EXPECT_EQ(parse("0", 0), "X-Amz-Expires must be non-negative");
  EXPECT_EQ(parse("-1", 0), "X-Amz-Expires must be non-negative");
  for (const char* text : {"", "x", "1x", "1.5", "%201"}) EXPECT_EQ(parse(text, 0), "X-Amz-Expires should be a number");
}

TEST(Authorization, ATokenInBothPlacesMustBeTheSame) {
  TestRequest request = Presigned(kGoodQuery + "&X-Amz-Security-Token=one");
  const size_t list = request.target.find("host%3B") + 7;
  request.target.insert(list, "x-amz-security-token%3B");
  request.fields.push_back({"X-Amz-Security-Token", "two"});
  ExpectFailure(request, FailureKind::kInvalidToken, "The security token included in the request is invalid");
  request.Value("X-Amz-Security-Token") = "one";
  EXPECT_TRUE(ParseAuthorization(request.Head(), kKms, At(kTestSeconds)).has_value());
}

TEST(PeekScope, SaysWhatIsClaimedOrNothing) {
  const ClaimedScope scope = PeekScope(WithHeader(HeaderWithCredential("a/b/c/d/e")).Head());
  EXPECT_EQ(scope.access_key_id, "a");
  EXPECT_EQ(scope.region, "c");
  EXPECT_EQ(scope.service, "d");
  EXPECT_EQ(PeekScope(Presigned(kGoodQuery).Head()).service, "kms");
  for (const char* header : {"", "Bearer Credential=a/b/c/d/e", "AWS4-HMAC-SHA256 Credential=a/b/c/d", "AWS4-"}) {
    EXPECT_EQ(PeekScope(WithHeader(header).Head()).service, "") << header;
  }
}

}  // namespace
}  // namespace kagimori::sigv4
