#include "seal/hierarchy.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "seal/deployment_record.h"
#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

const AccountId kAccount = AccountId::FromNumber(111122223333);

ErrorKind LoadError(TestStore& store, uint8_t root_byte, const Deployment& deployment) {
  auto loaded = KeyHierarchy::Load(TestRootKey(root_byte), &store.store, deployment);
  EXPECT_FALSE(loaded.has_value());
  return loaded ? ErrorKind::kInternal : loaded.error().kind;
}

TEST(KeyHierarchyTest, LoadGivesTheKeysThatCreateMade) {
  TestStore store;
  auto loaded = KeyHierarchy::Load(TestRootKey(), &store.store, store.deployment);
  ASSERT_TRUE(loaded) << Describe(loaded.error());
  EXPECT_EQ((*loaded)->store_id(), store.hierarchy->store_id());
  EXPECT_EQ((*loaded)->current_term(), 2u);
  EXPECT_EQ((*loaded)->naming_term(), 1u);
  EXPECT_EQ((*loaded)->deployment_kind(), DeploymentKind::kDevelopment);
  for (auto [term, purpose] : {std::pair(1u, Purpose::kName), std::pair(2u, Purpose::kRecord)}) {
    auto before = store.hierarchy->PurposeKey(term, purpose, kAccount).value();
    auto after = (*loaded)->PurposeKey(term, purpose, kAccount).value();
    EXPECT_EQ(before->Sign({AsBytes("x")}), after->Sign({AsBytes("x")}));
  }
}

TEST(KeyHierarchyTest, EveryPurposeAndAccountHasAnotherKey) {
  TestStore store;
  TestStore other;
  std::set<crypto::Sha256Digest> tags;
  size_t made = 0;
  for (const KeyHierarchy* hierarchy : {store.hierarchy.get(), other.hierarchy.get()}) {
    for (int number = 1; number <= 7; ++number) {
      auto purpose = static_cast<Purpose>(number);
      TermId term = purpose == Purpose::kName || purpose == Purpose::kLedger ? 1 : 2;
      for (AccountId account : {kAccount, AccountId::FromNumber(0), AccountId::FromNumber(1), kNoAccount}) {
        tags.insert(hierarchy->PurposeKey(term, purpose, account).value()->Sign({AsBytes("x")}));
        ++made;
      }
    }
  }
  EXPECT_EQ(tags.size(), made);
}

TEST(KeyHierarchyTest, UnknownTermIsCorrupt) {
  TestStore store;
  for (TermId term : {0u, 3u, 0xFFFFFFFFu}) {
    auto key = store.hierarchy->PurposeKey(term, Purpose::kRecord, kAccount);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().kind, ErrorKind::kCorrupt);
  }
}

TEST(KeyHierarchyTest, TheNamingTermSealsNothingAndTheOthersNameNothing) {
  TestStore store;
  for (int number = 1; number <= 7; ++number) {
    auto purpose = static_cast<Purpose>(number);
    bool naming = purpose == Purpose::kName || purpose == Purpose::kLedger;
    auto refused = store.hierarchy->PurposeKey(naming ? 2 : 1, purpose, kAccount);
    ASSERT_FALSE(refused) << number;
    EXPECT_EQ(refused.error().kind, ErrorKind::kCorrupt);
  }
  EXPECT_THROW(store.hierarchy->KeyForSealing(Purpose::kName, kAccount), std::logic_error);
  EXPECT_EQ(store.hierarchy->KeyForSealing(Purpose::kRecord, kAccount).term, 2u);
}

TEST(KeyHierarchyTest, WrongRootKeyIsAuthentication) {
  TestStore store;
  EXPECT_EQ(LoadError(store, 0x5B, store.deployment), ErrorKind::kAuthentication);
}

TEST(KeyHierarchyTest, EmptyStoreIsNotFound) {
  store::MemoryStore store;
  auto loaded = KeyHierarchy::Load(TestRootKey(), &store, NewDeployment(DeploymentKind::kProduction, {}));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::kNotFound);
  store.Close();
}

TEST(KeyHierarchyTest, CreateRefusesAStoreThatHoldsAnything) {
  TestStore store;
  auto again = KeyHierarchy::Create(TestRootKey(), &store.store, store.deployment);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kConflict);

  // The deployment record was taken away: a new one would hide that.
  store.Write("\x20left behind", {1});
  store::Transaction remove;
  remove.deletes.push_back(DeploymentRecordPath());
  store::CommitAndWait(store.store, std::move(remove)).value();
  again = KeyHierarchy::Create(TestRootKey(), &store.store, store.deployment);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kConflict);
}

TEST(KeyHierarchyTest, EditedDeploymentFileIsRefused) {
  TestStore store(DeploymentKind::kDevelopment);
  Deployment edited = store.deployment;
  edited.kind = DeploymentKind::kProduction;
  EXPECT_EQ(LoadError(store, 0x5A, edited), ErrorKind::kInvalid);
  edited = store.deployment;
  edited.id[3] ^= 1;
  EXPECT_EQ(LoadError(store, 0x5A, edited), ErrorKind::kInvalid);
}

TEST(KeyHierarchyTest, EveryFlippedBitOfTheDeploymentRecordIsFound) {
  TestStore store;
  const Bytes stored = *store.Read(DeploymentRecordPath());
  for (size_t bit = 0; bit < stored.size() * 8; ++bit) {
    Bytes changed = stored;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    store.Write(DeploymentRecordPath(), std::move(changed));
    ErrorKind kind = LoadError(store, 0x5A, store.deployment);
    EXPECT_EQ(kind, bit < 8 ? ErrorKind::kCorrupt : ErrorKind::kAuthentication) << bit;
  }
  for (size_t size = 0; size < stored.size(); ++size) {
    store.Write(DeploymentRecordPath(), Bytes(stored.begin(), stored.begin() + static_cast<ptrdiff_t>(size)));
    LoadError(store, 0x5A, store.deployment);
  }
}

TEST(KeyHierarchyTest, DeploymentRecordOfAnotherStoreOfTheSameRootKeyIsItsOwnStore) {
  TestStore one, two;
  EXPECT_NE(one.hierarchy->store_id(), two.hierarchy->store_id());
  two.Write(DeploymentRecordPath(), *one.Read(DeploymentRecordPath()));
  EXPECT_EQ(LoadError(two, 0x5A, two.deployment), ErrorKind::kInvalid);
}

TEST(KeyHierarchyTest, NeitherRootKeyNorTermIsStoredInTheClear) {
  TestStore store;
  DeploymentRecord record;
  record.naming_term = 1;
  record.current_term = 7;
  record.terms.emplace(1, Term{.key = secret::SecretTesting::Filled<32>(0x44), .began = {}});
  record.terms.emplace(7, Term{.key = secret::SecretTesting::Filled<32>(0x33), .began = {Timestamp{123'456}, 789}});
  auto root = DeploymentKey(TestRootKey(), record.store_id);
  Bytes sealed = SealDeploymentRecord(root, record);
  for (uint8_t byte : {0x33, 0x44, 0x5A}) {
    EXPECT_EQ(AsText(sealed).find(std::string(4, static_cast<char>(byte))), std::string::npos);
  }
  auto opened = OpenDeploymentRecord(root, sealed);
  ASSERT_TRUE(opened) << Describe(opened.error());
  EXPECT_EQ(secret::SecretTesting::BytesOf(opened->terms.at(7).key), Bytes(32, 0x33));
  EXPECT_EQ(opened->terms.at(7).began.service, Timestamp{123'456});
  EXPECT_EQ(opened->terms.at(7).began.uptime_seconds, 789u);
}

TEST(KeyHierarchyTest, ManyTermsRoundTripAndMissingOnesAreCorrupt) {
  DeploymentRecord record;
  auto root = DeploymentKey(TestRootKey(), record.store_id);
  for (TermId id = 1; id <= 20; ++id)
    record.terms.emplace(id, Term{.key = secret::SecretTesting::Filled<32>(static_cast<uint8_t>(id)), .began = {}});
  record.naming_term = 2;
  record.current_term = 20;
  auto opened = OpenDeploymentRecord(root, SealDeploymentRecord(root, record));
  ASSERT_TRUE(opened) << Describe(opened.error());
  ASSERT_EQ(opened->terms.size(), 20u);
  EXPECT_EQ(secret::SecretTesting::BytesOf(opened->terms.at(13).key), Bytes(32, 13));
  // Missing; not the newest; the naming term.
  for (TermId current : {21u, 19u, 2u}) {
    record.current_term = current;
    opened = OpenDeploymentRecord(root, SealDeploymentRecord(root, record));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt);
  }
}

// Account numbers come from clients too: the table of derived keys stays small, and what it drops comes back the same.
TEST(KeyHierarchyTest, AnyNumberOfAccountsOnManyThreads) {
  TestStore store;
  auto first = store.hierarchy->PurposeKey(1, Purpose::kName, kAccount).value()->Sign({AsBytes("x")});
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; i < 3000; ++i) {
        AccountId account = AccountId::FromNumber(i * 4 + static_cast<uint64_t>(t));
        if (!store.hierarchy->PurposeKey(1, Purpose::kName, account)) ++wrong;
        if (store.hierarchy->PurposeKey(1, Purpose::kName, kAccount).value()->Sign({AsBytes("x")}) != first) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace kagimori::seal
