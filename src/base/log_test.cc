#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace kagimori::log {
namespace {

std::string Written(Level level, std::string_view message, std::initializer_list<Field> fields) {
  testing::internal::CaptureStderr();
  Write(level, message, fields);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, OneJsonLineWhateverAClientSends) {
  Configure(Format::kJson, Level::kInfo);
  std::string line =
      Written(Level::kWarning, "a message",
              {{"name", "quote\" backslash\\ newline\n\r nul" + std::string(1, '\0') + " utf8 \xC3\xA4 bad \xFF"}});
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(line.back(), '\n');
  EXPECT_TRUE(line.starts_with("{\"time\":\"20")) << line;
  EXPECT_NE(line.find("\"level\":\"warning\",\"message\":\"a message\",\"name\":\"quote\\\" backslash\\\\ "
                      "newline\\u000a\\u000d nul\\u0000 utf8 "
                      "\\u00c3\\u00a4 bad \\u00ff\"}"),
            line.npos)
      << line;
}

TEST(Log, FieldsAreNoFormatStrings) {
  Configure(Format::kJson, Level::kInfo);
  EXPECT_NE(Written(Level::kError, "{}{}{", {{"x", "{:n}%s"}}).find("{}{}{"), std::string::npos);
}

TEST(Log, BelowTheLevelNothingIsWritten) {
  Configure(Format::kJson, Level::kWarning);
  EXPECT_EQ(Written(Level::kInfo, "quiet", {}), "");
  EXPECT_NE(Written(Level::kError, "loud", {}), "");
  Configure(Format::kJson, Level::kInfo);
}

}  // namespace
}  // namespace kagimori::log
