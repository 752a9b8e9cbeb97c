#include "shapes/codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "shapes/testing/codec_testing.h"

namespace kagimori::shapes {
namespace {

using testing::Decode;
using testing::DecodeFailure;

constexpr std::string_view kKey = R"({"KeyId":"00000000-0000-0000-0000-000000000000")";

// A request for that key with the members of `rest`.
std::string With(std::string_view rest) { return std::string(kKey).append(rest).append("}"); }

// The body of a ValidationException with one violation, or with `text` as it is where it tells its own count.
std::string Invalid(std::string_view text) {
  std::string message = text.find("detected: ") == std::string_view::npos ? "1 validation error detected: " : "";
  std::string body = R"({"__type":"ValidationException","message":)";
  wire::AppendJsonString(message.append(text), &body);
  return body + "}";
}

std::string Unserializable(std::string_view text) {
  std::string body = R"({"__type":"SerializationException","Message":)";
  wire::AppendJsonString(text, &body);
  return body + "}";
}

std::string Blob(size_t size) { return "\"" + Base64Encode(Bytes(size)) + "\""; }

TEST(DecodeRequest, FillsTheStructure) {
  auto request = Decode<EncryptRequest>(
      R"( { "KeyId" : "alias/a" , "Plaintext":"aGVsbG8=","EncryptionContext":{"b":"2","a":"\u00e9\n"},)"
      R"("GrantTokens":["x","y"],"EncryptionAlgorithm":"SYMMETRIC_DEFAULT","DryRun":true,"Unknown":{"x":[1,null]}} )");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->key_id, "alias/a");
  EXPECT_EQ(request->plaintext.size(), 5u);
  ASSERT_TRUE(request->encryption_context);
  EXPECT_EQ(*request->encryption_context, (StringMap{{"a", "\xC3\xA9\n"}, {"b", "2"}}));
  EXPECT_EQ(request->grant_tokens, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(request->encryption_algorithm, EncryptionAlgorithmSpec::kSymmetricDefault);
  EXPECT_EQ(request->dry_run, true);
}

TEST(DecodeRequest, IgnoresNullsAndUnknownMembers) {
  auto request =
      Decode<DescribeKeyRequest>(R"({"KeyId":"k","GrantTokens":null,"Nobody":[[{"a":-1.5e3}]],"keyid":"x"})");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->key_id, "k");
  EXPECT_FALSE(request->grant_tokens);
}

TEST(DecodeRequest, TakesTheLastOfDuplicateMembers) {
  EXPECT_EQ(Decode<DescribeKeyRequest>(R"({"KeyId":"first","KeyId":"second"})")->key_id, "second");
  EXPECT_EQ(Decode<DescribeKeyRequest>(R"({"KeyId":"first","Key\u0049d":"second"})")->key_id, "second");
  EXPECT_EQ(DecodeFailure<DescribeKeyRequest>(R"({"KeyId":"first","KeyId":null})"),
            Invalid("Value null at 'keyId' failed to satisfy constraint: Member must not be null"));
  auto request = Decode<EncryptRequest>(With(R"(,"Plaintext":"AA==","EncryptionContext":{"a":"1","b":"2","a":"3"})"));
  EXPECT_EQ(*request->encryption_context, (StringMap{{"a", "3"}, {"b", "2"}}));
}

TEST(StringMap, SortsAndKeepsTheLast) {
  std::vector<StringMap::Entry> entries;
  for (int i = 0; i < 20000; ++i) entries.emplace_back(std::to_string(i * 7919 % 1000), std::to_string(i));
  StringMap map(std::move(entries));
  EXPECT_EQ(map.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(map.begin(), map.end()));
  for (int i = 19000; i < 20000; ++i) {
    const std::string* value = map.Find(std::to_string(i * 7919 % 1000));
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(*value, std::to_string(i));
  }
  EXPECT_EQ(map.Find("x"), nullptr);
}

TEST(DecodeRequest, TellsAbsentListsFromEmptyOnes) {
  EXPECT_FALSE(Decode<CreateKeyRequest>("{}")->tags.has_value());
  EXPECT_TRUE(Decode<CreateKeyRequest>(R"({"Tags":[]})")->tags->empty());
}

TEST(DecodeRequest, ReadsNumbersAsJavaWould) {
  auto days = [](std::string_view number) {
    return DecodeFailure<ScheduleKeyDeletionRequest>(With(",\"PendingWindowInDays\":" + std::string(number)));
  };
  EXPECT_EQ(days("7"), "ok");
  EXPECT_EQ(days("7.9"), "ok");
  EXPECT_EQ(days("0.7e1"), "ok");
  EXPECT_EQ(days("366"),
            Invalid("Value '366' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value "
                    "less than or equal to 365"));
  EXPECT_EQ(days("0.9"),
            Invalid("Value '0' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value "
                    "greater than or equal to 1"));
  for (std::string_view huge : {"4294967303", "99999999999999999999999999", "1e400", "1E+9"}) {
    EXPECT_NE(days(huge).find("less than or equal to 365"), std::string::npos) << huge;
  }
  for (std::string_view tiny : {"-4294967289", "-1e400", "1e-400", "-0"}) {
    EXPECT_NE(days(tiny).find("greater than or equal to 1"), std::string::npos) << tiny;
  }
}

TEST(DecodeRequest, ReadsTimestamps) {
  auto millis = [](std::string_view number) {
    auto request = Decode<ImportKeyMaterialRequest>(
        With(R"(,"ImportToken":"AA==","EncryptedKeyMaterial":"AA==","ValidTo":)" + std::string(number)));
    return request->valid_to->millis;
  };
  EXPECT_EQ(millis("1614905581.947"), 1614905581947);
  EXPECT_EQ(millis("1.614905581947E9"), 1614905581947);
  EXPECT_EQ(millis("1614905581"), 1614905581000);
  EXPECT_EQ(millis("1e300"), 8640000000000000);
  EXPECT_EQ(millis("-1e999"), -8640000000000000);
}

// identifiers.md sections 1.1 and 5; the texts are the service's.
TEST(Validation, PrintsTheServicesTexts) {
  EXPECT_EQ(DecodeFailure<DescribeKeyRequest>("{}"),
            Invalid("Value null at 'keyId' failed to satisfy constraint: Member must not be null"));
  EXPECT_EQ(
      DecodeFailure<DescribeKeyRequest>(R"({"KeyId":""})"),
      Invalid(
          "2 validation errors detected: Value '' at 'keyId' failed to satisfy constraint: Member must have length "
          "greater than or equal to 1; Value '' at 'keyId' failed to satisfy constraint: Member must satisfy regular "
          "expression pattern: ^\\p{ASCII}+$"));
  EXPECT_EQ(
      DecodeFailure<DescribeKeyRequest>(R"({"KeyId":"キー"})"),
      Invalid("Value 'キー' at 'keyId' failed to satisfy constraint: Member must satisfy regular expression pattern: "
              "^\\p{ASCII}+$"));
  EXPECT_EQ(DecodeFailure<ReEncryptRequest>(R"({"CiphertextBlob":"AAAA"})"),
            Invalid("Value null at 'destinationKeyId' failed to satisfy constraint: Member must not be null"));
  EXPECT_EQ(DecodeFailure<CreateAliasRequest>(R"({"AliasName":"alias/x"})"),
            Invalid("Value null at 'targetKeyId' failed to satisfy constraint: Member must not be null"));
  EXPECT_EQ(DecodeFailure<GenerateDataKeyRequest>(With(R"(,"NumberOfBytes":0)")),
            Invalid("Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or "
                    "equal to 1"));
  EXPECT_EQ(DecodeFailure<GenerateDataKeyRequest>(With(R"(,"NumberOfBytes":1025)")),
            Invalid("Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or "
                    "equal to 1024"));
  EXPECT_EQ(
      DecodeFailure<CreateAliasRequest>(R"({"AliasName":"alias/a b","TargetKeyId":"k"})"),
      Invalid("Value 'alias/a b' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression "
              "pattern: ^[a-zA-Z0-9:/_-]+$"));
}

TEST(Validation, PrintsEnumsInTheServicesOrder) {
  EXPECT_EQ(DecodeFailure<GenerateMacRequest>(With(R"(,"Message":"AA==","MacAlgorithm":"FOO")")),
            Invalid("Value 'FOO' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: "
                    "[HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]"));
  EXPECT_EQ(
      DecodeFailure<EncryptRequest>(With(R"(,"Plaintext":"AA==","EncryptionAlgorithm":"FOO")")),
      Invalid("Value 'FOO' at 'encryptionAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: "
              "[RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT]"));
  EXPECT_EQ(
      DecodeFailure<SignRequest>(With(R"(,"Message":"AA==","SigningAlgorithm":"ECDSA_SHA_256","MessageType":"FOO")")),
      Invalid("Value 'FOO' at 'messageType' failed to satisfy constraint: Member must satisfy enum value set: "
              "[RAW, DIGEST, EXTERNAL_MU]"));
  // The set that is printed holds the value that is refused.
  EXPECT_EQ(
      DecodeFailure<GenerateDataKeyRequest>(With(R"(,"KeySpec":"RSA_2048")")),
      Invalid(
          "Value 'RSA_2048' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [RSA_2048, "
          "RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, ECC_NIST_EDWARDS25519, "
          "SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, ML_DSA_87]"));
  EXPECT_EQ(DecodeFailure<DeriveSharedSecretRequest>(With(R"(,"PublicKey":"AA==","KeyAgreementAlgorithm":"INVALID")")),
            Invalid("Value 'INVALID' at 'keyAgreementAlgorithm' failed to satisfy constraint: Member must satisfy enum "
                    "value set: "
                    "[ECDH]"));
}

TEST(Validation, NeverPrintsBlobs) {
  auto at = [](std::string_view member, std::string_view constraint) {
    return Invalid(std::string(member) + " failed to satisfy constraint: Member must " + std::string(constraint));
  };
  EXPECT_EQ(DecodeFailure<EncryptRequest>(With("")), at("Value at 'plaintext'", "not be null"));
  EXPECT_EQ(DecodeFailure<EncryptRequest>(With(R"(,"Plaintext":"")")),
            at("Value at 'plaintext'", "have length greater than or equal to 1"));
  EXPECT_EQ(DecodeFailure<EncryptRequest>(With(",\"Plaintext\":" + Blob(4096))), "ok");
  EXPECT_EQ(DecodeFailure<EncryptRequest>(With(",\"Plaintext\":" + Blob(4097))),
            at("Value at 'plaintext'", "have length less than or equal to 4096"));
  EXPECT_EQ(DecodeFailure<VerifyRequest>(With(R"(,"Message":"AA==","SigningAlgorithm":"ECDSA_SHA_256")")),
            at("Value null at 'signature'", "not be null"));
  EXPECT_EQ(DecodeFailure<VerifyRequest>(
                With(R"(,"Message":"AA==","SigningAlgorithm":"ECDSA_SHA_256","Signature":)" + Blob(6145))),
            at("Value at 'signature'", "have length less than or equal to 6144"));
  EXPECT_EQ(DecodeFailure<DecryptRequest>(R"({"CiphertextBlob":""})"),
            at("Value at 'ciphertextBlob'", "have length greater than or equal to 1"));
}

TEST(Validation, NeedsACiphertextUnlessItIsIgnored) {
  std::string missing = Invalid("Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null");
  EXPECT_EQ(DecodeFailure<DecryptRequest>("{}"), missing);
  EXPECT_EQ(DecodeFailure<DecryptRequest>(R"({"DryRunModifiers":[]})"), missing);
  EXPECT_EQ(DecodeFailure<ReEncryptRequest>(R"({"DestinationKeyId":"alias/missing"})"), missing);
  EXPECT_EQ(DecodeFailure<DecryptRequest>(R"({"DryRunModifiers":["IGNORE_CIPHERTEXT"],"DryRun":true,"KeyId":"k"})"),
            "ok");
}

TEST(Validation, CountsListsFromOne) {
  std::string key(129, 'k');
  std::string value(257, 'v');
  EXPECT_EQ(DecodeFailure<CreateKeyRequest>(R"({"Tags":[{"TagKey":")" + key + R"(","TagValue":""}]})"),
            Invalid("Value '" + key +
                    "' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length less than "
                    "or equal to 128"));
  EXPECT_EQ(DecodeFailure<TagResourceRequest>(
                With(R"(,"Tags":[{"TagKey":"a","TagValue":"b"},{"TagValue":")" + value + R"("}])")),
            Invalid("2 validation errors detected: Value null at 'tags.2.member.tagKey' failed to satisfy constraint: "
                    "Member must "
                    "not be null; Value '" +
                    value +
                    "' at 'tags.2.member.tagValue' failed to satisfy constraint: Member must have "
                    "length less than or equal to 256"));
}

TEST(Validation, PrintsListsOfScalarsAsOneViolation) {
  EXPECT_EQ(
      DecodeFailure<UntagResourceRequest>(With(R"(,"TagKeys":["a",""])")),
      Invalid(
          "Value '[a, ]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have "
          "length less than or equal to 128, Member must have length greater than or equal to 1]"));
  EXPECT_EQ(
      DecodeFailure<DecryptRequest>(R"({"CiphertextBlob":"AA==","DryRunModifiers":["IGNORE_CIPHERTEXT","X"]})"),
      Invalid("Value '[IGNORE_CIPHERTEXT, X]' at 'dryRunModifiers' failed to satisfy constraint: Member must satisfy "
              "constraint: [Member must satisfy enum value set: [IGNORE_CIPHERTEXT]]"));
}

TEST(Validation, KeepsGrantTokensToItself) {
  EXPECT_EQ(
      DecodeFailure<DescribeKeyRequest>(With(R"(,"GrantTokens":["a","b","c","d","e","f","g","h","i","j","k"])")),
      Invalid("Value at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to 10"));
  EXPECT_EQ(DecodeFailure<DescribeKeyRequest>(With(R"(,"GrantTokens":[""])")).find("''"), std::string::npos);
}

TEST(Validation, RefusesNullsInListsAndMaps) {
  EXPECT_EQ(DecodeFailure<EncryptRequest>(With(R"(,"Plaintext":"AA==","EncryptionContext":{"a":null})")),
            Invalid("Value at 'encryptionContext' failed to satisfy constraint: Map value must satisfy constraint: "
                    "[Member must not "
                    "be null]"));
  EXPECT_EQ(
      DecodeFailure<UntagResourceRequest>(With(R"(,"TagKeys":["a",null])")),
      Invalid(
          "Value '[a]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must not be "
          "null]"));
}

TEST(Validation, CollectsInMemberOrderUpToABound) {
  EXPECT_EQ(DecodeFailure<ListKeysRequest>(R"({"Marker":"","Limit":0})"),
            Invalid("2 validation errors detected: Value '0' at 'limit' failed to satisfy constraint: Member must have "
                    "value greater "
                    "than or equal to 1; Value '' at 'marker' failed to satisfy constraint: Member must have length "
                    "greater than or "
                    "equal to 1"));
  std::string body = R"({"Tags":[{})";
  for (int i = 0; i < 5000; ++i) body += ",{}";
  std::string failure = DecodeFailure<CreateKeyRequest>(body + "]}");
  EXPECT_NE(failure.find("64 validation errors detected: "), std::string::npos);
  EXPECT_NE(failure.find("tags.32.member.tagValue"), std::string::npos);
  EXPECT_EQ(failure.find("tags.33.member"), std::string::npos);
}

TEST(Validation, SurvivesThousandsOfUnknownEnumValues) {
  std::string body = R"(,"DryRunModifiers":["0")";
  for (int i = 1; i < 5000; ++i) body += ",\"" + std::to_string(i) + "\"";
  std::string failure = DecodeFailure<DecryptRequest>(With(body + R"(],"CiphertextBlob":"AA==")"));
  EXPECT_NE(failure.find("1 validation error detected: Value '[0, 1, 2,"), std::string::npos);
}

TEST(Validation, CountsLengthsInUtf16Units) {
  auto value = [](int count, std::string_view character) {
    std::string text;
    for (int i = 0; i < count; ++i) text += character;
    return DecodeFailure<CreateKeyRequest>(R"({"Tags":[{"TagKey":"k","TagValue":")" + text + "\"}]}");
  };
  EXPECT_EQ(value(256, "é"), "ok");
  EXPECT_EQ(value(128, "🔑"), "ok");
  EXPECT_NE(value(129, "🔑"), "ok");
}

// wire.md, "Serialization errors": the grammar is the service's.
TEST(Serialization, PrintsTheServicesTexts) {
  EXPECT_EQ(DecodeFailure<DescribeKeyRequest>(R"({"KeyId":1})"),
            Unserializable(
                "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String"));
  EXPECT_EQ(DecodeFailure<DescribeKeyRequest>(R"({"KeyId":true})"),
            Unserializable("class java.lang.Boolean can not be converted to an String"));
  EXPECT_EQ(DecodeFailure<DescribeKeyRequest>(R"({"KeyId":{}})"),
            Unserializable("Start of structure or map found where not expected."));
  EXPECT_EQ(DecodeFailure<DescribeKeyRequest>(R"({"KeyId":[]})"),
            Unserializable("Start of list found where not expected"));
  EXPECT_EQ(DecodeFailure<GenerateDataKeyRequest>(With(R"(,"NumberOfBytes":"32")")),
            Unserializable("class java.lang.String can not be converted to an Integer"));
  EXPECT_EQ(DecodeFailure<DescribeKeyRequest>(With(R"(,"GrantTokens":"x")")), Unserializable("Expected list or null"));
  EXPECT_EQ(DecodeFailure<EncryptRequest>(With(R"(,"EncryptionContext":"x")")), Unserializable("Expected map or null"));
  EXPECT_EQ(DecodeFailure<EncryptRequest>(With(R"(,"EncryptionContext":{"a":1})")),
            Unserializable(
                "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String"));
  EXPECT_EQ(DecodeFailure<EncryptRequest>(With(R"(,"DryRun":"true")")),
            Unserializable("class java.lang.String can not be converted to an Boolean"));
  EXPECT_EQ(DecodeFailure<DecryptRequest>(R"({"CiphertextBlob":"x/x"})"),
            Unserializable("'x/x' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 "
                           "bytes but found: 3"));
  EXPECT_EQ(DecodeFailure<DecryptRequest>(R"({"CiphertextBlob":"AA-A"})"),
            Unserializable("Invalid Base64 character: '-'"));
  EXPECT_EQ(DecodeFailure<DecryptRequest>(R"({"CiphertextBlob":"AキAAA"})"),
            Unserializable("'AキAAA' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 "
                           "bytes but found: 7"));
  EXPECT_EQ(DecodeFailure<DecryptRequest>(R"({"CiphertextBlob":"AキAAAA"})"),
            Unserializable("Invalid Base64 character: 'キ'"));
}

TEST(Serialization, NeverRepeatsASecret) {
  for (std::string_view secret : {"c2VjcmV0c2VjcmV0X", "c2VjcmV0c2VjcmV-"}) {
    std::string failure = DecodeFailure<EncryptRequest>(With(",\"Plaintext\":\"" + std::string(secret) + "\""));
    EXPECT_NE(failure.find("SerializationException"), std::string::npos);
    EXPECT_EQ(failure.find("c2Vj"), std::string::npos) << failure;
  }
}

TEST(Serialization, ReadsEscapedBase64) {
  auto request = Decode<EncryptRequest>(With(R"(,"Plaintext":"\u002b\/8=")"));
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->plaintext.size(), 2u);
  EXPECT_EQ(Decode<DecryptRequest>(R"({"CiphertextBlob":"\u002b\/8="})")->ciphertext_blob, (Bytes{0xFB, 0xFF}));
}

TEST(Serialization, MalformedBodiesCarryNoText) {
  for (std::string_view body : {"", " ", "x", "[]", "{", "{\"a\":1}x", "{\"KeyId\":\"\\ud800\"}"}) {
    EXPECT_EQ(DecodeFailure<DescribeKeyRequest>(body), R"({"__type":"SerializationException"})") << body;
  }
}

TEST(EncodeResponse, WritesWhatTheSdksRead) {
  EncryptResponse encrypted{.ciphertext_blob = Bytes{1, 2, 3},
                            .key_id = "arn:aws:kms:x:1:key/2",
                            .encryption_algorithm = EncryptionAlgorithmSpec::kSymmetricDefault};
  std::string body;
  EncodeResponse(encrypted, &body);
  EXPECT_EQ(body,
            R"({"CiphertextBlob":"AQID","KeyId":"arn:aws:kms:x:1:key/2","EncryptionAlgorithm":"SYMMETRIC_DEFAULT"})");

  ListAliasesResponse aliases;
  aliases.aliases.emplace().push_back({.alias_name = "alias/\"", .creation_date = Timestamp{1614905581947}});
  aliases.truncated = false;
  body.clear();
  EncodeResponse(aliases, &body);
  EXPECT_EQ(body, R"({"Aliases":[{"AliasName":"alias/\"","CreationDate":1614905581.947}],"Truncated":false})");

  body.clear();
  EncodeResponse(EnableKeyResponse(), &body);
  EXPECT_EQ(body, "");
  EncodeResponse(ConnectCustomKeyStoreResponse(), &body);
  EXPECT_EQ(body, "{}");
}

TEST(EncodeResponse, NeverGrowsTheStringOfASecret) {
  DecryptResponse response{.key_id = std::string(300, '\x01'), .plaintext = secret::SecretBytes(4096)};
  std::string body;
  EncodeResponse(response, &body);
  size_t capacity = body.capacity();
  std::string exact;
  exact.reserve(capacity);
  const char* block = exact.data();
  EncodeResponse(response, &exact);
  EXPECT_EQ(exact.data(), block);
  EXPECT_EQ(exact, body);
}

}  // namespace
}  // namespace kagimori::shapes
