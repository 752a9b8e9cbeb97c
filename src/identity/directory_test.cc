#include "identity/directory.h"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <thread>

#include "identity/new_credentials.h"
#include "identity/stored_records.h"
#include "seal/sealed_record.h"
#include "seal/testing/test_store.h"

namespace kagimori::identity {
namespace {

using secret::SecretTesting;
using store::MemoryStore;

const AccountId kAccount = AccountId::FromNumber(111122223333);
const AccountId kOther = AccountId::FromNumber(444455556666);

using Loaded = Result<std::shared_ptr<const Credential>>;

Loaded Load(Directory& directory, std::string id) {
  std::promise<Loaded> promise;
  auto future = promise.get_future();
  directory.LoadCredential(
      std::move(id), [promise = std::move(promise)](Loaded loaded) mutable { promise.set_value(std::move(loaded)); });
  return future.get();
}

std::string SecretOf(const Credential& credential) {
  return std::string(AsText(SecretTesting::BytesOf(credential.secret_access_key)));
}

class DirectoryTest : public ::testing::TestWithParam<MemoryStore::Mode> {
 protected:
  DirectoryTest() : store_(seal::DeploymentKind::kDevelopment, GetParam()) {}
  ManualClock clock_{Timestamp{1'700'000'000'000}};
  seal::TestStore store_;
  Directory directory_{store_.hierarchy.get(), &store_.store, &clock_};
};
INSTANTIATE_TEST_SUITE_P(Modes, DirectoryTest,
                         ::testing::Values(MemoryStore::Mode::kInline, MemoryStore::Mode::kThread));

TEST_P(DirectoryTest, AccountsAreMadeOnce) {
  EXPECT_FALSE(directory_.AccountExists(kAccount).value());
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "first"));
  EXPECT_TRUE(directory_.AccountExists(kAccount).value());
  EXPECT_FALSE(directory_.AccountExists(kOther).value());
  EXPECT_EQ(directory_.CreateAccount(kAccount, "again").error().kind, ErrorKind::kConflict);
  for (std::string name :
       {std::string(), std::string(51, 'x'), std::string("tab\t"), std::string("nul\0", 4), std::string("\x7F")}) {
    EXPECT_EQ(directory_.CreateAccount(kOther, name).error().kind, ErrorKind::kInvalid);
  }
}

TEST_P(DirectoryTest, RootAccessKeyLoadsAsTheRootUser) {
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "first"));
  auto made = directory_.CreateRootAccessKey(kAccount);
  ASSERT_TRUE(made) << Describe(made.error());
  CredentialCache::View view(&directory_.credentials());
  EXPECT_EQ(view.Find(made->access_key_id), nullptr);
  auto loaded = Load(directory_, made->access_key_id);
  ASSERT_TRUE(loaded) << Describe(loaded.error());
  const Credential& credential = **loaded;
  EXPECT_EQ(credential.access_key_id, made->access_key_id);
  EXPECT_EQ(SecretOf(credential), AsText(SecretTesting::BytesOf(made->secret_access_key)));
  EXPECT_TRUE(credential.active);
  EXPECT_EQ(credential.generation, 1u);
  EXPECT_EQ(credential.principal->kind, Principal::Kind::kRoot);
  EXPECT_EQ(credential.principal->account, kAccount);
  EXPECT_EQ(credential.principal->arn, "arn:aws:iam::111122223333:root");
  EXPECT_EQ(credential.principal->unique_id, "111122223333");
  EXPECT_EQ(credential.principal->name, "");
  ASSERT_NE(view.Find(made->access_key_id), nullptr);
  EXPECT_EQ(view.Find(made->access_key_id)->get(), loaded->get());
}

TEST_P(DirectoryTest, AtMostTwoRootAccessKeys) {
  EXPECT_EQ(directory_.CreateRootAccessKey(kAccount).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "first"));
  ASSERT_TRUE(directory_.CreateAccount(kOther, "second"));
  std::vector<std::thread> threads;
  std::atomic<int> made = 0, limited = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      auto key = directory_.CreateRootAccessKey(kAccount);
      if (key) ++made;
      if (!key && key.error().kind == ErrorKind::kLimit) ++limited;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made, 2);
  EXPECT_EQ(limited, 2);
  EXPECT_TRUE(directory_.CreateRootAccessKey(kOther));
}

TEST_P(DirectoryTest, UnknownKeysAreNotFoundAndNotCached) {
  for (std::string id : {std::string("AKIAIOSFODNN7EXAMPLE"), std::string(), std::string("a b"), std::string("x\0", 2),
                         std::string(129, 'A'), std::string("\xC3\xA9")}) {
    auto loaded = Load(directory_, id);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::kNotFound);
  }
  EXPECT_EQ(directory_.credentials().size(), 0u);
}

TEST_P(DirectoryTest, FixedKeyIsReplacedEverywhereAtOnce) {
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "first"));
  ASSERT_TRUE(directory_.CreateAccount(kOther, "second"));
  ASSERT_TRUE(directory_.PutRootAccessKey(kAccount, "test", SecretTesting::FromText("test")));
  auto first = Load(directory_, "test").value();
  CredentialCache::View view(&directory_.credentials());
  ASSERT_NE(view.Find("test"), nullptr);
  ASSERT_TRUE(directory_.PutRootAccessKey(kAccount, "test", SecretTesting::FromText("changed")));
  EXPECT_EQ(view.Find("test"), nullptr);
  auto second = Load(directory_, "test").value();
  EXPECT_EQ(SecretOf(*first), "test");
  EXPECT_EQ(SecretOf(*second), "changed");
  EXPECT_NE(first->generation, second->generation);

  auto taken = directory_.PutRootAccessKey(kOther, "test", SecretTesting::FromText("mine"));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(directory_.PutRootAccessKey(kAccount, "a/b", SecretTesting::FromText("x")).error().kind,
            ErrorKind::kInvalid);
  EXPECT_EQ(directory_.PutRootAccessKey(kAccount, "ab", secret::SecretBytes()).error().kind, ErrorKind::kInvalid);
}

TEST_P(DirectoryTest, SecretIsNowhereInTheStore) {
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "canary-account-name"));
  ASSERT_TRUE(
      directory_.PutRootAccessKey(kAccount, "canarykeyid", SecretTesting::FromText("canary-secret-access-key")));
  auto all = store::RangeAndWait(store_.store, {.begin = std::string("\0", 1), .end = "\xFF"}).value();
  ASSERT_EQ(all.records.size(), 3u);
  for (const auto& record : all.records) {
    EXPECT_EQ(record.key.find("canary"), std::string::npos);
    EXPECT_EQ(AsText(record.value).find("canary"), std::string::npos);
  }
  // Nor in the message inside its record.
  Bytes stored = *store_.Read(AccessKeyPath(*store_.hierarchy, "canarykeyid"));
  auto opened = OpenAccessKey(*store_.hierarchy, "canarykeyid", stored).value();
  EXPECT_EQ(opened.message.SerializeAsString().find("secret-access"), std::string::npos);
}

TEST_P(DirectoryTest, MovedAndChangedRecordsAreCorrupt) {
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "first"));
  ASSERT_TRUE(directory_.CreateAccount(kOther, "second"));
  ASSERT_TRUE(directory_.PutRootAccessKey(kAccount, "one", SecretTesting::FromText("secret one")));
  ASSERT_TRUE(directory_.PutRootAccessKey(kOther, "two", SecretTesting::FromText("secret two")));
  std::string one = AccessKeyPath(*store_.hierarchy, "one");
  Bytes stored = *store_.Read(one);
  store_.Write(one, *store_.Read(AccessKeyPath(*store_.hierarchy, "two")));
  EXPECT_EQ(Load(directory_, "one").error().kind, ErrorKind::kCorrupt);
  stored[stored.size() / 2] ^= 0x10;
  store_.Write(one, stored);
  EXPECT_EQ(Load(directory_, "one").error().kind, ErrorKind::kCorrupt);
  EXPECT_TRUE(Load(directory_, "two"));

  store_.Write(AccountPath(kAccount), *store_.Read(AccountPath(kOther)));
  EXPECT_EQ(directory_.AccountExists(kAccount).error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(directory_.CreateRootAccessKey(kAccount).error().kind, ErrorKind::kCorrupt);
}

// A record that opens and still lies: written with the right keys by something that is not this room.
TEST_P(DirectoryTest, MessagesThatContradictTheirPlaceAreCorrupt) {
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "first"));
  ASSERT_TRUE(directory_.PutRootAccessKey(kAccount, "one", SecretTesting::FromText("secret one")));
  std::string path = AccessKeyPath(*store_.hierarchy, "one");
  const records::AccessKey good = OpenAccessKey(*store_.hierarchy, "one", *store_.Read(path)).value().message;
  auto load_with = [&](auto change) {
    records::AccessKey message = good;
    change(&message);
    std::string text = message.SerializeAsString();
    store_.Write(path,
                 seal::SealRecord(*store_.hierarchy, {.path = path, .account = seal::kNoAccount, .version = 2}, text));
    directory_.credentials().InvalidateAll();
    return Load(directory_, "one");
  };
  EXPECT_TRUE(load_with([](auto*) {}));
  EXPECT_EQ(load_with([](auto* m) { m->set_access_key_id("two"); }).error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(load_with([](auto* m) { m->set_account(kOther.number()); }).error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(load_with([](auto* m) { m->set_account(seal::kNoAccountNumber); }).error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(load_with([](auto* m) { m->clear_status(); }).error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(load_with([](auto* m) { m->clear_wrapped_secret(); }).error().kind, ErrorKind::kCorrupt);
  auto inactive = load_with([](auto* m) { m->set_status(records::AccessKey::STATUS_INACTIVE); });
  ASSERT_TRUE(inactive);
  EXPECT_FALSE((*inactive)->active);
}

TEST_P(DirectoryTest, ANewerVersionsRecordsAreSaidToBeNewer) {
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "first"));
  ASSERT_TRUE(directory_.PutRootAccessKey(kAccount, "one", SecretTesting::FromText("secret one")));
  const auto rewrite = [&](const std::string& path, AccountId account) {
    const auto opened = seal::OpenRecord(*store_.hierarchy, path, account, *store_.Read(path)).value();
    store_.Write(path, seal::SealRecord(*store_.hierarchy,
                                        {.path = path,
                                         .account = account,
                                         .schema = static_cast<uint16_t>(seal::NewestSchema(path) + 1),
                                         .version = opened.version + 1},
                                        opened.message));
  };
  rewrite(AccountPath(kAccount), kAccount);
  rewrite(AccessKeyPath(*store_.hierarchy, "one"), seal::kNoAccount);
  directory_.credentials().InvalidateAll();
  for (const Error& error : {directory_.AccountExists(kAccount).error(), Load(directory_, "one").error()}) {
    EXPECT_EQ(error.kind, ErrorKind::kCorrupt);
    EXPECT_NE(error.text.find("made by a newer version of Kagimori"), std::string::npos) << error.text;
  }
}

TEST_P(DirectoryTest, ClosedStoreIsUnavailable) {
  store_.store.Close();
  EXPECT_EQ(Load(directory_, "test").error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(directory_.CreateAccount(kAccount, "first").error().kind, ErrorKind::kUnavailable);
}

TEST(ProductionDirectoryTest, RefusesFixedKeys) {
  ManualClock clock{Timestamp{}};
  seal::TestStore store(seal::DeploymentKind::kProduction);
  Directory directory(store.hierarchy.get(), &store.store, &clock);
  ASSERT_TRUE(directory.CreateAccount(kAccount, "first"));
  EXPECT_EQ(directory.PutRootAccessKey(kAccount, "test", SecretTesting::FromText("test")).error().kind,
            ErrorKind::kInvalid);
  EXPECT_TRUE(directory.CreateRootAccessKey(kAccount));
}

// A store that holds an answer back until it is told to give it.
class SlowStore : public MemoryStore {
 public:
  void Get(std::vector<std::string> keys, store::GetCallback callback) override {
    MemoryStore::Get(std::move(keys), [this, callback = std::move(callback)](Result<store::GetResult> got) mutable {
      ++gets;
      if (before_answer) before_answer();
      callback(std::move(got));
    });
  }
  std::function<void()> before_answer;
  int gets = 0;
};

TEST(DirectoryRaceTest, ACredentialReadBeforeItsChangeIsReadAgain) {
  ManualClock clock{Timestamp{}};
  SlowStore store;
  auto hierarchy = seal::KeyHierarchy::Create(seal::TestRootKey(), &store,
                                              seal::NewDeployment(seal::DeploymentKind::kDevelopment, {}))
                       .value();
  Directory directory(hierarchy.get(), &store, &clock);
  ASSERT_TRUE(directory.CreateAccount(kAccount, "first"));
  ASSERT_TRUE(directory.PutRootAccessKey(kAccount, "test", SecretTesting::FromText("old")));
  store.before_answer = [&] {
    store.before_answer = nullptr;
    ASSERT_TRUE(directory.PutRootAccessKey(kAccount, "test", SecretTesting::FromText("new")));
  };
  auto loaded = Load(directory, "test");
  ASSERT_TRUE(loaded) << Describe(loaded.error());
  EXPECT_EQ(SecretOf(**loaded), "new");

  // For ever changing: an answer all the same.
  store.gets = 0;
  store.before_answer = [&] { directory.credentials().Invalidate("test"); };
  EXPECT_EQ(Load(directory, "test").error().kind, ErrorKind::kConflict);
  EXPECT_LE(store.gets, 10);
  store.before_answer = nullptr;
  store.Close();
}

TEST(NewCredentialsTest, HaveAwsForm) {
  std::set<std::string> ids;
  std::set<Bytes> secrets;
  std::set<char> id_characters, secret_characters;
  for (int i = 0; i < 300; ++i) {
    std::string id = NewAccessKeyId();
    EXPECT_EQ(id.size(), 20u);
    EXPECT_TRUE(id.starts_with("AKIA"));
    EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), std::string::npos);
    EXPECT_TRUE(IsAccessKeyId(id));
    id_characters.insert(id.begin() + 4, id.end());
    ids.insert(id);
    Bytes secret = SecretTesting::BytesOf(NewSecretAccessKey());
    EXPECT_EQ(secret.size(), 40u);
    EXPECT_EQ(AsText(secret).find('='), std::string::npos);
    secret_characters.insert(secret.begin(), secret.end());
    secrets.insert(secret);
  }
  EXPECT_EQ(ids.size(), 300u);
  EXPECT_EQ(secrets.size(), 300u);
  EXPECT_EQ(id_characters.size(), 32u);
  EXPECT_EQ(secret_characters.size(), 64u);
}

TEST(NewCredentialsTest, RandomAccountsHaveTwelveDigits) {
  std::set<uint64_t> numbers;
  for (int i = 0; i < 300; ++i) {
    AccountId account = RandomAccountId();
    EXPECT_GE(account.number(), 100'000'000'000u);
    EXPECT_LT(account.number(), 1'000'000'000'000u);
    numbers.insert(account.number());
  }
  EXPECT_EQ(numbers.size(), 300u);
}

TEST_P(DirectoryTest, AResetLeavesOneKeyThatWorks) {
  EXPECT_EQ(directory_.ResetRootAccessKey(kAccount).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "first"));
  ASSERT_TRUE(directory_.CreateAccount(kOther, "other"));
  const std::string one = directory_.CreateRootAccessKey(kAccount).value().access_key_id;
  const std::string two = directory_.CreateRootAccessKey(kAccount).value().access_key_id;
  const std::string others = directory_.CreateRootAccessKey(kOther).value().access_key_id;
  CredentialCache::View view(&directory_.credentials());
  for (const std::string& id : {one, two, others}) ASSERT_TRUE(Load(directory_, id).value()->active);
  ASSERT_NE(view.Find(one), nullptr);

  const auto reset = directory_.ResetRootAccessKey(kAccount).value();
  EXPECT_EQ(reset.deactivated, (std::vector<std::string>{one, two}));
  // At once, in the caches too.
  EXPECT_EQ(view.Find(one), nullptr);
  EXPECT_FALSE(Load(directory_, one).value()->active);
  EXPECT_FALSE(Load(directory_, two).value()->active);
  EXPECT_TRUE(Load(directory_, others).value()->active);
  const auto made = Load(directory_, reset.key.access_key_id).value();
  EXPECT_TRUE(made->active);
  EXPECT_EQ(made->principal->account, kAccount);
  EXPECT_EQ(SecretOf(*made), std::string(AsText(SecretTesting::BytesOf(reset.key.secret_access_key))));

  // The next one removes what did not work before.
  const auto again = directory_.ResetRootAccessKey(kAccount).value();
  EXPECT_EQ(again.deactivated, std::vector<std::string>{reset.key.access_key_id});
  EXPECT_EQ(Load(directory_, one).error().kind, ErrorKind::kNotFound);
  EXPECT_FALSE(Load(directory_, reset.key.access_key_id).value()->active);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(directory_.ResetRootAccessKey(kAccount));
}

TEST_P(DirectoryTest, ResetsAtTheSameTimeLeaveOneKeyThatWorks) {
  ASSERT_TRUE(directory_.CreateAccount(kAccount, "first"));
  std::vector<std::string> ids(4);
  std::vector<std::thread> threads;
  for (std::string& id : ids) {
    threads.emplace_back([this, &id] {
      auto reset = directory_.ResetRootAccessKey(kAccount);
      if (reset) id = reset->key.access_key_id;
    });
  }
  for (std::thread& thread : threads) thread.join();
  int active = 0;
  for (const std::string& id : ids) {
    if (id.empty()) continue;
    auto loaded = Load(directory_, id);
    if (loaded && (*loaded)->active) ++active;
  }
  EXPECT_EQ(active, 1);
}

}  // namespace
}  // namespace kagimori::identity
