#include "shapes/codec.h"

#include <gtest/gtest.h>

#include <string>

#include "shapes/testing/codec_testing.h"

namespace kagimori::shapes {
namespace {

using testing::Decode;
using testing::DecodeFailure;

constexpr std::string_view kKey = R"("KeyId":"00000000-0000-0000-0000-000000000000")";

[[maybe_unused]] std::string With(std::string_view rest) { return "{" + std::string(kKey) + std::string(rest) + "}"; }

TEST(DecodeRequest, FillsTheStructure) {
  auto request = Decode<EncryptRequest>(
      R"( { "KeyId" : "alias/a" , "Plaintext":"aGVsbG8=","EncryptionContext":{"b":"2","a":"\u00e9\n"},)"
      R"("GrantTokens":["x","y"],"EncryptionAlgorithm":"SYMMETRIC_DEFAULT","DryRun":true,"Unknown":{"x":[1,null]}} )");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->key_id, "alias/a");
  EXPECT_EQ(request->plaintext.size(), 5u);
  ASSERT_TRUE(request->encryption_context);
  EXPECT_EQ(*request->encryption_context, StringMap({{"a", "\xC3\xA9\n"}, {"b", "2"}}));
  EXPECT_EQ(request->grant_tokens, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(request->encryption_algorithm, EncryptionAlgorithmSpec::kSymmetricDefault);
  EXPECT_EQ(request->dry_run, true);
}

}  // namespace
}  // namespace kagimori::shapes
