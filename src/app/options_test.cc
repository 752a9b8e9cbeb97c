#include "app/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "app/testing/temporary_folder.h"

namespace kagimori::app {
namespace {

using ::testing::HasSubstr;

class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    setenv(name_.c_str(), value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { unsetenv(name_.c_str()); }

 private:
  std::string name_;
};

std::string Write(const testing::TemporaryFolder& folder, const std::string& text) {
  const auto file = folder.path() / "kagimori.toml";
  std::ofstream(file) << text;
  return file.string();
}

template <class Options>
void ExpectUsageError(const Parsed<Options>& parsed, const std::string& text) {
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_THAT(parsed.text, HasSubstr(text));
}

TEST(Serve, FlagBeforeEnvironmentBeforeFileBeforeDefault) {
  testing::TemporaryFolder folder;
  const std::string file = Write(folder, "data = '/from/file'\nlisten = '127.0.0.1:1'\ncores = 1\naudit-rotate = 11\n");
  auto parsed = ParseServe({"--config", file});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->data, "/from/file");
  EXPECT_EQ(parsed.options->listen.port, 1);
  EXPECT_EQ(parsed.options->cores, 1);
  EXPECT_EQ(parsed.options->audit_rotate_mib, 11u);
  EXPECT_EQ(parsed.options->audit_reserve_mib, 1024u);

  const Variable listen("KAGIMORI_LISTEN", "127.0.0.1:2");
  const Variable cores("KAGIMORI_CORES", "2");
  parsed = ParseServe({"--config", file, "--listen", "127.0.0.1:3"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->listen.port, 3);
  EXPECT_EQ(parsed.options->cores, 2);
  EXPECT_EQ(parsed.options->audit_rotate_mib, 11u);
}

TEST(Serve, TheFileMayBeNamedByTheEnvironment) {
  testing::TemporaryFolder folder;
  {
    const Variable config("KAGIMORI_CONFIG", Write(folder, "data = '/from/file'\n"));
    auto parsed = ParseServe({});
    ASSERT_TRUE(parsed.options) << parsed.text;
    EXPECT_EQ(parsed.options->data, "/from/file");
  }
  const Variable config("KAGIMORI_CONFIG", (folder.path() / "none.toml").string());
  ExpectUsageError(ParseServe({"--data", "/d"}), "none.toml");
}

TEST(Serve, FlagsOfTheFileAndTheEnvironment) {
  testing::TemporaryFolder folder;
  const std::string file = Write(folder, "data = '/d'\nlisten = '0.0.0.0:1'\nallow-plain-http = true\n");
  EXPECT_TRUE(ParseServe({"--config", file}).options);
  const Variable no("KAGIMORI_ALLOW_PLAIN_HTTP", "false");
  ExpectUsageError(ParseServe({"--config", file}), "others can reach 0.0.0.0");
}

TEST(Serve, AFileIsUnderstoodWholeOrNotAtAll) {
  testing::TemporaryFolder folder;
  for (const auto& [text, complaint] :
       {std::pair{"data = '/d'\nlisten-on = '127.0.0.1:1'\n", "listen-on"},
        std::pair{"data = '/d'\n[tls]\nkey = 'x'\n", "tls"}, std::pair{"data = '/d'\ncores = [1, 2]\n", "cores"},
        std::pair{"data = '/d'\ncores = 1.5\n", "cores"}, std::pair{"data = '/d'\ndata = '/e'\n", "line 2"},
        std::pair{"data = /d\n", "line 1"}, std::pair{"data = '/d'\nconfig = '/e'\n", "config"},
        std::pair{"data = '/d'\nhelp = true\n", "help"},
        std::pair{"data = '/d'\nlisten = 'example.com:1'\n", "--listen"}}) {
    ExpectUsageError(ParseServe({"--config", Write(folder, text)}), complaint);
  }
  auto parsed = ParseServe({"--config", Write(folder, "data = '/d #1, and more' # the folder\n")});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->data, "/d #1, and more");
}

TEST(Serve, PlainHttpIsForLoopback) {
  EXPECT_TRUE(ParseServe({"--data", "/d", "--listen", "127.0.0.1:1"}).options);
  ExpectUsageError(ParseServe({"--data", "/d", "--listen", "0.0.0.0:1"}), "--allow-plain-http");
  ExpectUsageError(ParseServe({"--data", "/d", "--listen", "0.0.0.0:1", "--tls-key", "k"}), "need each other");
  EXPECT_TRUE(ParseServe({"--data", "/d", "--listen", "0.0.0.0:1", "--allow-plain-http"}).options);
  auto parsed = ParseServe({"--data", "/d", "--listen", "0.0.0.0:1", "--tls-key", "k", "--tls-certificate", "c"});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->tls->private_key, "k");
  EXPECT_EQ(parsed.options->tls->certificate_chain, "c");
}

TEST(Serve, ValuesAreBounded) {
  ExpectUsageError(ParseServe({}), "--data");
  ExpectUsageError(ParseServe({"--data", ""}), "--data");
  for (const auto& [flag, value] :
       {std::pair{"--cores", "-1"}, std::pair{"--cores", "1025"}, std::pair{"--audit-rotate", "0"},
        std::pair{"--audit-reserve", "1073741825"}, std::pair{"--max-connections", "0"},
        std::pair{"--idle-timeout", "65"}, std::pair{"--audit-durability", "never"}, std::pair{"--log-level", "loud"},
        std::pair{"--log-format", "xml"}}) {
    ExpectUsageError(ParseServe({"--data", "/d", flag, value}), flag);
  }
  ExpectUsageError(ParseServe({"--data", "/d", "stray"}), "stray");
  auto parsed = ParseServe({"--data", "/d", "--idle-timeout", "5m", "--audit-durability", "fsync"});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->limits.idle_timeout, std::chrono::minutes(5));
  EXPECT_EQ(parsed.options->audit_durability, audit::Durability::kSynced);
}

TEST(Serve, ExampleOfTheConfigurationFile) {
  const auto file = std::filesystem::path(KAGIMORI_SOURCE_DIR) / "packaging/kagimori.toml";
  ASSERT_TRUE(std::filesystem::exists(file));
  auto parsed = ParseServe({"--config", file.string()});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_TRUE(parsed.options->tls);

  // What it shows commented out is right too.
  std::ifstream in(file);
  std::string all;
  for (std::string line; std::getline(in, line);) all += (line.starts_with("#:") ? line.substr(2) : line) + "\n";
  testing::TemporaryFolder folder;
  parsed = ParseServe({"--config", Write(folder, all)});
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_TRUE(parsed.options->metrics);
}

TEST(Dev, DefaultFolderDependsOnWhoCanReachIt) {
  const Variable xdg("XDG_DATA_HOME", "/x");
  EXPECT_EQ(ParseDev({}).options->data, "/x/kagimori/dev");
  EXPECT_EQ(ParseDev({"--insecure-listen"}).options->data, "/x/kagimori/dev-insecure");
  EXPECT_EQ(ParseDev({"--data", "/d"}).options->data, "/d");
  const Variable relative("XDG_DATA_HOME", "x");
  const char* home = std::getenv("HOME");
  ASSERT_NE(home, nullptr);
  EXPECT_EQ(ParseStatus({}).options->data, std::string(home) + "/.local/share/kagimori/dev");
}

TEST(Dev, OthersReachItOnlyWhenToldSo) {
  ExpectUsageError(ParseDev({"--data", "/d", "--listen", "0.0.0.0:4599"}), "--insecure-listen");
  ExpectUsageError(ParseDev({"--data", "/d", "--metrics", "[::]:9100"}), "--insecure-listen");
  EXPECT_TRUE(ParseDev({"--data", "/d", "--listen", "0.0.0.0:4599", "--insecure-listen"}).options);
  ExpectUsageError(ParseDev({"--data", "/d", "clock"}), "clock");
}

TEST(OtherCommands, TakeWhatTheyNeed) {
  EXPECT_EQ(ParseClockAdvance({"31d", "--data", "/d"}).options->by, std::chrono::days(31));
  ExpectUsageError(ParseClockAdvance({"--data", "/d"}), "DURATION");
  ExpectUsageError(ParseClockAdvance({"-5s", "--data", "/d"}), "");
  ExpectUsageError(ParseInit({}), "--data");
  ExpectUsageError(ParseInit({"--data", "/d", "--account", "12345678901"}), "12 digits");
  EXPECT_EQ(ParseInit({"--data", "/d", "--account", "123456789012"}).options->account->ToString(), "123456789012");
  ExpectUsageError(ParseAuditVerify({"/log"}), "--key");
  ExpectUsageError(ParseAuditVerify({"/log", "--key", "k", "--anchor", "5"}), "--anchor");
  EXPECT_EQ(ParseAuditVerify({"/log", "--key", "k", "--anchor", "5:" + std::string(64, '0')}).options->anchor->sequence,
            5u);
}

TEST(Help, IsNoError) {
  auto parsed = ParseServe({"--help"});
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, 0);
  EXPECT_THAT(parsed.text, HasSubstr("--audit-durability"));
}

}  // namespace
}  // namespace kagimori::app
