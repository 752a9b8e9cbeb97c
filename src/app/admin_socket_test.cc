#include "app/admin_socket.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "app/admin_commands.h"
#include "app/admin_protocol.h"
#include "app/admin_status.h"
#include "app/testing/temporary_folder.h"
#include "app/unix_socket.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class FakeAdministration : public Administration {
 public:
  NodeStatus Status() override {
    NodeStatus status;
    status.version = "1.2.3";
    status.address = "http://127.0.0.1:\"4599\"";
    status.uptime_seconds = 90'061;
    return status;
  }
  Result<NodeLease> Lease() override {
    if (sealed) return Fail(ErrorKind::kUnavailable, "the server is sealed");
    return NodeLease{.node = nullptr, .stop = node_stop.get_token(), .hold = nullptr};
  }
  Result<> Audit(const AdministrativeCall& call) override {
    std::lock_guard lock(mutex);
    audited.push_back(std::string(call.name) + " " + std::string(call.parameters_json) + " " +
                      std::to_string(call.peer_uid) + " " + std::string(call.error) + std::string(call.response_json));
    if (audit_broken) return Fail(ErrorKind::kIo, "the disk is full");
    return {};
  }
  std::mutex mutex;
  std::vector<std::string> audited;
  std::atomic<bool> sealed = false;
  std::stop_source node_stop;
  bool audit_broken = false;
};

constexpr auto kStepMembers = std::to_array<AdminMember>({
    {.name = "by", .kind = AdminMember::Kind::kNumber, .least = 1, .most = 1'000},
    {.name = "note", .kind = AdminMember::Kind::kText, .required = false, .least = 1, .most = 8},
    {.name = "force", .kind = AdminMember::Kind::kFlag, .required = false},
});

std::atomic<int64_t> stepped;

constinit const AdminCommand kStep = {
    .name = "step", .audited = "Step", .members = kStepMembers, .run = [](AdminCall& call) -> Result<AdminReply> {
      if (call.parameters.Text("note") == "refuse") {
        return Fail(ErrorKind::kInvalid, "it keeps its place");
      }
      stepped += *call.parameters.Number("by");
      if (call.parameters.Flag("force")) stepped += 10'000;
      return AdminReply{.result_json = R"({"at":1})", .audited_json = R"({"slot":7})", .secrets = {}};
    }};

// Gives its secrets back, the last one first.
constinit const AdminCommand kTurnRound = {.name = "turn-round",
                                           .audited = "TurnRound",
                                           .least_secrets = 1,
                                           .most_secrets = kMaxAdminSecrets,
                                           .run = [](AdminCall& call) -> Result<AdminReply> {
                                             AdminReply reply;
                                             for (auto& secret : call.secrets) {
                                               reply.secrets.insert(reply.secrets.begin(), std::move(secret));
                                             }
                                             return reply;
                                           }};

// Runs until it is asked to stop.
std::atomic<bool> waiting;
constinit const AdminCommand kWait = {
    .name = "wait", .audited = "Wait", .exclusive = true, .run = [](AdminCall& call) -> Result<AdminReply> {
      waiting = true;
      while (!call.Stopping()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      waiting = false;
      return Fail(ErrorKind::kUnavailable, "stopped");
    }};

std::atomic<bool> fails;

// Writes the record of its success itself.
constinit const AdminCommand kLast = {
    .name = "last", .audited = "Last", .audits_itself = true, .run = [](AdminCall&) -> Result<AdminReply> {
      if (fails) return Fail(ErrorKind::kInvalid, "not now");
      return AdminReply();
    }};

constexpr const AdminCommand* kCommands[] = {&kStatusCommand, &kStep, &kTurnRound, &kWait, &kLast};

class AdminSocketTest : public ::testing::Test {
 protected:
  void Open(std::chrono::milliseconds timeout = std::chrono::seconds(2)) {
    auto opened = AdminSocket::Open(folder.path(), kCommands, &administration, {.timeout = timeout});
    ASSERT_TRUE(opened) << opened.error().text;
    socket = *std::move(opened);
  }
  Result<AdminResult> Call(std::string_view command, const AdminParameters& parameters = {},
                           std::span<const secret::SecretBytes> secrets = {}) {
    return CallAdminSocket(folder.path(), command, parameters, secrets, std::chrono::seconds(5));
  }
  // One line as it is; the answer's line.
  Result<std::string> CallRaw(const std::string& line) {
    auto connected = ConnectUnix(folder.path(), "admin.sock");
    if (!connected) return std::unexpected(connected.error());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    KAGIMORI_RETURN_IF_ERROR(WriteLine(connected->get(), line, deadline, -1));
    return ReadLine(connected->get(), kMaxAdminAnswer, deadline, -1);
  }
  std::string Own(const std::string& text) { return text + " " + std::to_string(geteuid()) + " "; }

  testing::TemporaryFolder folder;
  FakeAdministration administration;
  std::unique_ptr<AdminSocket> socket;
};

AdminParameters Step(int64_t by) {
  AdminParameters parameters;
  parameters.Add("by", by);
  return parameters;
}

std::string Shown(const secret::SecretBytes& secret) {
  return std::string(AsText(secret::SecretTesting::BytesOf(secret)));
}

TEST_F(AdminSocketTest, StatusIsAnsweredAndAudited) {
  Open();
  auto status = Call("status");
  ASSERT_TRUE(status) << status.error().text;
  EXPECT_THAT(status->json, HasSubstr(R"("version":"1.2.3")"));
  auto text = DescribeStatus(status->json);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("1d 01:01:01"));
  EXPECT_THAT(*text, HasSubstr("http://127.0.0.1:\"4599\""));
  EXPECT_THAT(administration.audited, ElementsAre(Own("Status {}")));
}

TEST_F(AdminSocketTest, ACommandGetsItsParametersAndItsOutcomeIsRecorded) {
  Open();
  stepped = 0;
  AdminParameters parameters = Step(5);
  parameters.Add("note", "a\"b");
  parameters.Add("force", true);
  auto result = Call("step", parameters);
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->json, R"({"at":1})");
  EXPECT_EQ(stepped, 10'005);
  EXPECT_THAT(administration.audited,
              ElementsAre(Own(R"(Step {"by":5,"note":"a\"b","force":true})") + R"({"slot":7})"));
}

TEST_F(AdminSocketTest, ARefusalIsAuditedAndGivesItsReason) {
  Open();
  AdminParameters parameters = Step(5);
  parameters.Add("note", "refuse");
  auto answer = Call("step", parameters);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text, HasSubstr("it keeps its place"));
  EXPECT_THAT(administration.audited, ElementsAre(Own(R"(Step {"by":5,"note":"refuse"})") + "it keeps its place"));
}

TEST_F(AdminSocketTest, SecretsGoBothWaysAndIntoNoRecord) {
  Open();
  std::vector<secret::SecretBytes> secrets;
  for (std::string text : {std::string("first\n\0secret", 13), std::string("second"), std::string(4096, 'x')}) {
    secrets.push_back(secret::SecretBytes::CopyOf(AsBytes(text)));
  }
  auto result = Call("turn-round", {}, secrets);
  ASSERT_TRUE(result) << result.error().text;
  ASSERT_EQ(result->secrets.size(), 3u);
  EXPECT_EQ(Shown(result->secrets[0]), std::string(4096, 'x'));
  EXPECT_EQ(Shown(result->secrets[1]), "second");
  EXPECT_EQ(Shown(result->secrets[2]), std::string("first\n\0secret", 13));
  EXPECT_THAT(administration.audited, ElementsAre(Own("TurnRound {}")));
}

TEST_F(AdminSocketTest, SecretsThatAreAnnouncedButDoNotComeEndTheCall) {
  Open(std::chrono::milliseconds(100));
  EXPECT_FALSE(CallRaw(R"({"command":"turn-round","secrets":[5]})"));
  EXPECT_THAT(administration.audited, IsEmpty());
  EXPECT_TRUE(Call("status"));
}

TEST_F(AdminSocketTest, NoAnswerWithoutItsAuditRecord) {
  administration.audit_broken = true;
  Open();
  auto answer = CallRaw(R"({"command":"status"})");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(ParseAdminAnswer(*answer));
  EXPECT_THAT(*answer, Not(HasSubstr("1.2.3")));
  std::vector<secret::SecretBytes> secrets;
  secrets.push_back(secret::SecretBytes::CopyOf(AsBytes("hidden")));
  auto turned = Call("turn-round", {}, secrets);
  ASSERT_FALSE(turned);
  EXPECT_THAT(turned.error().text, HasSubstr("audit log"));
}

TEST_F(AdminSocketTest, ASealedServerRefusesWhatNeedsItsNodeAndRecordsTheRefusal) {
  administration.sealed = true;
  Open();
  stepped = 0;
  auto answer = Call("step", Step(5));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text, HasSubstr("the server is sealed"));
  EXPECT_EQ(stepped, 0);
  EXPECT_TRUE(Call("status"));
  EXPECT_THAT(administration.audited, ElementsAre(Own(R"(Step {"by":5})") + "the server is sealed", Own("Status {}")));
}

TEST_F(AdminSocketTest, ALongCommandKeepsOnlyItsOwnKindOut) {
  Open();
  std::thread caller([this] { EXPECT_FALSE(Call("wait")); });
  while (!waiting) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(Call("status"));
  auto second = Call("wait");
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, HasSubstr("running already"));
  administration.node_stop.request_stop();
  caller.join();
  EXPECT_FALSE(waiting);
}

TEST_F(AdminSocketTest, ClosingStopsALongCommand) {
  Open();
  std::thread caller([this] { EXPECT_FALSE(Call("wait")); });
  while (!waiting) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  socket.reset();
  EXPECT_FALSE(waiting);
  caller.join();
}

TEST_F(AdminSocketTest, OnlyTheFailureOfWhatAuditsItselfIsRecordedHere) {
  Open();
  fails = false;
  EXPECT_TRUE(Call("last"));
  EXPECT_THAT(administration.audited, IsEmpty());
  fails = true;
  EXPECT_FALSE(Call("last"));
  EXPECT_THAT(administration.audited, ElementsAre(Own("Last {}") + "not now"));
}

TEST_F(AdminSocketTest, WhatCannotBeReadIsRefused) {
  for (const char* line : {"",
                           "{",
                           "[]",
                           "null",
                           R"({"command":"stop"})",
                           R"({"command":"status","by":1})",
                           R"({})",
                           R"({"command":"status","command":"status"})",
                           R"({"command":"status"}{})",
                           R"({"command":1})",
                           R"({"command":"step"})",
                           R"({"command":"step","by":0})",
                           R"({"command":"step","by":-5})",
                           R"({"command":"step","by":1.5})",
                           R"({"command":"step","by":1001})",
                           R"({"command":"step","by":1,"by":1})",
                           R"({"command":"step","by":9223372036854775808})",
                           R"({"command":"step","by":"1"})",
                           R"({"command":"step","by":1,"note":""})",
                           R"({"command":"step","by":1,"note":"123456789"})",
                           R"({"command":"step","by":1,"note":1})",
                           R"({"command":"step","by":1,"force":1})",
                           R"({"command":"step","by":1,"secrets":[1]})",
                           R"({"command":"status","secrets":[1]})",
                           R"({"command":"turn-round"})",
                           R"({"command":"turn-round","secrets":[]})",
                           R"({"command":"turn-round","secrets":[0]})",
                           R"({"command":"turn-round","secrets":[4097]})",
                           R"({"command":"turn-round","secrets":[-1]})",
                           R"({"command":"turn-round","secrets":["1"]})",
                           R"({"command":"turn-round","secrets":5})",
                           R"({"command":"turn-round","secrets":[1],"secrets":[1]})",
                           R"({"command":"turn-round","secrets":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]})",
                           R"({"command":"status","x":null})",
                           "\xff\xfe"}) {
    EXPECT_FALSE(ParseAdminRequest(line, kCommands)) << line;
  }
}

TEST_F(AdminSocketTest, ARequestsLineIsReadAsItWasMade) {
  AdminParameters parameters = Step(7);
  parameters.Add("note", "\xc3\xa9\n\"");
  auto request = ParseAdminRequest(AdminRequestLine("step", parameters, {}), kCommands);
  ASSERT_TRUE(request) << request.error().text;
  EXPECT_EQ(request->command, &kStep);
  EXPECT_EQ(request->parameters.Json(), parameters.Json());
}

TEST(AdminCommands, AreWellFormed) {
  std::set<std::string_view> names;
  for (const AdminCommand* command : AdminCommands()) {
    EXPECT_TRUE(names.insert(command->name).second) << command->name;
    EXPECT_FALSE(command->audited.empty()) << command->name;
    EXPECT_NE(command->run, nullptr) << command->name;
    EXPECT_LE(command->least_secrets, command->most_secrets) << command->name;
    EXPECT_LE(command->most_secrets, kMaxAdminSecrets) << command->name;
    std::set<std::string_view> members = {"command", "secrets"};
    for (const AdminMember& member : command->members) {
      EXPECT_TRUE(members.insert(member.name).second) << command->name << " " << member.name;
      EXPECT_TRUE(member.kind == AdminMember::Kind::kFlag || member.least <= member.most) << member.name;
    }
  }
}

TEST_F(AdminSocketTest, ALongRequestIsCutOff) {
  Open();
  const std::string status = R"({"command":"status"})";
  EXPECT_FALSE(CallRaw(std::string(kMaxAdminRequest + 1, ' ')));
  EXPECT_TRUE(CallRaw(status + std::string(kMaxAdminRequest - status.size(), ' ')));
}

TEST_F(AdminSocketTest, ASilentPeerDoesNotKeepTheOthersOut) {
  Open(std::chrono::milliseconds(100));
  auto silent = ConnectUnix(folder.path(), "admin.sock");
  ASSERT_TRUE(silent);
  ASSERT_EQ(send(silent->get(), "{", 1, MSG_NOSIGNAL), 1);
  EXPECT_TRUE(Call("status"));
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
  auto answer = Call("status");
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
  auto nobody = Call("status");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().kind, ErrorKind::kUnavailable);
  Open();
  struct stat status;
  ASSERT_EQ(lstat((folder.path() / "admin.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_TRUE(Call("status"));
}

TEST_F(AdminSocketTest, AnotherFileInItsPlaceStays) {
  std::ofstream(folder.path() / "admin.sock") << "x";
  EXPECT_FALSE(AdminSocket::Open(folder.path(), kCommands, &administration, {}));
  EXPECT_TRUE(std::filesystem::is_regular_file(folder.path() / "admin.sock"));
}

TEST_F(AdminSocketTest, APathLongerThanASocketAddress) {
  const auto deep = folder.path() / std::string(120, 'd');
  std::filesystem::create_directory(deep);
  auto opened = AdminSocket::Open(deep, kCommands, &administration, {});
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_TRUE(CallAdminSocket(deep, "status", {}, {}, std::chrono::seconds(5)));
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
    const bool sent = WriteLine(other->get(), R"({"command":"status"})", deadline, -1).has_value();
    _exit(sent && ReadLine(other->get(), kMaxAdminAnswer, deadline, -1).has_value() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_THAT(administration.audited, IsEmpty());
  EXPECT_TRUE(Call("status"));
}

}  // namespace
}  // namespace kagimori::app
