#include "ssm/envelope.h"

#include <gtest/gtest.h>

#include <string>

#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::ssm {
namespace {

constexpr std::string_view kArn = "arn:aws:ssm:eu-central-1:111122223333:parameter/a/b";
constexpr std::string_view kKeyArn = "arn:aws:kms:eu-central-1:111122223333:key/12345678-1234-1234-1234-123456789012";

secret::SecretBytes DataKey(char c) { return secret::SecretBytes::CopyOf(AsBytes(std::string(32, c))); }
secret::SecretBytes Value(std::string_view text) { return secret::SecretBytes::CopyOf(AsBytes(text)); }

Bytes Sealed(std::string_view value) {
  const secret::SecretBytes key = DataKey('k');
  return SealEnvelope({.plaintext = key, .ciphertext = AsBytes("wrapped"), .key_arn = kKeyArn}, kArn, Value(value));
}

// "": it does not open.
bool Opens(ByteView message, std::string_view value) {
  std::optional<Envelope> envelope = ParseEnvelope(message, kArn);
  if (!envelope || AsText(envelope->data_key) != "wrapped") return false;
  Result<secret::SecretBytes> opened = OpenEnvelope(*envelope, DataKey('k'));
  return opened && secret::Equal(*opened, AsBytes(value));
}

TEST(Envelope, RoundTrip) {
  for (const std::string& value : {std::string("v"), std::string(8192, 'x')}) EXPECT_TRUE(Opens(Sealed(value), value));
  EXPECT_NE(Sealed("v"), Sealed("v"));
}

TEST(Envelope, EveryByteCounts) {
  const Bytes message = Sealed("some value");
  for (size_t i = 0; i < message.size(); ++i) {
    Bytes changed = message;
    changed[i] ^= 1;
    EXPECT_FALSE(Opens(changed, "some value")) << i;
    EXPECT_FALSE(Opens(ByteView(message).first(i), "some value")) << i;
  }
  Bytes longer = message;
  longer.push_back(0);
  EXPECT_FALSE(Opens(longer, "some value"));
}

TEST(Envelope, OfAnotherParameterOrKey) {
  const Bytes message = Sealed("v");
  EXPECT_FALSE(ParseEnvelope(message, "arn:aws:ssm:eu-central-1:111122223333:parameter/a/c"));
  EXPECT_FALSE(OpenEnvelope(*ParseEnvelope(message, kArn), DataKey('x')));
  EXPECT_FALSE(OpenEnvelope(*ParseEnvelope(message, kArn), secret::SecretBytes(16)));
}

}  // namespace
}  // namespace kagimori::ssm
