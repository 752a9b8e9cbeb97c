#include "wire/secret_codec.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/bytes.h"
#include "secret/compare.h"

namespace kagimori::wire {
namespace {

Bytes RandomBytes(size_t size, std::mt19937& engine) {
  Bytes bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(engine());
  return bytes;
}

TEST(SecretCodec, AgreesWithPublicBase64) {
  std::mt19937 engine(1);
  for (size_t size = 0; size < 200; ++size) {
    Bytes bytes = RandomBytes(size, engine);
    std::string text = "x";
    SecretCodec::AppendBase64(secret::SecretBytes::CopyOf(bytes), &text);
    EXPECT_EQ(text, "x" + Base64Encode(bytes));
    auto decoded = SecretCodec::DecodeBase64(std::string_view(text).substr(1));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_TRUE(secret::Equal(*decoded, bytes));
  }
}

TEST(SecretCodec, RefusesWhatPublicBase64Refuses) {
  std::mt19937 engine(2);
  constexpr std::string_view kNoise = "A/+=z-_ \n.0\xC3";
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = Base64Encode(RandomBytes(engine() % 7, engine));
    for (unsigned edits = engine() % 3; edits > 0 && !text.empty(); --edits) {
      text[engine() % text.size()] = kNoise[engine() % kNoise.size()];
    }
    if (engine() % 8 == 0) text.push_back('A');
    auto secret = SecretCodec::DecodeBase64(text);
    auto open = Base64Decode(text);
    ASSERT_EQ(secret.has_value(), open.has_value()) << text;
    if (open) {
      EXPECT_TRUE(secret::Equal(*secret, *open)) << text;
    }
    refused += !open;
  }
  EXPECT_GT(refused, 1000);
  EXPECT_EQ(SecretCodec::DecodeBase64("AAA").error(), Base64Fault::kLength);
  EXPECT_EQ(SecretCodec::DecodeBase64("AA-A").error(), Base64Fault::kCharacter);
  EXPECT_EQ(SecretCodec::DecodeBase64("====").error(), Base64Fault::kCharacter);
}

TEST(SecretCodec, ReadsJsonText) {
  EXPECT_TRUE(secret::Equal(SecretCodec::DecodeJsonText(R"(p\u00e9\n)"), AsBytes("p\xC3\xA9\n")));
  EXPECT_TRUE(secret::Equal(*SecretCodec::DecodeJsonBlob(R"(\u002b\/8=)"), Bytes{0xFB, 0xFF}));
  EXPECT_EQ(SecretCodec::Utf16Length(SecretCodec::DecodeJsonText("a\xF0\x9F\x94\x91")), 3u);
  std::string out;
  SecretCodec::AppendJsonText(SecretCodec::DecodeJsonText("a\\\"b"), &out);
  EXPECT_EQ(out, R"("a\"b")");
  EXPECT_TRUE(SecretCodec::ConsistsOf(SecretCodec::DecodeJsonText("AB"), "ABC"));
  EXPECT_FALSE(SecretCodec::ConsistsOf(SecretCodec::DecodeJsonText("AD"), "ABC"));
}

}  // namespace
}  // namespace kagimori::wire
