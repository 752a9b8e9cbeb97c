#include "shapes/redact.h"

#include <gtest/gtest.h>

#include <string>

#include "shapes/codec.h"

namespace kagimori::shapes {
namespace {

template <class Request>
std::string Parameters(const Request& request) {
  std::string out;
  AppendRequestParameters(request, &out);
  return out;
}

template <class Op>
std::string Elements(const typename Op::Response& response, std::string_view key_arn = "") {
  std::string out;
  AppendResponseElements<Op>(response, key_arn, &out);
  return out;
}

TEST(Redact, ShowsTheAuditedMembersOnly) {
  EncryptRequest request{.key_id = "alias/a",
                         .plaintext = secret::SecretBytes::CopyOf(AsBytes("canary-plaintext")),
                         .encryption_context = StringMap{{"purpose", "x"}},
                         .grant_tokens = {{"canary-token"}},
                         .encryption_algorithm = EncryptionAlgorithmSpec::kSymmetricDefault,
                         .dry_run = true};
  EXPECT_EQ(Parameters(request),
            R"({"keyId":"alias/a","encryptionContext":{"purpose":"x"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"})");
  EXPECT_EQ(Elements<op::Encrypt>({.ciphertext_blob = Bytes{1, 2}, .key_id = "arn"}, "arn"), "null");
}

TEST(Redact, ShowsNullWhereThereIsNothingToShow) {
  EXPECT_EQ(Parameters(GenerateRandomRequest{.number_of_bytes = 32}), "null");
  EXPECT_EQ(Parameters(ListKeysRequest{}), "null");
  EXPECT_EQ(Elements<op::GenerateRandom>({.plaintext = secret::SecretBytes(32)}), "null");
}

TEST(Redact, ShowsTheKeyOfWritesThatAnswerNothing) {
  EXPECT_EQ(Elements<op::DisableKey>({}, "arn:aws:kms:x:1:key/2"), R"({"keyId":"arn:aws:kms:x:1:key/2"})");
  EXPECT_EQ(Elements<op::CreateGrant>({.grant_token = "canary", .grant_id = "1"}, "arn:k"),
            R"({"grantId":"1","keyId":"arn:k"})");
}

TEST(Redact, PrintsDatesAsCloudTrailDoes) {
  EXPECT_EQ(
      Elements<op::ScheduleKeyDeletion>({.key_id = "arn",
                                         .deletion_date = Timestamp{1660171107999},
                                         .key_state = KeyState::kPendingDeletion,
                                         .pending_window_in_days = 7}),
      R"({"keyId":"arn","deletionDate":"Aug 10, 2022, 10:38:27 PM","keyState":"PendingDeletion","pendingWindowInDays":7})");
  EXPECT_EQ(FormatAuditDate(Timestamp{0}), "Jan 1, 1970, 12:00:00 AM");
  EXPECT_EQ(FormatAuditDate(Timestamp{-1}), "Dec 31, 1969, 11:59:59 PM");
  EXPECT_EQ(FormatAuditDate(Timestamp{1609531200000}), "Jan 1, 2021, 8:00:00 PM");
  EXPECT_EQ(FormatAuditDate(Timestamp{1583020800000}), "Mar 1, 2020, 12:00:00 AM");
}

TEST(Redact, ShowsNestedStructures) {
  CreateKeyResponse response;
  response.key_metadata.emplace().aws_account_id = "111122223333";
  response.key_metadata->key_id = "1";
  response.key_metadata->enabled = true;
  EXPECT_EQ(Elements<op::CreateKey>(response),
            R"({"keyMetadata":{"aWSAccountId":"111122223333","keyId":"1","enabled":true}})");
  CreateKeyRequest request;
  request.tags.emplace().push_back({.tag_key = "a", .tag_value = "b"});
  EXPECT_EQ(Parameters(request), R"({"tags":[{"tagKey":"a","tagValue":"b"}]})");
}

// Puts the canary into every member that must stay hidden.
struct Planter {
  std::string_view canary;
  void Member(const MemberInfo&, std::optional<secret::SecretBytes>& m) {
    m = secret::SecretBytes::CopyOf(AsBytes(canary));
  }
  void Member(const MemberInfo&, secret::SecretBytes& m) { m = secret::SecretBytes::CopyOf(AsBytes(canary)); }
  void Member(const MemberInfo&, std::optional<SecretText>& m) {
    m.emplace().bytes = secret::SecretBytes::CopyOf(AsBytes(canary));
  }
  void Member(const MemberInfo&, SecretText& m) { m.bytes = secret::SecretBytes::CopyOf(AsBytes(canary)); }
  void Member(const MemberInfo&, std::optional<Bytes>& m) { m = Bytes(canary.begin(), canary.end()); }
  void Member(const MemberInfo&, Bytes& m) { m = Bytes(canary.begin(), canary.end()); }
  void Member(const MemberInfo& info, std::optional<std::vector<std::string>>& m) {
    if (info.name == "GrantTokens") m = {std::string(canary)};
  }
  void Member(const MemberInfo& info, std::optional<std::string>& m) {
    if (info.name == "GrantToken") m = std::string(canary);
  }
  template <class T>
  void Member(const MemberInfo&, T&) {}
  template <Structure T>
  void Member(const MemberInfo&, std::optional<T>& m) {
    T::Visit(*this, m.emplace());
  }
};

// Of no operation does a secret, a blob or a grant token reach the record.
TEST(Redact, HidesSecretsOfEveryOperation) {
  const std::string_view kCanary = "canary7f3a";
  std::string encoded = Base64Encode(AsBytes(kCanary));
  int planted = 0;
  ForEachOperation([&]<class Op>() {
    typename Op::Request request;
    typename Op::Response response;
    Planter planter{kCanary};
    Op::Request::Visit(planter, request);
    Op::Response::Visit(planter, response);
    std::string whole;
    EncodeValue(request, &whole);
    EncodeValue(response, &whole);
    planted += whole.find(encoded) != std::string::npos || whole.find(kCanary) != std::string::npos;
    std::string record = Parameters(request) + Elements<Op>(response, "arn");
    EXPECT_EQ(record.find(kCanary), std::string::npos) << record;
    EXPECT_EQ(record.find(encoded), std::string::npos) << record;
  });
  EXPECT_GT(planted, 20);
}

}  // namespace
}  // namespace kagimori::shapes
