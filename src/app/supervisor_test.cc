#include "app/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "app/data_folder.h"
#include "app/new_deployment.h"
#include "app/open_node.h"
#include "app/testing/temporary_folder.h"
#include "secret/arena.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::app {
namespace {

using ::testing::HasSubstr;

constexpr char kPassphrase[] = "a passphrase of some length";
// The least that is allowed: a test is no place for a second of Argon2id.
constexpr crypto::Argon2Parameters kQuick = {.memory_kib = 8'192, .passes = 1};

seal::SlotSecret Secret(std::string_view passphrase = kPassphrase) {
  return seal::SlotSecret::Passphrase(secret::SecretTesting::FromText(passphrase));
}

class SupervisorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.data = temporary.path() / "data";
    options.port = 0;
    options.metrics_port = 0;
    options.cores = 1;
    options.audit_reserve_bytes = 1 << 20;
    auto folder = DataFolder::OpenOrCreate(options.data);
    ASSERT_TRUE(folder) << folder.error().text;
    NewDeployment wanted;
    wanted.kind = kind;
    wanted.options = options;
    wanted.add_slot = [&](const seal::Deployment& made, const secret::SecretKey256& root_key,
                          Timestamp now) -> Result<> {
      auto added = seal::AddPassphraseSlot(options.data, made, Secret().bytes, kQuick, root_key, now);
      if (!added) return std::unexpected(added.error());
      return {};
    };
    wanted.populate = [](const seal::Deployment&, Node* node) {
      return node->directory().CreateAccount(AccountId::FromNumber(111122223333), "main");
    };
    const auto made = MakeDeployment(&*folder, wanted);
    ASSERT_TRUE(made) << made.error().text;
    deployment = *seal::LoadDeployment(options.data);
    before = secret::Arena::GetStats().live_bytes;
  }

  std::unique_ptr<Supervisor> Start() {
    auto supervisor = std::make_unique<Supervisor>(options, deployment);
    auto started = supervisor->StartSealed();
    EXPECT_TRUE(started) << started.error().text;
    return supervisor;
  }

  std::string AuditText() {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(options.data / "audit")) {
      std::ifstream in(entry.path());
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }

  testing::TemporaryFolder temporary;
  NodeOptions options;
  seal::DeploymentKind kind = seal::DeploymentKind::kProduction;
  seal::Deployment deployment;
  size_t before = 0;
};

TEST_F(SupervisorTest, ASealLeavesNoSecretInTheArena) {
  auto supervisor = Start();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(supervisor->Status().seal_state, "sealed");
    EXPECT_EQ(supervisor->Status().secret_bytes, before) << round;
    EXPECT_FALSE(supervisor->Lease());
    const std::string url = supervisor->url();
    const auto unsealed = supervisor->Unseal(Secret(), 7);
    ASSERT_TRUE(unsealed) << unsealed.error().text;
    EXPECT_EQ(supervisor->Status().seal_state, "unsealed");
    EXPECT_EQ(supervisor->url(), url);
    EXPECT_GT(supervisor->Status().secret_bytes, before);
    EXPECT_TRUE(supervisor->Lease());
    auto sealed = supervisor->Seal(7);
    ASSERT_TRUE(sealed) << sealed.error().text;
    EXPECT_TRUE(*sealed);
  }
  EXPECT_EQ(secret::Arena::GetStats().live_bytes, before);
  auto again = supervisor->Seal(7);
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
}

TEST_F(SupervisorTest, AWrongPassphraseOpensNothingAndIsInTheLogOnceItCanBe) {
  auto supervisor = Start();
  auto refused = supervisor->Unseal(Secret("another passphrase"), 7);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kAuthentication);
  EXPECT_THAT(refused.error().text, HasSubstr("opens no slot"));
  EXPECT_EQ(supervisor->Status().seal_state, "sealed");
  EXPECT_EQ(supervisor->Status().secret_bytes, before);
  ASSERT_TRUE(supervisor->Audit({.name = "Unseal", .peer_uid = 7, .error = "the passphrase opens no slot"}));
  ASSERT_TRUE(supervisor->Audit({.name = "Status", .peer_uid = 7, .read_only = true}));
  ASSERT_TRUE(supervisor->Unseal(Secret(), 8));
  ASSERT_TRUE(supervisor->Seal(9));
  supervisor.reset();
  const std::string log = AuditText();
  const size_t failed = log.find("the passphrase opens no slot");
  const size_t counted = log.find("SealedCalls");
  const size_t unsealed = log.find("uid:8");
  const size_t sealed = log.find("uid:9");
  ASSERT_NE(sealed, log.npos);
  EXPECT_LT(failed, counted);
  EXPECT_LT(counted, unsealed);
  EXPECT_LT(unsealed, sealed);
}

TEST_F(SupervisorTest, AnUnsealedServerIsNotUnsealedAgain) {
  auto supervisor = Start();
  ASSERT_TRUE(supervisor->Unseal(Secret(), 7));
  auto again = supervisor->Unseal(Secret(), 7);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kConflict);
}

TEST_F(SupervisorTest, ASealWaitsForALeaseAndAsksItsHolderToStop) {
  auto supervisor = Start();
  ASSERT_TRUE(supervisor->Unseal(Secret(), 7));
  auto lease = supervisor->Lease();
  ASSERT_TRUE(lease);
  EXPECT_FALSE(lease->stop.stop_requested());
  std::atomic<bool> sealed = false;
  std::thread sealing([&] {
    EXPECT_TRUE(supervisor->Seal(7));
    sealed = true;
  });
  while (!lease->stop.stop_requested()) std::this_thread::yield();
  EXPECT_FALSE(supervisor->Lease()) << "nobody else gets one";
  // What the holder did goes into the log that it holds.
  EXPECT_TRUE(supervisor->Audit({.name = "Backup", .peer_uid = 7, .error = "stopped"}));
  EXPECT_FALSE(sealed);
  lease->hold.reset();
  sealing.join();
  EXPECT_EQ(supervisor->Status().seal_state, "sealed");
  EXPECT_THAT(AuditText(), HasSubstr("\"Backup\""));
}

TEST_F(SupervisorTest, SealsUnsealsAndAStopBesideEachOther) {
  auto supervisor = Start();
  std::vector<std::thread> threads;
  std::atomic<bool> over = false;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!over) static_cast<void>(supervisor->Unseal(Secret(), 7));
    });
    threads.emplace_back([&] {
      while (!over) static_cast<void>(supervisor->Seal(7));
    });
  }
  threads.emplace_back([&] {
    while (!over) {
      const std::string state = supervisor->Status().seal_state;
      EXPECT_FALSE(state.empty());
      if (auto lease = supervisor->Lease()) {
        EXPECT_FALSE(lease->node->url().empty());
      }
    }
  });
  std::this_thread::sleep_for(std::chrono::seconds(2));
  supervisor->Stop(std::chrono::milliseconds(0));
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(supervisor->Unseal(Secret(), 7));
  EXPECT_FALSE(supervisor->Seal(7));
  EXPECT_EQ(secret::Arena::GetStats().live_bytes, before);
}

class DevelopmentSupervisorTest : public SupervisorTest {
 protected:
  void SetUp() override {
    kind = seal::DeploymentKind::kDevelopment;
    SupervisorTest::SetUp();
  }
};

TEST_F(DevelopmentSupervisorTest, IsNeverSealed) {
  Supervisor supervisor(options, deployment);
  auto node = OpenNode(options, deployment, Secret());
  ASSERT_TRUE(node) << node.error().text;
  ASSERT_TRUE(supervisor.StartUnsealed(*std::move(node)));
  auto sealed = supervisor.Seal(7);
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(supervisor.Status().seal_state, "unsealed");
}

}  // namespace
}  // namespace kagimori::app
