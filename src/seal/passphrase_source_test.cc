#include "seal/passphrase_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

#include "seal/slots.h"
#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

using secret::SecretTesting;

class PassphraseFileTest : public ::testing::Test {
 protected:
  std::filesystem::path Write(std::string_view text, mode_t mode = 0600) {
    std::filesystem::path file = folder_.path() / "kagimori-passphrase";
    std::filesystem::remove(file);
    std::ofstream(file, std::ios::binary) << text;
    EXPECT_EQ(chmod(file.c_str(), mode), 0);
    return file;
  }
  static void ExpectText(const Result<secret::SecretBytes>& read, std::string_view text) {
    ASSERT_TRUE(read) << Describe(read.error());
    EXPECT_EQ(AsText(SecretTesting::BytesOf(*read)), text);
  }
  TestFolder folder_;
};

TEST_F(PassphraseFileTest, DropsOneLineEnd) {
  ExpectText(ReadPassphraseFile(Write("pass phrase")), "pass phrase");
  ExpectText(ReadPassphraseFile(Write("pass phrase\n")), "pass phrase");
  ExpectText(ReadPassphraseFile(Write("pass phrase\r\n")), "pass phrase");
  ExpectText(ReadPassphraseFile(Write("pass phrase\n\n")), "pass phrase\n");
  ExpectText(ReadPassphraseFile(Write(std::string(kMaxPassphraseSize, 'x') + "\r\n")),
             std::string(kMaxPassphraseSize, 'x'));
}

TEST_F(PassphraseFileTest, Bounds) {
  EXPECT_EQ(ReadPassphraseFile(Write("")).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(ReadPassphraseFile(Write("\n")).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(ReadPassphraseFile(Write(std::string(kMaxPassphraseSize + 1, 'x'))).error().kind, ErrorKind::kLimit);
  EXPECT_EQ(ReadPassphraseFile(Write(std::string(100'000, 'x'))).error().kind, ErrorKind::kLimit);
  EXPECT_EQ(ReadPassphraseFile(folder_.path() / "none").error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(ReadPassphraseFile(folder_.path()).error().kind, ErrorKind::kIo);
}

TEST_F(PassphraseFileTest, OpenToEverybodyIsRefused) {
  EXPECT_EQ(ReadPassphraseFile(Write("pass phrase", 0604)).error().kind, ErrorKind::kIo);
  EXPECT_EQ(ReadPassphraseFile(Write("pass phrase", 0602)).error().kind, ErrorKind::kIo);
  ExpectText(ReadPassphraseFile(Write("pass phrase", 0440)), "pass phrase");
}

TEST_F(PassphraseFileTest, Credential) {
  unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(ReadPassphraseCredential().error().kind, ErrorKind::kNotFound);
  setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
  EXPECT_EQ(ReadPassphraseCredential().error().kind, ErrorKind::kNotFound);
  Write("from the service manager", 0440);
  ExpectText(ReadPassphraseCredential(), "from the service manager");
  unsetenv("CREDENTIALS_DIRECTORY");
}

// A pseudo-terminal with somebody at its other end.
class PromptTest : public ::testing::Test {
 protected:
  PromptTest() {
    person_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    EXPECT_EQ(grantpt(person_), 0);
    EXPECT_EQ(unlockpt(person_), 0);
    terminal_ = open(ptsname(person_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    EXPECT_GE(terminal_, 0);
  }
  ~PromptTest() override {
    close(terminal_);
    close(person_);
  }

  // Waits until `text` is on the screen.
  bool See(std::string_view text) {
    while (screen_.find(text, seen_) == std::string::npos) {
      pollfd waiting{.fd = person_, .events = POLLIN, .revents = 0};
      if (poll(&waiting, 1, 10'000) != 1) return false;
      char buffer[256];
      ssize_t got = read(person_, buffer, sizeof buffer);
      if (got <= 0) return false;
      screen_.append(buffer, static_cast<size_t>(got));
    }
    seen_ = screen_.find(text, seen_) + text.size();
    return true;
  }
  void Type(std::string_view text) {
    EXPECT_EQ(write(person_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  bool Echo() const {
    termios settings;
    EXPECT_EQ(tcgetattr(terminal_, &settings), 0);
    return (settings.c_lflag & ECHO) != 0;
  }

  int person_ = -1;
  int terminal_ = -1;
  std::string screen_;
  size_t seen_ = 0;
};

TEST_F(PromptTest, ReadsALineWithoutEcho) {
  std::thread person([&] {
    ASSERT_TRUE(See("Passphrase: "));
    EXPECT_FALSE(Echo());
    Type("correct horse\n");
  });
  auto read = PromptPassphraseOn(terminal_, "Passphrase: ", false);
  person.join();
  ASSERT_TRUE(read) << Describe(read.error());
  EXPECT_EQ(AsText(SecretTesting::BytesOf(*read)), "correct horse");
  EXPECT_TRUE(Echo());
  ASSERT_EQ(write(terminal_, "end", 3), 3);
  ASSERT_TRUE(See("end"));
  EXPECT_EQ(screen_.find("horse"), std::string::npos);
}

TEST_F(PromptTest, TwiceAndBothMustAgree) {
  for (bool same : {true, false}) {
    std::thread person([&] {
      ASSERT_TRUE(See("New: "));
      Type("correct horse\n");
      ASSERT_TRUE(See("Once more: "));
      Type(same ? "correct horse\n" : "correct house\n");
    });
    auto read = PromptPassphraseOn(terminal_, "New: ", true);
    person.join();
    ASSERT_EQ(read.has_value(), same);
    if (!same) {
      EXPECT_EQ(read.error().kind, ErrorKind::kInvalid);
    }
  }
}

TEST_F(PromptTest, TooLongAndEmptyAndEnd) {
  const std::tuple<std::string, ErrorKind> cases[] = {
      {std::string(kMaxPassphraseSize + 1, 'x') + "\n", ErrorKind::kLimit},
      {std::string(3000, 'x') + "\n", ErrorKind::kLimit},
      {"\n", ErrorKind::kInvalid},
      {"\x04", ErrorKind::kUnavailable}};
  for (const auto& [typed, kind] : cases) {
    std::thread person([&] {
      ASSERT_TRUE(See("Passphrase: "));
      Type(typed);
    });
    auto read = PromptPassphraseOn(terminal_, "Passphrase: ", false);
    person.join();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, kind);
    EXPECT_TRUE(Echo());
  }
}

int g_signals = 0;
int g_signal_terminal = -1;
bool g_echo_in_handler = false;

TEST_F(PromptTest, ASignalEndsItWithTheTerminalAsItWas) {
  g_signals = 0;
  g_signal_terminal = terminal_;
  struct sigaction action = {}, old = {};
  action.sa_handler = [](int) {
    ++g_signals;
    termios settings;
    g_echo_in_handler = tcgetattr(g_signal_terminal, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
  };
  ASSERT_EQ(sigaction(SIGTERM, &action, &old), 0);
  pthread_t self = pthread_self();
  std::thread person([&] {
    ASSERT_TRUE(See("Passphrase: "));
    pthread_kill(self, SIGTERM);
  });
  auto read = PromptPassphraseOn(terminal_, "Passphrase: ", false);
  person.join();
  ASSERT_EQ(sigaction(SIGTERM, &old, nullptr), 0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(g_signals, 1);
  EXPECT_TRUE(g_echo_in_handler);
}

TEST(PromptNoTerminalTest, IsUnavailable) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  EXPECT_EQ(PromptPassphraseOn(null, "x", false).error().kind, ErrorKind::kUnavailable);
  close(null);
}

}  // namespace
}  // namespace kagimori::seal
