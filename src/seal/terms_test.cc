#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "seal/deployment_record.h"
#include "seal/hierarchy.h"
#include "seal/sealed_record.h"
#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

const AccountId kAccount = AccountId::FromNumber(111122223333);
constexpr std::string_view kPath = "\x20path";
constexpr TermTime kNow{.service = {1'750'000'000'000}, .uptime_seconds = 77};

// Answers commits in the way that a test asks for, whatever became of them.
class CommitFaults : public store::Store {
 public:
  explicit CommitFaults(store::Store* inner) : inner_(inner) {}
  enum class Fault { kNone, kRefused, kDoneButUnknown, kUnknownAndUnreadable };

  void Get(std::vector<std::string> keys, store::GetCallback callback) override {
    if (unreadable_) return callback(Fail(ErrorKind::kUnavailable, "the test does not answer"));
    inner_->Get(std::move(keys), std::move(callback));
  }
  void Range(store::RangeRequest request, store::RangeCallback callback) override {
    inner_->Range(std::move(request), std::move(callback));
  }
  void Commit(store::Transaction transaction, store::CommitCallback callback) override {
    if (fault == Fault::kNone) return inner_->Commit(std::move(transaction), std::move(callback));
    if (fault != Fault::kRefused) store::CommitAndWait(*inner_, std::move(transaction)).value();
    unreadable_ = fault == Fault::kUnknownAndUnreadable;
    callback(Fail(ErrorKind::kUnavailable, "the test does not say"));
  }
  std::unique_ptr<store::Watch> WatchFrom(store::Revision after, store::WatchCallback callback) override {
    return inner_->WatchFrom(after, std::move(callback));
  }
  Result<std::unique_ptr<store::Snapshot>> TakeSnapshot() override { return inner_->TakeSnapshot(); }
  void SetLedger(store::CommitLedger* ledger) override { inner_->SetLedger(ledger); }
  void Close() override {}

  void Heal() {
    fault = Fault::kNone;
    unreadable_ = false;
  }
  Fault fault = Fault::kNone;

 private:
  store::Store* inner_;
  bool unreadable_ = false;
};

std::vector<TermId> Ids(const KeyHierarchy& hierarchy) {
  std::vector<TermId> ids;
  for (const TermInfo& term : hierarchy.SealingTerms()) ids.push_back(term.id);
  return ids;
}

class TermsTest : public ::testing::Test {
 protected:
  KeyHierarchy& hierarchy() { return *store_.hierarchy; }
  std::unique_ptr<KeyHierarchy> Reloaded(uint8_t root_byte = 0x5A) {
    return KeyHierarchy::Load(TestRootKey(root_byte), &store_.store, store_.deployment).value();
  }
  Bytes Seal() { return SealRecord(hierarchy(), {.path = kPath, .account = kAccount, .version = 1}, "message"); }
  bool Opens(const KeyHierarchy& with, ByteView stored) {
    auto opened = OpenRecord(with, kPath, kAccount, stored);
    return opened && opened->message == "message";
  }

  TestStore store_;
  CommitFaults faults_{&store_.store};
};

TEST_F(TermsTest, ATermBeginsAndWhatIsUnderTheOldOneStillOpens) {
  Bytes old = Seal();
  EXPECT_EQ(hierarchy().BeginTerm(&store_.store, kNow).value(), 3u);
  EXPECT_EQ(hierarchy().current_term(), 3u);
  Bytes young = Seal();
  EXPECT_EQ(TermOfRecord(old).value(), 2u);
  EXPECT_EQ(TermOfRecord(young).value(), 3u);
  auto reloaded = Reloaded();
  for (const KeyHierarchy* each :
       {static_cast<const KeyHierarchy*>(&hierarchy()), static_cast<const KeyHierarchy*>(reloaded.get())}) {
    EXPECT_TRUE(Opens(*each, old));
    EXPECT_TRUE(Opens(*each, young));
    ASSERT_EQ(Ids(*each), (std::vector<TermId>{2, 3}));
    EXPECT_EQ(each->SealingTerms()[1].began.service, kNow.service);
    EXPECT_EQ(each->SealingTerms()[1].began.uptime_seconds, 77u);
    EXPECT_EQ(each->naming_term(), 1u);
  }
}

TEST_F(TermsTest, ADestroyedTermOpensNothingAnyMoreNeitherHereNorAfterAStart) {
  Bytes old = Seal();
  std::string marker = SealMarker(hierarchy(), kAccount, "b", "v");
  hierarchy().BeginTerm(&store_.store, kNow).value();
  ASSERT_TRUE(hierarchy().CloseTerm(2));
  EXPECT_TRUE(Opens(hierarchy(), old));  // reading goes on
  ASSERT_TRUE(hierarchy().DestroyTerm(&store_.store, 2));
  EXPECT_FALSE(Opens(hierarchy(), old));
  EXPECT_FALSE(Opens(*Reloaded(), old));
  EXPECT_FALSE(OpenMarker(hierarchy(), kAccount, "b", marker));
  EXPECT_EQ(Ids(hierarchy()), (std::vector<TermId>{3}));
  EXPECT_EQ(Ids(*Reloaded()), (std::vector<TermId>{3}));
  EXPECT_TRUE(Opens(*Reloaded(), Seal()));
}

TEST_F(TermsTest, NamesKeepTheirMarkersForEver) {
  ByteArray<16> before = NameMarker(hierarchy(), kAccount, 1, 2, "alias/a");
  hierarchy().BeginTerm(&store_.store, kNow).value();
  ASSERT_TRUE(hierarchy().CloseTerm(2));
  ASSERT_TRUE(hierarchy().DestroyTerm(&store_.store, 2));
  EXPECT_EQ(NameMarker(hierarchy(), kAccount, 1, 2, "alias/a"), before);
  EXPECT_EQ(NameMarker(*Reloaded(), kAccount, 1, 2, "alias/a"), before);
}

TEST_F(TermsTest, OnlyAClosedTermIsDestroyedAndNeitherTheCurrentNorTheNamingOneIsClosed) {
  hierarchy().BeginTerm(&store_.store, kNow).value();
  for (TermId term : {0u, 1u, 3u, 4u}) {
    EXPECT_FALSE(hierarchy().CloseTerm(term)) << term;
    EXPECT_FALSE(hierarchy().DestroyTerm(&store_.store, term)) << term;
  }
  EXPECT_FALSE(hierarchy().DestroyTerm(&store_.store, 2));  // not closed yet
  EXPECT_TRUE(hierarchy().MayBePut(2));
  EXPECT_TRUE(hierarchy().MayBePut(3));
  for (TermId term : {0u, 1u, 4u}) EXPECT_FALSE(hierarchy().MayBePut(term)) << term;
  ASSERT_TRUE(hierarchy().CloseTerm(2));
  EXPECT_FALSE(hierarchy().MayBePut(2));
  ASSERT_TRUE(hierarchy().DestroyTerm(&store_.store, 2));
  EXPECT_FALSE(hierarchy().MayBePut(2));
  EXPECT_EQ(hierarchy().DestroyTerm(&store_.store, 2).error().kind, ErrorKind::kInvalid);
}

TEST_F(TermsTest, NoTermGoesWhileALongReadHoldsThem) {
  hierarchy().BeginTerm(&store_.store, kNow).value();
  ASSERT_TRUE(hierarchy().CloseTerm(2));
  std::shared_ptr<const void> hold = hierarchy().HoldTerms();
  EXPECT_EQ(hierarchy().DestroyTerm(&store_.store, 2).error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(Ids(hierarchy()), (std::vector<TermId>{2, 3}));
  hold.reset();
  EXPECT_TRUE(hierarchy().DestroyTerm(&store_.store, 2));
}

TEST_F(TermsTest, TermsAreBounded) {
  for (size_t i = 1; i < kMaxSealingTerms; ++i) ASSERT_TRUE(hierarchy().BeginTerm(&store_.store, kNow)) << i;
  auto refused = hierarchy().BeginTerm(&store_.store, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kLimit);
  EXPECT_EQ(Ids(*Reloaded()).size(), kMaxSealingTerms);
}

TEST_F(TermsTest, ASecretAndItsRecordAreUnderOneTermWhateverBeginsBetweenThem) {
  secret::SecretBytes secret(32);
  Bytes wrapped = WrapSecret(hierarchy(), kAccount, "b", secret);
  hierarchy().BeginTerm(&store_.store, kNow).value();
  RecordContext context{.path = kPath, .account = kAccount};
  Bytes sealed = SealRecordWithSecret(hierarchy(), context, wrapped, AsText(wrapped)).value();
  EXPECT_EQ(TermOfWrapped(wrapped).value(), 2u);
  EXPECT_EQ(TermOfRecord(sealed).value(), 2u);
  ASSERT_TRUE(hierarchy().CloseTerm(2));
  ASSERT_TRUE(hierarchy().DestroyTerm(&store_.store, 2));
  EXPECT_EQ(SealRecordWithSecret(hierarchy(), context, wrapped, AsText(wrapped)).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(SealRecordWithSecret(hierarchy(), context, AsBytes("short"), "").error().kind, ErrorKind::kCorrupt);
}

TEST_F(TermsTest, AnotherRootKeyTakesOver) {
  Bytes old = Seal();
  ASSERT_TRUE(hierarchy().ReplaceRootKey(&store_.store, TestRootKey(0x77)));
  auto refused = KeyHierarchy::Load(TestRootKey(), &store_.store, store_.deployment);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kAuthentication);
  EXPECT_TRUE(Opens(*Reloaded(0x77), old));
  // The hierarchy that did it goes on, too.
  hierarchy().BeginTerm(&store_.store, kNow).value();
  EXPECT_EQ(Reloaded(0x77)->current_term(), 3u);
}

TEST_F(TermsTest, AChangeThatTheStoreRefusedHasChangedNothing) {
  faults_.fault = CommitFaults::Fault::kRefused;
  EXPECT_FALSE(hierarchy().BeginTerm(&faults_, kNow));
  EXPECT_FALSE(hierarchy().ReplaceRootKey(&faults_, TestRootKey(0x77)));
  EXPECT_EQ(Ids(hierarchy()), (std::vector<TermId>{2}));
  faults_.Heal();
  EXPECT_EQ(hierarchy().BeginTerm(&faults_, kNow).value(), 3u);
  ASSERT_TRUE(hierarchy().CloseTerm(2));
  faults_.fault = CommitFaults::Fault::kRefused;
  EXPECT_FALSE(hierarchy().DestroyTerm(&faults_, 2));
  EXPECT_EQ(Ids(hierarchy()), (std::vector<TermId>{2, 3}));
  EXPECT_EQ(Ids(*Reloaded()), (std::vector<TermId>{2, 3}));
}

TEST_F(TermsTest, AChangeThatWasMadeAlthoughTheStoreDidNotSaySoIsFound) {
  faults_.fault = CommitFaults::Fault::kDoneButUnknown;
  EXPECT_EQ(hierarchy().BeginTerm(&faults_, kNow).value(), 3u);
  ASSERT_TRUE(hierarchy().CloseTerm(2));
  EXPECT_TRUE(hierarchy().DestroyTerm(&faults_, 2));
  EXPECT_TRUE(hierarchy().ReplaceRootKey(&faults_, TestRootKey(0x77)));
  faults_.Heal();
  EXPECT_EQ(hierarchy().BeginTerm(&faults_, kNow).value(), 4u);
  EXPECT_EQ(Ids(*Reloaded(0x77)), (std::vector<TermId>{3, 4}));
}

// Memory keeps to the old term, which is right whether or not the new one is on the disk, and what is sealed opens
// after a start.
TEST_F(TermsTest, AnUnknownOutcomePutsMemoryAndDiskNotAtOdds) {
  faults_.fault = CommitFaults::Fault::kUnknownAndUnreadable;
  EXPECT_FALSE(hierarchy().BeginTerm(&faults_, kNow));
  EXPECT_EQ(hierarchy().current_term(), 2u);
  EXPECT_TRUE(Opens(*Reloaded(), Seal()));
  faults_.Heal();
  // The term that the disk has already is taken over, and never given again.
  EXPECT_EQ(hierarchy().BeginTerm(&faults_, kNow).value(), 4u);
  EXPECT_EQ(Ids(hierarchy()), (std::vector<TermId>{2, 3, 4}));
  EXPECT_TRUE(Opens(*Reloaded(), Seal()));

  ASSERT_TRUE(hierarchy().CloseTerm(2));
  faults_.fault = CommitFaults::Fault::kUnknownAndUnreadable;
  EXPECT_FALSE(hierarchy().DestroyTerm(&faults_, 2));
  EXPECT_FALSE(hierarchy().MayBePut(2));
  faults_.Heal();
  EXPECT_TRUE(hierarchy().DestroyTerm(&faults_, 2));
  EXPECT_EQ(Ids(hierarchy()), (std::vector<TermId>{3, 4}));
  EXPECT_EQ(Ids(*Reloaded()), (std::vector<TermId>{3, 4}));
}

TEST_F(TermsTest, AnOlderDeploymentRecordIsNotGoneOnFrom) {
  Bytes old = *store_.Read(DeploymentRecordPath());
  hierarchy().BeginTerm(&store_.store, kNow).value();
  store_.Write(DeploymentRecordPath(), old);
  auto refused = hierarchy().BeginTerm(&store_.store, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kCorrupt);
}

TEST_F(TermsTest, ReadersAndWritersGoOnWhileTermsComeAndGo) {
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; !stop; ++i) {
        AccountId account = AccountId::FromNumber(t * 1'000'000 + i % 300);
        Bytes stored = SealRecord(hierarchy(), {.path = kPath, .account = account}, "message");
        // A term that has gone since is no error of the reader's.
        auto opened = OpenRecord(hierarchy(), kPath, account, stored);
        if (!opened && hierarchy().MayBePut(TermOfRecord(stored).value())) ++wrong;
        if (opened && opened->message != "message") ++wrong;
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    TermId old = hierarchy().current_term();
    ASSERT_TRUE(hierarchy().BeginTerm(&store_.store, kNow));
    ASSERT_TRUE(hierarchy().CloseTerm(old));
    ASSERT_TRUE(hierarchy().DestroyTerm(&store_.store, old));
    EXPECT_FALSE(hierarchy().PurposeKey(old, Purpose::kRecord, AccountId::FromNumber(1)));
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace kagimori::seal
