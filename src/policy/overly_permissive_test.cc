#include "policy/overly_permissive.h"

#include <gtest/gtest.h>

#include <string>

namespace kagimori::policy {
namespace {

std::string_view Text(const std::string& condition) {
  auto document = Document::Compile(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":)" +
          condition + "}}",
      Kind::kKeyPolicy);
  EXPECT_TRUE(document) << condition;
  return document ? OverlyPermissiveCondition(**document) : "";
}

TEST(OverlyPermissive, ForAllValuesOnOneValue) {
  EXPECT_TRUE(Text(R"({"ForAllValues:StringEquals":{"kms:EncryptionContext:a":"b"}})")
                  .starts_with("OverlyPermissiveCondition:EncryptionContext: "));
  EXPECT_TRUE(Text(R"({"ForAllValues:StringLikeIfExists":{"aws:RequestTag/a":"b"}})")
                  .ends_with("To fix, remove ForAllValues."));
}

TEST(OverlyPermissive, EverythingElse) {
  for (const char* good : {R"({"StringEquals":{"kms:EncryptionContext:a":"b"}})",
                           R"({"ForAnyValue:StringEquals":{"kms:EncryptionContext:a":"b"}})",
                           R"({"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":"a"}})",
                           R"({"ForAllValues:StringEquals":{"aws:TagKeys":"a"}})",
                           R"({"ForAllValues:StringEquals":{"aws:ResourceTag/a":"b"}})"})
    EXPECT_EQ(Text(good), "") << good;
}

}  // namespace
}  // namespace kagimori::policy
