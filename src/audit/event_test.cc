#include "audit/event.h"

#include <gtest/gtest.h>

#include "audit/event_line.h"

namespace kagimori::audit {
namespace {

constexpr ByteArray<16> kRequest{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 1, 2, 3, 4, 5, 6, 7};
constexpr ByteArray<16> kEvent{0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10, 0, 1, 2, 3, 4, 5, 6, 7};
constexpr std::string_view kRequestText = "01234567-89ab-cdef-0001-020304050607";
constexpr std::string_view kEventText = "fedcba98-7654-3210-0001-020304050607";

Event EncryptEvent() {
  static const Resource resource{"111122223333", "AWS::KMS::Key",
                                 "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"};
  static const TlsDetails tls{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "kms.us-west-2.amazonaws.com", "X25519MLKEM768"};
  Event event;
  event.identity = {IdentityType::kIamUser,
                    "EX_PRINCIPAL_ID",
                    "arn:aws:iam::111122223333:user/Alice",
                    "111122223333",
                    "EXAMPLE_KEY_ID",
                    "Alice",
                    nullptr,
                    ""};
  event.time = {1'657'751'593'999};
  event.event_source = "kms.amazonaws.com";
  event.event_name = "Encrypt";
  event.region = "us-west-2";
  event.source_ip = "192.0.2.0";
  event.user_agent = "aws-cli/2";
  event.request_parameters_json = R"({"keyId":"k","encryptionContext":{"Department":"Engineering"}})";
  event.additional_event_data_json = R"({"keyMaterialId":"00"})";
  event.request_id = kRequest;
  event.event_id = kEvent;
  event.read_only = true;
  event.resources = {&resource, 1};
  event.recipient_account_id = "111122223333";
  event.tls = &tls;
  return event;
}

std::string Json(const Event& event) {
  std::string out;
  AppendJson(event, &out);
  return out;
}

std::string Between(std::string_view text, std::string_view begin, std::string_view end) {
  size_t from = text.find(begin);
  if (from == text.npos) return "(missing)";
  from += begin.size();
  return std::string(text.substr(from, text.find(end, from) - from));
}

TEST(EventTest, WholeRecordOfACall) {
  EXPECT_EQ(Json(EncryptEvent()),
            R"({"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"EX_PRINCIPAL_ID",)"
            R"("arn":"arn:aws:iam::111122223333:user/Alice","accountId":"111122223333","accessKeyId":"EXAMPLE_KEY_ID",)"
            R"("userName":"Alice"},"eventTime":"2022-07-13T22:33:13Z","eventSource":"kms.amazonaws.com",)"
            R"("eventName":"Encrypt","awsRegion":"us-west-2","sourceIPAddress":"192.0.2.0","userAgent":"aws-cli/2",)"
            R"("requestParameters":{"keyId":"k","encryptionContext":{"Department":"Engineering"}},)"
            R"("responseElements":null,"additionalEventData":{"keyMaterialId":"00"},)"
            R"("requestID":"01234567-89ab-cdef-0001-020304050607","eventID":"fedcba98-7654-3210-0001-020304050607",)"
            R"("readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::KMS::Key",)"
            R"("ARN":"arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}],)"
            R"("eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333",)"
            R"("eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3",)"
            R"("cipherSuite":"TLS_AES_256_GCM_SHA384","clientProvidedHostHeader":"kms.us-west-2.amazonaws.com",)"
            R"("keyExchange":"X25519MLKEM768"}})");
}

TEST(EventTest, WholeServiceEvent) {
  Event event;
  event.identity.account_id = "111122223333";
  event.identity.invoked_by = "AWS Internal";
  event.time = {1'610'563'500'000};
  event.event_source = "kms.amazonaws.com";
  event.event_name = "RotateKey";
  event.region = "us-west-2";
  event.source_ip = "AWS Internal";
  event.user_agent = "AWS Internal";
  event.has_request_id = false;
  event.event_id = kEvent;
  event.type = EventType::kAwsServiceEvent;
  event.recipient_account_id = "111122223333";
  event.service_event_details_json = R"({"keyId":"k"})";
  EXPECT_EQ(Json(event),
            R"({"eventVersion":"1.11","userIdentity":{"accountId":"111122223333","invokedBy":"AWS Internal"},)"
            R"("eventTime":"2021-01-13T18:45:00Z","eventSource":"kms.amazonaws.com","eventName":"RotateKey",)"
            R"("awsRegion":"us-west-2","sourceIPAddress":"AWS Internal","userAgent":"AWS Internal",)"
            R"("requestParameters":null,"responseElements":null,"serviceEventDetails":{"keyId":"k"},)"
            R"("eventID":"fedcba98-7654-3210-0001-020304050607","readOnly":false,"resources":[],)"
            R"("eventType":"AwsServiceEvent","managementEvent":true,"recipientAccountId":"111122223333",)"
            R"("eventCategory":"Management"})");
}

TEST(EventTest, AssumedRoleCarriesItsSession) {
  SessionContext session{.issuer_principal_id = "AROA",
                         .issuer_arn = "arn:aws:iam::111122223333:role/Admin",
                         .issuer_account_id = "111122223333",
                         .issuer_user_name = "Admin",
                         .creation_date = {1'657'751'593'000},
                         .source_identity = "alice"};
  Event event = EncryptEvent();
  event.identity = {IdentityType::kAssumedRole,
                    "AROA:s",
                    "arn:aws:sts::111122223333:assumed-role/Admin/s",
                    "111122223333",
                    "ASIA",
                    "never printed",
                    &session,
                    {},
                    "dynamodb.amazonaws.com"};
  EXPECT_EQ(Between(Json(event), "\"userIdentity\":", ",\"eventTime\""),
            R"({"type":"AssumedRole","principalId":"AROA:s","arn":"arn:aws:sts::111122223333:assumed-role/Admin/s",)"
            R"("accountId":"111122223333","accessKeyId":"ASIA","sessionContext":{"sessionIssuer":{"type":"Role",)"
            R"("principalId":"AROA","arn":"arn:aws:iam::111122223333:role/Admin","accountId":"111122223333",)"
            R"("userName":"Admin"},"attributes":{"creationDate":"2022-07-13T22:33:13Z","mfaAuthenticated":"false"},)"
            R"("sourceIdentity":"alice"},"invokedBy":"dynamodb.amazonaws.com"})");
}

TEST(EventTest, IdentitiesPrintOnlyWhatTheirTypeHas) {
  struct Case {
    IdentityType type;
    std::string_view expected;
  };
  const Case cases[] = {
      {IdentityType::kRoot, R"({"type":"Root","principalId":"P","arn":"A","accountId":"1","accessKeyId":"K"})"},
      {IdentityType::kIamUser,
       R"({"type":"IAMUser","principalId":"P","arn":"A","accountId":"1","accessKeyId":"K","userName":"U"})"},
      {IdentityType::kAwsService, R"({"type":"AWSService"})"},
      {IdentityType::kAwsAccount, R"({"type":"AWSAccount","principalId":"P","accountId":"1"})"},
      {IdentityType::kInternal, R"({"accountId":"1"})"},
  };
  for (const Case& c : cases) {
    Event event = EncryptEvent();
    event.identity = {c.type, "P", "A", "1", "K", "U", nullptr, ""};
    EXPECT_EQ(Between(Json(event), "\"userIdentity\":", ",\"eventTime\""), c.expected);
  }
}

TEST(EventTest, FailuresAndSharedEvents) {
  Event event = EncryptEvent();
  event.error_message = "no code, no message";
  EXPECT_EQ(Json(event).find("errorMessage"), std::string::npos);
  event.error_code = "AccessDenied";
  event.error_message = "User: x is not authorized";
  event.shared_event_id = &kRequest;
  event.session_from_console = true;
  std::string json = Json(event);
  EXPECT_NE(json.find(R"(,"errorCode":"AccessDenied","errorMessage":"User: x is not authorized",)"), std::string::npos);
  EXPECT_EQ(Between(json, "\"sharedEventID\":\"", "\""), kRequestText);
  EXPECT_NE(json.find(R"("sessionCredentialFromConsole":"true"})"), std::string::npos);
}

TEST(EventTest, HostileTextsAreEscapedAndBounded) {
  Event event = EncryptEvent();
  event.user_agent = std::string_view("a\"b\\c\n{\"kagimori\":\r\t\x01\xff\xc3(\xe2\x82");
  std::string json = Json(event);
  EXPECT_EQ(json.find('\n'), std::string::npos);
  EXPECT_NE(json.find(R"("userAgent":"a\"b\\c\n{\"kagimori\":\r\t\u0001)"), std::string::npos) << json;
  for (char c : json) EXPECT_GE(static_cast<uint8_t>(c), 0x20);
  EXPECT_EQ(json.find('\xff'), std::string::npos);

  std::string long_agent(kMaxTextBytes - 1, 'a');
  event.user_agent = long_agent;
  EXPECT_EQ(Between(Json(event), "\"userAgent\":\"", "\""), long_agent);
  std::string cut_agent = long_agent + "€";  // would be cut in its middle: left out whole
  event.user_agent = cut_agent;
  EXPECT_EQ(Between(Json(event), "\"userAgent\":\"", "\""), long_agent);
  std::string continuation(5000, '\x80');
  event.user_agent = continuation;
  EXPECT_LE(Json(event).size(), 6 * kMaxTextBytes + 2000);
  event.error_code = continuation;
  event.error_message = continuation;
  EXPECT_LE(Json(event).size(), 18 * kMaxTextBytes + 2000);
}

TEST(EventTest, AdditionalDataBeyondItsBoundIsLeftOut) {
  Event event = EncryptEvent();
  std::string data = "{\"a\":\"" + std::string(kMaxAdditionalDataBytes, 'x') + "\"}";
  event.additional_event_data_json = data;
  EXPECT_NE(Json(event).find(R"("additionalEventData":{"omitted":)"), std::string::npos);
}

TEST(EventTest, TheSecondChangesWithTheEvent) {
  Event event = EncryptEvent();
  for (int64_t second : {0, 1, 59, 60, 1, 0}) {
    event.time = {second * 1000 + 999};
    EXPECT_EQ(Between(Json(event), "\"eventTime\":\"", "\""), FormatIso(event.time));
  }
}

TEST(EventLineTest, FindsTheRecordsOwnIdAmongForeignNames) {
  Event event = EncryptEvent();
  std::string context = R"({"encryptionContext":{"a":"b","eventID":")" + std::string(kRequestText) + R"("}})";
  event.request_parameters_json = context;
  event.response_elements_json = context;
  event.additional_event_data_json = context;
  std::string host = ",\"eventID\":\"" + std::string(kRequestText) + "\"";
  TlsDetails tls{"TLSv1.3", "x", host, ""};
  event.tls = &tls;
  EXPECT_EQ(FindEventId(Json(event)), kEvent);
  EXPECT_TRUE(EventLine::Create(Json(event), kEvent).has_value());
  EXPECT_FALSE(EventLine::Create(Json(event), kRequest).has_value());
  EXPECT_NE(Json(event).find(kEventText), std::string::npos);
}

TEST(EventLineTest, RefusesWhatCouldForgeALine) {
  std::string good = Json(EncryptEvent());
  EXPECT_TRUE(EventLine::Create(good, kEvent).has_value());
  for (std::string bad : {good + "\n", "\n" + good, std::string(), std::string("{"), good.substr(0, good.size() - 2),
                          "{\"kagimori\":" + good + "}", good.substr(0, 20) + "\n" + good.substr(20)}) {
    EXPECT_FALSE(EventLine::Create(bad, kEvent).has_value()) << bad;
  }
  std::string huge = good;
  huge.insert(1, "\"x\":\"" + std::string(kMaxEventLineBytes, 'x') + "\",");
  auto refused = EventLine::Create(huge, kEvent);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::kLimit);
}

}  // namespace
}  // namespace kagimori::audit
