#include "keys/term_rotation.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "identity/directory.h"
#include "keys/clock_keeper.h"
#include "keys/records.h"
#include "keys/testing/test_keys.h"
#include "seal/ledger.h"
#include "seal/sealed_record.h"
#include "seal/term_guard.h"
#include "secret/compare.h"

namespace kagimori::keys {
namespace {

using Outcome = TermRotation::Outcome;

const std::string kAuditKeyPath = seal::Path(seal::RecordType::kAuditKey).text();
constexpr std::string_view kAccessKeyId = "AKIATEST";

TermRotation::Options Fast() {
  return {.records_per_second = 0,
          .max_age = std::chrono::hours(0),
          .grace = std::chrono::milliseconds(0),
          .interval = std::chrono::milliseconds(1),
          .retry = std::chrono::milliseconds(1)};
}

// What a start of the program opens over a store: loaded anew, with its guard, ledger and rotation.
struct Opened {
  Opened(seal::TestStore* disk, store::Store* through, TermRotation::Options options = Fast(), bool guarded = true)
      : disk_(disk),
        hierarchy(seal::KeyHierarchy::Load(seal::TestRootKey(), &disk->store, disk->deployment).value()),
        ledger(OpenLedger(disk, hierarchy.get())),
        guard(hierarchy.get(), ledger.get()),
        table(hierarchy.get(), through),
        committer(hierarchy.get(), through, &table),
        directory(hierarchy.get(), through, &clock),
        rotation(
            hierarchy.get(), through, &table, &clock, options,
            {.uptime_seconds = [this] { return uptime.load(); },
             .stale_heads = [this] { return ledger->stale_heads(); },
             .all_moved = [this] { moved_at = hierarchy->SealingTerms().size(); },
             .event = [this](TermRotation::Event event, seal::TermId term) { events.emplace_back(event, term); }}) {
    disk->store.SetLedger(guarded ? static_cast<store::CommitLedger*>(&guard) : ledger.get());
  }
  ~Opened() { disk_->store.SetLedger(nullptr); }

  static std::unique_ptr<seal::Ledger> OpenLedger(seal::TestStore* disk, const seal::KeyHierarchy* hierarchy) {
    auto opened = seal::Ledger::Open(hierarchy, &disk->store);
    if (!opened) opened = seal::Ledger::Create(hierarchy, &disk->store);
    return std::move(opened).value();
  }
  std::shared_ptr<const Key> Load(const KeyName& name = TestName()) {
    auto key = SyncWait(table.LoadKey(name));
    EXPECT_TRUE(key) << Describe(key.error());
    return key ? *key : nullptr;
  }
  Result<store::Revision> Commit(const Change& change, uint8_t event) {
    OutboxEvent outbox{.id = {}, .line = "{}"};
    outbox.id.fill(event);
    return SyncWait(committer.Commit(change, outbox));
  }
  // Runs to the end, as the thread would.
  Result<> Finish() {
    for (int i = 0; i < 20; ++i) {
      KAGIMORI_ASSIGN_OR_RETURN(Outcome outcome, rotation.RunOnce());
      if (outcome == Outcome::kNothingToDo) return {};
    }
    return Fail(ErrorKind::kInternal, "the rotation does not come to its end");
  }

  seal::TestStore* disk_;
  ManualClock clock{kTestNow};
  std::atomic<uint64_t> uptime = 0;
  std::unique_ptr<seal::KeyHierarchy> hierarchy;
  std::unique_ptr<seal::Ledger> ledger;
  seal::TermGuard guard;
  KeyTable table;
  Committer committer;
  identity::Directory directory;
  std::vector<std::pair<TermRotation::Event, seal::TermId>> events;
  size_t moved_at = 0;  // how many terms there were when all was moved
  TermRotation rotation;
};

KeyChange NewKey(const KeyName& name, uint8_t material) {
  Key key = TestKey(name);
  key.description = "a description";
  key.policy = "{}";
  key.tags = {{"tag", "value"}};
  return {.before = nullptr, .after = key, .parts = KeyRoom::AllParts(), .material = KeyRoom::MaterialOf(material)};
}

class TermRotationTest : public ::testing::Test {
 protected:
  TermRotationTest() { Fill(); }

  // Records of every type that there is, under term 2.
  void Fill() {
    Opened node(&disk_, &disk_.store);
    for (uint8_t i = 1; i <= 3; ++i) {
      Change change;
      change.keys.push_back(NewKey(TestName(i), i));
      if (i == 1) {
        change.keys[0].after.aliases = {"alias/one"};
        AliasName alias = TestAliasName("alias/one");
        change.aliases.push_back(
            {.name = alias, .before = nullptr, .after = Alias{.name = alias, .target = TestName(1).id}});
      }
      if (i == 2) change.keys[0].after.deletion_due = kTestNow + std::chrono::hours(24 * 7);
      ASSERT_TRUE(node.Commit(change, i));
    }
    ASSERT_TRUE(node.directory.CreateAccount(kTestAccount, "test"));
    ASSERT_TRUE(node.directory.CreateAccount(kOtherAccount, "without keys"));
    ASSERT_TRUE(node.directory.PutRootAccessKey(kTestAccount, kAccessKeyId, Secret()));
    SystemClock system;
    ASSERT_TRUE(ClockKeeper(node.hierarchy.get(), &disk_.store, &system, {}).Save());
    Bytes wrapped = seal::WrapSecret(*node.hierarchy, seal::kNoAccount, kAuditKeyPath, Secret());
    disk_.Write(kAuditKeyPath, seal::SealRecordWithSecret(
                                   *node.hierarchy, {.path = kAuditKeyPath, .account = seal::kNoAccount, .version = 1},
                                   wrapped, AsText(wrapped))
                                   .value());
    old_ = All();
    std::set<char> types;
    for (const auto& [path, value] : old_) types.insert(path[0]);
    ASSERT_EQ(types.size(), 11u) << "a type of record is missing here";
  }

  static secret::SecretBytes Secret() { return secret::SecretBytes::CopyOf(Bytes(32, 0x5E)); }

  std::map<std::string, Bytes> All() {
    std::map<std::string, Bytes> all;
    store::RangeResult page = store::RangeAndWait(disk_.store, {}).value();
    for (store::Record& record : page.records) all[record.key] = std::move(record.value);
    return all;
  }

  // Everything that Fill stored can be read and is what it was.
  void ExpectReadable(Opened& node) {
    for (uint8_t i = 1; i <= 3; ++i) {
      auto key = node.Load(TestName(i));
      ASSERT_NE(key, nullptr);
      EXPECT_EQ(key->description, "a description");
      EXPECT_EQ(key->tags.size(), 1u);
      ASSERT_EQ(key->materials.size(), 1u);
      EXPECT_EQ(key->materials[0].loaded->kdf->Sign({AsBytes("x")}), TestMaterial(i)->kdf->Sign({AsBytes("x")}));
    }
    auto alias = SyncWait(node.table.LoadAlias(TestAliasName("alias/one")));
    ASSERT_TRUE(alias && *alias != nullptr);
    EXPECT_EQ((*alias)->target, TestName(1).id);
    EXPECT_TRUE(node.directory.AccountExists(kTestAccount).value());
    std::promise<bool> found;
    node.directory.LoadCredential(std::string(kAccessKeyId), [&](auto credential) {
      found.set_value(credential && secret::Equal((*credential)->secret_access_key, Secret()));
    });
    EXPECT_TRUE(found.get_future().get());
    EXPECT_TRUE(ClockKeeper::Load(*node.hierarchy, &disk_.store));
    auto audit = seal::OpenRecord(*node.hierarchy, kAuditKeyPath, seal::kNoAccount, All().at(kAuditKeyPath), 1);
    ASSERT_TRUE(audit);
    auto seed = seal::UnwrapSecret(*node.hierarchy, seal::kNoAccount, kAuditKeyPath, AsBytes(audit->message));
    EXPECT_TRUE(seed && secret::Equal(*seed, Secret()));
  }

  void ExpectAllUnder(seal::TermId term) {
    for (const auto& [path, value] : All()) {
      if (path[0] == 0x01) continue;
      EXPECT_EQ(seal::TermOfRecord(value).value(), term) << seal::DescribePath(path);
    }
  }

  seal::TestStore disk_{seal::DeploymentKind::kDevelopment, store::MemoryStore::Mode::kThread};
  std::map<std::string, Bytes> old_;
};

TEST_F(TermRotationTest, EveryRecordMovesAndTheOldTermIsGone) {
  {
    Opened node(&disk_, &disk_.store);
    EXPECT_EQ(node.rotation.RunOnce().value(), Outcome::kNothingToDo);
    EXPECT_EQ(node.rotation.BeginTerm().value(), 3u);
    EXPECT_EQ(node.rotation.progress().records_left, std::nullopt);
    EXPECT_EQ(node.rotation.RunOnce().value(), Outcome::kDone);
    EXPECT_EQ(node.rotation.progress().records_left, 0u);
    EXPECT_GE(node.rotation.progress().records_moved, old_.size() - 4);  // deployment record and heads
    EXPECT_EQ(node.moved_at, 2u) << "before the old term goes";
    ASSERT_EQ(node.events.size(), 1u);
    EXPECT_EQ(node.events[0], std::pair(TermRotation::Event::kDestroyed, seal::TermId{2}));
    ExpectAllUnder(3);
    ExpectReadable(node);
  }
  Opened again(&disk_, &disk_.store);
  ASSERT_EQ(again.hierarchy->SealingTerms().size(), 1u);
  ExpectReadable(again);
  std::map<std::string, Bytes> young = All();
  for (const auto& [path, value] : old_) {
    if (path[0] == 0x01) continue;
    ASSERT_TRUE(young.contains(path)) << seal::DescribePath(path);
    AccountId account = seal::SealingAccount(path);
    auto opened = seal::OpenRecord(*again.hierarchy, path, account, young.at(path));
    ASSERT_TRUE(opened) << seal::DescribePath(path);
    // A copy of what was there before is worth nothing any more.
    EXPECT_FALSE(seal::OpenRecord(*again.hierarchy, path, account, value)) << seal::DescribePath(path);
    if (path[0] == 0x04) continue;  // the ledger's heads count their commits
    EXPECT_EQ(ReadBe(ByteView(young.at(path)).subspan(7, 8)), ReadBe(ByteView(value).subspan(7, 8)));
  }
}

// The process ends before, or after, each commit of the rotation; the next start goes on.
TEST_F(TermRotationTest, GoesOnAfterACrashAtAnyCommit) {
  for (bool written : {false, true}) {
    bool finished = false;
    for (int crash_at = 0; !finished; ++crash_at) {
      ASSERT_LT(crash_at, 50);
      seal::TermId current = 0;
      {
        HookedStore hooked(&disk_.store);
        Opened node(&disk_, &hooked);
        int commits = 0;
        hooked.before_commit = [&](const store::Transaction& transaction) {
          if (commits++ < crash_at) return true;
          if (commits - 1 == crash_at && written) store::CommitAndWait(disk_.store, transaction).value();
          return false;
        };
        Result<seal::TermId> begun = node.rotation.BeginTerm();
        Result<> ended = begun ? node.Finish() : Result<>();
        finished = begun && ended && commits <= crash_at;
      }
      Opened node(&disk_, &disk_.store);
      ExpectReadable(node);
      ASSERT_TRUE(node.Finish()) << crash_at;
      ExpectReadable(node);
      current = node.hierarchy->current_term();
      EXPECT_EQ(node.hierarchy->SealingTerms().size(), 1u);
      ExpectAllUnder(current);
    }
  }
}

TEST_F(TermRotationTest, AWriterThatSealedBeforeTheEndAndIsSlowIsToldToSealAgain) {
  Opened node(&disk_, &disk_.store);
  Change change;
  change.keys.push_back(NewKey(TestName(9), 9));
  OutboxEvent event{.id = {9}, .line = "{}"};
  store::Transaction slow = BuildTransaction(*node.hierarchy, change, event).value();
  node.rotation.BeginTerm().value();
  ASSERT_TRUE(node.Finish());
  auto refused = store::CommitAndWait(disk_.store, slow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(node.Load(TestName(9)), nullptr);
  ASSERT_TRUE(node.Commit(change, 9));
  EXPECT_NE(node.Load(TestName(9)), nullptr);
}

TEST_F(TermRotationTest, TheGuardTakesNothingThatIsNotSealedUnderATermThatLives) {
  Opened node(&disk_, &disk_.store);
  auto kind_of = [&](Bytes value) {
    store::Transaction transaction;
    transaction.puts.push_back({.key = "\x20x", .value = std::move(value)});
    auto done = store::CommitAndWait(disk_.store, std::move(transaction));
    return done ? std::optional<ErrorKind>() : done.error().kind;
  };
  Bytes sealed = seal::SealRecord(*node.hierarchy, {.path = "\x20x", .account = kTestAccount}, "m");
  EXPECT_EQ(kind_of({1, 2, 3}), ErrorKind::kCorrupt);
  for (uint8_t term : {0, 1}) {
    Bytes other = sealed;
    other[6] = term;
    EXPECT_EQ(kind_of(other), ErrorKind::kConflict) << int{term};
  }
  Bytes unknown = sealed;
  unknown[6] = 9;
  EXPECT_EQ(kind_of(unknown), ErrorKind::kInternal);
  EXPECT_EQ(kind_of(sealed), std::nullopt);
}

// Were there no guard: what comes in under the old term behind the last way through the store is found by the check.
TEST_F(TermRotationTest, TheCheckBeforeTheEndFindsWhatTheWaysThroughTheStoreMissed) {
  HookedStore hooked(&disk_.store);
  Opened node(&disk_, &hooked, Fast(), /*guarded=*/false);
  Change change;
  change.keys.push_back(NewKey(TestName(9), 9));
  store::Transaction slow = BuildTransaction(*node.hierarchy, change, {.id = {9}, .line = "{}"}).value();
  node.rotation.BeginTerm().value();
  int nudges = 0;
  hooked.before_commit = [&](const store::Transaction& transaction) {
    bool nudge = transaction.puts.size() == 1 && transaction.puts[0].key == ClockPath();
    if (nudge && nudges++ == 0) {
      auto late = store::CommitAndWait(disk_.store, slow);
      EXPECT_TRUE(late) << Describe(late.error());
    }
    return true;
  };
  auto outcome = node.rotation.RunOnce();
  ASSERT_TRUE(outcome) << Describe(outcome.error());
  EXPECT_EQ(*outcome, Outcome::kAgain);
  EXPECT_EQ(node.hierarchy->SealingTerms().size(), 2u);
  outcome = node.rotation.RunOnce();
  ASSERT_TRUE(outcome) << Describe(outcome.error());
  EXPECT_EQ(*outcome, Outcome::kDone);
  ExpectAllUnder(3);
  EXPECT_NE(node.Load(TestName(9)), nullptr);
}

// A secret under the old term inside of a record under the new one, as a writer with a fault would leave it.
TEST_F(TermRotationTest, ASecretLeftUnderTheOldTermKeepsItAlive) {
  Opened node(&disk_, &disk_.store);
  std::string path = MaterialPath(TestName(1), TestMaterialId(1));
  auto opened = seal::OpenRecord(*node.hierarchy, path, kTestAccount, All().at(path)).value();
  node.rotation.BeginTerm().value();
  disk_.Write(path,
              seal::SealRecord(*node.hierarchy, {.path = path, .account = kTestAccount, .version = 1}, opened.message));
  EXPECT_EQ(node.rotation.RunOnce().value(), Outcome::kAgain);
  EXPECT_EQ(node.hierarchy->SealingTerms().size(), 2u);
}

TEST_F(TermRotationTest, ARecordThatChangesUnderneathIsReadAgain) {
  HookedStore hooked(&disk_.store);
  Opened node(&disk_, &hooked);
  node.rotation.BeginTerm().value();
  int others = 0;
  hooked.before_commit = [&](const store::Transaction& transaction) {
    // Somebody is faster, three times.
    if (transaction.preconditions.empty() || others++ >= 3) return true;
    store::Transaction touch;
    touch.puts.push_back({.key = HeadPath(TestName(1)), .value = All().at(HeadPath(TestName(1)))});
    store::CommitAndWait(disk_.store, std::move(touch)).value();
    return true;
  };
  ASSERT_TRUE(node.Finish());
  EXPECT_GE(others, 3);
  ExpectAllUnder(3);
  ExpectReadable(node);
}

TEST_F(TermRotationTest, ADamagedRecordHoldsUpTheEndAndNothingElse) {
  Opened node(&disk_, &disk_.store);
  std::string path = MaterialPath(TestName(2), TestMaterialId(2));
  Bytes good = All().at(path);
  Bytes bad = good;
  bad.back() ^= 1;
  disk_.Write(path, bad);
  node.rotation.BeginTerm().value();
  auto outcome = node.rotation.RunOnce();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kCorrupt);
  EXPECT_NE(outcome.error().text.find("record of type 21 of account 111122223333"), std::string::npos);
  EXPECT_EQ(node.rotation.progress().records_left, 1u);
  EXPECT_EQ(node.hierarchy->SealingTerms().size(), 2u);
  disk_.Write(path, good);
  ASSERT_TRUE(node.Finish());
  ExpectReadable(node);
}

TEST_F(TermRotationTest, SnapshotsInTheCacheAreOnesOfNow) {
  Opened node(&disk_, &disk_.store);
  auto before = node.Load(TestName(1));
  auto alias_before = *SyncWait(node.table.LoadAlias(TestAliasName("alias/one")));
  node.rotation.BeginTerm().value();
  ASSERT_TRUE(node.Finish());
  auto cached = node.table.keys().Get(TestName(1));
  ASSERT_NE(cached, nullptr);
  EXPECT_GT(cached->head_revision, before->head_revision);
  EXPECT_EQ(cached->materials[0].loaded, before->materials[0].loaded);  // not read again
  auto alias = node.table.aliases().Get(TestAliasName("alias/one"));
  ASSERT_NE(alias, nullptr);
  EXPECT_GT(alias->revision, alias_before->revision);
  Change change;
  change.keys.push_back({.before = cached, .after = *cached, .parts = {}, .material = std::nullopt});
  EXPECT_TRUE(node.Commit(change, 0x77));  // at the first try
}

TEST_F(TermRotationTest, BeginsByAgeOfEitherClock) {
  TermRotation::Options options = Fast();
  options.max_age = std::chrono::hours(24 * 30);
  Opened node(&disk_, &disk_.store, options);
  auto settled_at = [&](seal::TermId term) {
    for (int i = 0; i < 5000; ++i) {
      if (node.hierarchy->current_term() == term && node.rotation.progress().terms.size() == 1) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  };
  node.rotation.Start();
  // The first term is as old as the deployment, which is more than a month here.
  EXPECT_TRUE(settled_at(3));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(settled_at(3));
  node.clock.AdvanceService(options.max_age);
  EXPECT_TRUE(settled_at(4));
  node.uptime = 30 * 24 * 3600 - 1;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(settled_at(4));
  node.uptime = 30 * 24 * 3600;
  EXPECT_TRUE(settled_at(5));
}

TEST_F(TermRotationTest, ByAgeItLeavesSessionsTheirTime) {
  TermRotation::Options options = Fast();
  options.max_age = std::chrono::hours(24 * 30);
  options.sessions = std::chrono::hours(36);
  seal::TermId begun = 0;
  Timestamp began;
  {
    Opened node(&disk_, &disk_.store, options);
    node.clock.AdvanceService(options.max_age);
    began = node.clock.Service();
    begun = node.rotation.BeginTerm().value();  // as by age
    EXPECT_EQ(node.rotation.RunOnce().value(), Outcome::kWaiting);
  }
  Opened node(&disk_, &disk_.store, options);  // a restart does not forget
  const Timestamp end = began + options.sessions;
  node.clock.AdvanceService(std::chrono::milliseconds(end.millis - node.clock.Service().millis - 1));
  EXPECT_EQ(node.rotation.RunOnce().value(), Outcome::kWaiting);
  EXPECT_EQ(node.rotation.progress().terms.size(), 2U);
  node.clock.AdvanceService(std::chrono::milliseconds(1));
  EXPECT_EQ(node.rotation.RunOnce().value(), Outcome::kDone);
  EXPECT_EQ(node.hierarchy->SealingTerms().size(), 1U);
  // A command does not wait.
  ASSERT_TRUE(node.rotation.BeginTerm());
  EXPECT_EQ(node.rotation.RunOnce().value(), Outcome::kDone);
  EXPECT_EQ(node.hierarchy->current_term(), begun + 1);
}

TEST_F(TermRotationTest, ACommandEndsTheWaitForSessions) {
  TermRotation::Options options = Fast();
  options.max_age = std::chrono::hours(24 * 30);
  options.sessions = std::chrono::hours(36);
  Opened node(&disk_, &disk_.store, options);
  node.clock.AdvanceService(options.max_age);
  ASSERT_TRUE(node.rotation.BeginTerm());
  EXPECT_EQ(node.rotation.RunOnce().value(), Outcome::kWaiting);
  node.clock.AdvanceService(std::chrono::hours(1));
  ASSERT_TRUE(node.rotation.BeginTerm());
  EXPECT_EQ(node.rotation.RunOnce().value(), Outcome::kDone);
  EXPECT_EQ(node.hierarchy->SealingTerms().size(), 1U);
}

TEST_F(TermRotationTest, WritersGoOnWhileTermsComeToTheirEnd) {
  Opened node(&disk_, &disk_.store);
  node.rotation.Start();
  std::atomic<bool> stop = false;
  std::atomic<int> lost = 0;
  std::vector<std::thread> writers;
  constexpr int kWriters = 3;
  std::array<std::atomic<uint32_t>, kWriters> written{};
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      while (!stop && written[static_cast<size_t>(w)] < 200) {
        uint32_t n = written[static_cast<size_t>(w)];
        KeyName name = TestName(static_cast<uint8_t>(100 + w));
        name.id.bytes[0] = static_cast<uint8_t>(n);
        name.id.bytes[1] = static_cast<uint8_t>(n >> 8);
        Change change;
        change.keys.push_back(NewKey(name, static_cast<uint8_t>(n)));
        OutboxEvent event{.id = name.id.bytes, .line = "{}"};
        auto done = SyncWait(node.committer.Commit(change, event));
        if (done) {
          ++written[static_cast<size_t>(w)];
        } else if (done.error().kind != ErrorKind::kConflict) {
          ++lost;
        }
      }
    });
  }
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(node.rotation.BeginTerm());
    for (int j = 0; j < 10000 && node.rotation.progress().terms.size() > 1; ++j)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(node.rotation.progress().terms.size(), 1u);
  }
  stop = true;
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(lost, 0);
  for (int w = 0; w < kWriters; ++w) {
    for (uint32_t n = 0; n < written[static_cast<size_t>(w)]; ++n) {
      KeyName name = TestName(static_cast<uint8_t>(100 + w));
      name.id.bytes[0] = static_cast<uint8_t>(n);
      name.id.bytes[1] = static_cast<uint8_t>(n >> 8);
      node.table.keys().Invalidate(name);
      auto key = node.Load(name);
      ASSERT_NE(key, nullptr);
      EXPECT_EQ(key->materials[0].loaded->kdf->Sign({AsBytes("x")}),
                TestMaterial(static_cast<uint8_t>(n))->kdf->Sign({AsBytes("x")}));
    }
  }
  ExpectReadable(node);
}

}  // namespace
}  // namespace kagimori::keys
