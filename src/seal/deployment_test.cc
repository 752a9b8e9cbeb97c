#include "seal/deployment.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

constexpr std::string_view kGood =
    R"({"format": 1, "deployment_id": "01234567-89ab-4def-8123-456789abcdef", "kind": "production", "created": "2025-01-02T03:04:05Z"})";

class DeploymentTest : public ::testing::Test {
 protected:
  void WriteText(std::string_view text) {
    std::ofstream(folder_.path() / "deployment.json", std::ios::binary | std::ios::trunc) << text;
  }
  std::string ReadText() {
    std::ifstream file(folder_.path() / "deployment.json", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  TestFolder folder_;
};

TEST_F(DeploymentTest, ComesBack) {
  for (DeploymentKind kind : {DeploymentKind::kDevelopment, DeploymentKind::kProduction}) {
    Deployment made = NewDeployment(kind, Timestamp{1'735'787'045'678});
    std::filesystem::remove(folder_.path() / "deployment.json");
    ASSERT_TRUE(SaveDeployment(folder_.path(), made));
    auto loaded = LoadDeployment(folder_.path());
    ASSERT_TRUE(loaded) << Describe(loaded.error());
    EXPECT_EQ(loaded->id, made.id);
    EXPECT_EQ(loaded->kind, kind);
    EXPECT_EQ(loaded->created, Timestamp{1'735'787'045'000});
  }
}

TEST_F(DeploymentTest, IsNeverReplaced) {
  ASSERT_TRUE(SaveDeployment(folder_.path(), NewDeployment(DeploymentKind::kProduction, {})));
  std::string before = ReadText();
  auto again = SaveDeployment(folder_.path(), NewDeployment(DeploymentKind::kProduction, {}));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(ReadText(), before);
}

TEST_F(DeploymentTest, NoneIsNotFound) { EXPECT_EQ(LoadDeployment(folder_.path()).error().kind, ErrorKind::kNotFound); }

TEST_F(DeploymentTest, AnythingElseIsCorrupt) {
  WriteText(kGood);
  ASSERT_TRUE(LoadDeployment(folder_.path()));
  const std::pair<std::string, std::string> changes[] = {
      {"\"format\": 1", "\"format\": 2"},
      {"\"format\": 1", "\"format\": \"1\""},
      {"\"format\": 1, ", ""},
      {"\"format\": 1", "\"format\": 1, \"more\": 1"},
      {"\"format\": 1", "\"format\": 1, \"kind\": \"development\""},
      {"production", "Production"},
      {"production", "test"},
      {"\"production\"", "2"},
      {"89ab", "89AB"},
      {"01234567-", "01234567"},
      {"01234567-89ab-4def-8123-456789abcdef", "mrk-0123456789ab4def8123456789abcdef"},
      {"2025-01-02T03:04:05Z", "2025-01-02T03:04:05"},
      {"2025-01-02T03:04:05Z", "2025-01-02T03:04:05Z "},
      {"2025-01-02T03:04:05Z", "2025-02-31T03:04:05Z"},
      {"}", ""},
      {"}", "} {}"},
  };
  for (const auto& [from, to] : changes) {
    std::string text(kGood);
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
    WriteText(text);
    auto loaded = LoadDeployment(folder_.path());
    ASSERT_FALSE(loaded) << text;
    EXPECT_EQ(loaded.error().kind, ErrorKind::kCorrupt) << text;
  }
  for (std::string_view text : {"", "null", "[]", "[[[[[[", "\xFF"}) {
    WriteText(text);
    EXPECT_EQ(LoadDeployment(folder_.path()).error().kind, ErrorKind::kCorrupt);
  }
  WriteText(std::string(5000, ' ') + std::string(kGood));
  EXPECT_EQ(LoadDeployment(folder_.path()).error().kind, ErrorKind::kLimit);
}

}  // namespace
}  // namespace kagimori::seal
