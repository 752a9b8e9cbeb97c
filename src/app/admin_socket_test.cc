#include "app/admin_socket.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "app/admin_protocol.h"
#include "app/testing/temporary_folder.h"
#include "app/unix_socket.h"

namespace kagimori::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FakeAdministration : public Administration {
 public:
  NodeStatus Status() override {
    NodeStatus status;
    status.version = "1.2.3";
    status.address = "http://127.0.0.1:\"4599\"";
    status.uptime_seconds = 90'061;
    return status;
  }
  Result<> AdvanceClock(std::chrono::milliseconds by) override {
    if (refuse_clock) return Fail(ErrorKind::kInvalid, "production keeps its clock");
    advanced += by;
    return {};
  }
  Result<> Audit(std::string_view name, std::string_view parameters, uint32_t uid, std::string_view error) override {
    std::lock_guard lock(mutex);
    audited.push_back(std::string(name) + " " + std::string(parameters) + " " + std::to_string(uid) + " " +
                      std::string(error));
    if (audit_broken) return Fail(ErrorKind::kIo, "the disk is full");
    return {};
  }
  std::mutex mutex;
  std::vector<std::string> audited;
  std::chrono::milliseconds advanced{0};
  bool refuse_clock = false;
  bool audit_broken = false;
};

class AdminSocketTest : public ::testing::Test {
 protected:
  void Open(std::chrono::milliseconds timeout = std::chrono::seconds(2)) {
    auto opened = AdminSocket::Open(folder.path(), &administration, {.timeout = timeout});
    ASSERT_TRUE(opened) << opened.error().text;
    socket = *std::move(opened);
  }
  Result<std::string> Call(const std::string& request) {
    return CallAdminSocket(folder.path(), request, std::chrono::seconds(5));
  }
  std::string Own(const std::string& text) { return text + " " + std::to_string(geteuid()) + " "; }

  testing::TemporaryFolder folder;
  FakeAdministration administration;
  std::unique_ptr<AdminSocket> socket;
};

TEST_F(AdminSocketTest, StatusIsAnsweredAndAudited) {
  Open();
  auto answer = Call(StatusRequest());
  ASSERT_TRUE(answer) << answer.error().text;
  auto status = ReadAnswer(*answer);
  ASSERT_TRUE(status) << status.error().text;
  EXPECT_THAT(*status, HasSubstr(R"("version":"1.2.3")"));
  auto text = DescribeStatus(*status);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("1d 01:01:01"));
  EXPECT_THAT(*text, HasSubstr("http://127.0.0.1:\"4599\""));
  EXPECT_THAT(administration.audited, ElementsAre(Own("Status {}")));
}

TEST_F(AdminSocketTest, TheClockIsMoved) {
  Open();
  auto answer = Call(ClockAdvanceRequest(std::chrono::days(31)));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(ReadAnswer(*answer));
  EXPECT_EQ(administration.advanced, std::chrono::days(31));
  EXPECT_THAT(administration.audited, ElementsAre(Own(R"(ClockAdvance {"millis":2678400000})")));
}

TEST_F(AdminSocketTest, ARefusalIsAuditedAndGivesItsReason) {
  administration.refuse_clock = true;
  Open();
  auto answer = ReadAnswer(*Call(ClockAdvanceRequest(std::chrono::seconds(1))));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text, HasSubstr("production keeps its clock"));
  EXPECT_THAT(administration.audited,
              ElementsAre(Own(R"(ClockAdvance {"millis":1000})") + "production keeps its clock"));
}

TEST_F(AdminSocketTest, NoAnswerWithoutItsAuditRecord) {
  administration.audit_broken = true;
  Open();
  auto answer = Call(StatusRequest());
  ASSERT_TRUE(answer);
  EXPECT_FALSE(ReadAnswer(*answer));
  EXPECT_EQ(answer->find("1.2.3"), std::string::npos);
}

TEST_F(AdminSocketTest, WhatCannotBeReadIsRefused) {
  for (const char* request :
       {"", "{", "[]", "null", R"({"command":"stop"})", R"({"command":"status","millis":1})",
        R"({"command":"status","command":"status"})", R"({"command":"status"}{})", R"({"command":1})",
        R"({"command":"clock-advance"})", R"({"command":"clock-advance","millis":0})",
        R"({"command":"clock-advance","millis":-5})", R"({"command":"clock-advance","millis":1.5})",
        R"({"command":"clock-advance","millis":3155760000001})",
        R"({"command":"clock-advance","millis":9223372036854775808})", R"({"command":"clock-advance","millis":"1"})",
        R"({"command":"status","x":null})", "\xff\xfe"}) {
    EXPECT_FALSE(ReadAnswer(AnswerRequest(request, 0, &administration))) << request;
  }
  EXPECT_THAT(administration.audited, IsEmpty());
  EXPECT_EQ(administration.advanced.count(), 0);
}

TEST_F(AdminSocketTest, ALongRequestIsCutOff) {
  Open();
  EXPECT_FALSE(Call(std::string(kMaxAdminRequest + 1, ' ')));
  EXPECT_TRUE(Call(StatusRequest() + std::string(kMaxAdminRequest - StatusRequest().size(), ' ')));
}

TEST_F(AdminSocketTest, ASilentPeerDoesNotKeepTheOthersOut) {
  Open(std::chrono::milliseconds(100));
  auto silent = ConnectUnix(folder.path(), "admin.sock");
  ASSERT_TRUE(silent);
  ASSERT_EQ(send(silent->get(), "{", 1, MSG_NOSIGNAL), 1);
  EXPECT_TRUE(Call(StatusRequest()));
  // Cut off, not answered.
  auto left = ReadLine(silent->get(), 100, std::chrono::steady_clock::now() + std::chrono::seconds(5), -1);
  EXPECT_FALSE(left);
}

TEST_F(AdminSocketTest, ClosingDoesNotWaitForASilentPeer) {
  Open(std::chrono::minutes(10));
  auto silent = ConnectUnix(folder.path(), "admin.sock");
  ASSERT_TRUE(silent);
  socket.reset();
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "admin.sock"));
  auto answer = Call(StatusRequest());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(answer.error().text, HasSubstr("no server runs"));
}

TEST_F(AdminSocketTest, TheFileIsPrivateAndAStaleOneIsReplaced) {
  {
    auto stale = ListenUnix(folder.path(), "admin.sock");
    ASSERT_TRUE(stale);
  }
  ASSERT_TRUE(std::filesystem::exists(folder.path() / "admin.sock"));
  auto nobody = Call(StatusRequest());
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().kind, ErrorKind::kUnavailable);
  Open();
  struct stat status;
  ASSERT_EQ(lstat((folder.path() / "admin.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_TRUE(Call(StatusRequest()));
}

TEST_F(AdminSocketTest, AnotherFileInItsPlaceStays) {
  std::ofstream(folder.path() / "admin.sock") << "x";
  EXPECT_FALSE(AdminSocket::Open(folder.path(), &administration, {}));
  EXPECT_TRUE(std::filesystem::is_regular_file(folder.path() / "admin.sock"));
}

TEST_F(AdminSocketTest, APathLongerThanASocketAddress) {
  const auto deep = folder.path() / std::string(120, 'd');
  std::filesystem::create_directory(deep);
  auto opened = AdminSocket::Open(deep, &administration, {});
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_TRUE(CallAdminSocket(deep, StatusRequest(), std::chrono::seconds(5)));
}

TEST(MayAdminister, OurselvesAndRoot) {
  EXPECT_TRUE(MayAdminister(1000, 1000));
  EXPECT_TRUE(MayAdminister(0, 1000));
  EXPECT_FALSE(MayAdminister(1001, 1000));
  EXPECT_FALSE(MayAdminister(1000, 0));
}

// The check of the peer itself, with the files' modes out of its way.
TEST_F(AdminSocketTest, AnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  Open();
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod((folder.path() / "admin.sock").c_str(), 0666), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(3);
    auto other = ConnectUnix(folder.path(), "admin.sock");
    if (!other) _exit(2);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    // The server may hang up before the request is out.
    const bool sent = WriteLine(other->get(), StatusRequest(), deadline, -1).has_value();
    _exit(sent && ReadLine(other->get(), kMaxAdminAnswer, deadline, -1).has_value() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_THAT(administration.audited, IsEmpty());
  EXPECT_TRUE(Call(StatusRequest()));
}

}  // namespace
}  // namespace kagimori::app
