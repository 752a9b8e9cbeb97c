#include "identity/account_table.h"

#include <gtest/gtest.h>

#include "base/sync_wait.h"
#include "identity/account_records.h"
#include "identity/directory.h"
#include "identity/new_credentials.h"
#include "identity/stored_records.h"
#include "policy/document.h"
#include "seal/path.h"
#include "seal/testing/test_store.h"

namespace kagimori::identity {
namespace {

constexpr AccountId kAccount = AccountId::FromNumber(111122223333);
constexpr AccountId kOther = AccountId::FromNumber(444455556666);
constexpr Timestamp kNow{1'750'000'000'000};
constexpr std::string_view kAllowAll =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";

using SnapshotPtr = std::shared_ptr<const AccountSnapshot>;

struct Fixture {
  seal::TestStore test;
  ManualClock clock{kNow};
  Directory directory{test.hierarchy.get(), &test.store, &clock};

  AccountTable& table() { return directory.accounts(); }
  SnapshotPtr Load() { return SyncWait(table().Load(kAccount)).value(); }
  AccountChange Change() {
    AccountChange change;
    change.before = Load();
    return change;
  }
  Result<store::Revision> Commit(const AccountChange& change) { return SyncWait(table().Commit(change, std::nullopt)); }

  // As a node sees the store that has just started.
  Result<SnapshotPtr> LoadAfresh() {
    CredentialCache credentials(16);
    AccountTable fresh(test.hierarchy.get(), &test.store, &credentials);
    return SyncWait(fresh.Load(kAccount));
  }

  User MakeUser(std::string name) {
    User user;
    user.id = NewUniqueId(EntityKind::kUser);
    user.name = std::move(name);
    user.created = kNow;
    return user;
  }
  std::string CreateUser(std::string name) {
    AccountChange change = Change();
    User user = MakeUser(std::move(name));
    std::string id = user.id;
    change.users.push_back({nullptr, std::move(user)});
    EXPECT_TRUE(Commit(change));
    return id;
  }
  std::string CreateAccessKey(const std::string& user_id) {
    AccountChange change = Change();
    auto user = change.before->FindById<User>(user_id);
    User after = *user;
    AccessKeyChange key;
    key.access_key_id = NewAccessKeyId();
    key.user_id = user_id;
    key.secret_access_key = NewSecretAccessKey();
    key.created = kNow;
    std::string id = key.access_key_id;
    after.access_keys.push_back({.id = id, .active = true, .created = kNow});
    change.users.push_back({user, std::move(after)});
    change.access_keys.push_back(std::move(key));
    EXPECT_TRUE(Commit(change));
    return id;
  }
  Result<std::shared_ptr<const Credential>> Credentials(const std::string& id) {
    Result<std::shared_ptr<const Credential>> result = Fail(ErrorKind::kInternal, "no answer");
    directory.LoadCredential(id, [&](auto loaded) { result = std::move(loaded); });
    return result;
  }
};

PolicyText Text() {
  return {.document = std::string(kAllowAll),
          .compiled = policy::Document::Compile(kAllowAll, policy::Kind::kIdentity).value()};
}

TEST(AccountTable, AnAccountWithoutIamIsEmptyAndNotCached) {
  Fixture f;
  const SnapshotPtr snapshot = f.Load();
  EXPECT_EQ(snapshot->head().revision, 0u);
  EXPECT_TRUE(snapshot->All<User>().empty());
  EXPECT_FALSE(snapshot->info());
  EXPECT_EQ(f.table().accounts().size(), 0u);
  ASSERT_TRUE(f.directory.CreateAccount(kAccount, "example"));
  EXPECT_EQ(f.Load()->info()->name, "example");
}

TEST(AccountTable, WhatIsCommittedIsThereAtOnceAndAfterAStart) {
  Fixture f;
  const std::string id = f.CreateUser("Bob");
  for (const SnapshotPtr& snapshot : {f.Load(), f.LoadAfresh().value()}) {
    const auto user = snapshot->Find<User>("bOB");
    ASSERT_NE(user, nullptr);
    EXPECT_EQ(user->name, "Bob");
    EXPECT_EQ(user->id, id);
    EXPECT_EQ(user->version, 1u);
    EXPECT_EQ(snapshot->FindById<User>(id)->name, "Bob");
    EXPECT_EQ(snapshot->IdOfPrincipal("arn:aws:iam::111122223333:user/Bob"), id);
    EXPECT_EQ(snapshot->IdOfPrincipal("arn:aws:iam::111122223333:user/bob"), "");
    EXPECT_EQ(snapshot->IdOfPrincipal("arn:aws:iam::444455556666:user/Bob"), "");
    EXPECT_EQ(snapshot->ArnOfPrincipal(id), "arn:aws:iam::111122223333:user/Bob");
    EXPECT_EQ(snapshot->head().count, 1u);
  }
  EXPECT_EQ(f.Load()->head().revision, f.LoadAfresh().value()->head().revision);
  EXPECT_EQ(SyncWait(f.table().Load(kOther)).value()->All<User>().size(), 0u);
}

TEST(AccountTable, EveryKindComesBackAsItWas) {
  Fixture f;
  AccountChange change = f.Change();
  Group group;
  group.id = NewUniqueId(EntityKind::kGroup);
  group.name = "staff";
  group.inline_policies.push_back({"all", Text()});
  Role role;
  role.id = NewUniqueId(EntityKind::kRole);
  role.name = "reader";
  role.path = "/team/";
  role.description = "reads";
  role.max_session_seconds = 7200;
  role.boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  role.tags = {{"b", "1"}, {"a", ""}};
  role.trust.document =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/Bob"},"Action":"sts:AssumeRole"}})";
  role.trust_bindings = {{"arn:aws:iam::111122223333:user/Bob", "AIDAEXAMPLEEXAMPLE234"}};
  ManagedPolicy policy;
  policy.id = NewUniqueId(EntityKind::kPolicy);
  policy.name = "p";
  policy.description = "d";
  policy.versions = {{1, kNow, Text()}, {3, kNow, Text()}};
  policy.default_version = 3;
  policy.next_version = 4;
  OidcProvider provider;
  provider.id = NewUniqueId(EntityKind::kOidcProvider);
  provider.name = "example.com/path";
  provider.client_ids = {"one", "two"};
  provider.thumbprints = {std::string(40, 'a')};
  User user = f.MakeUser("Bob");
  user.groups = {group.id};
  user.attached = {"arn:aws:iam::111122223333:policy/p", "arn:aws:iam::aws:policy/AdministratorAccess"};
  change.users.push_back({nullptr, user});
  change.groups.push_back({nullptr, group});
  change.roles.push_back({nullptr, role});
  change.policies.push_back({nullptr, policy});
  change.providers.push_back({nullptr, provider});
  ASSERT_TRUE(f.Commit(change));

  const SnapshotPtr snapshot = f.LoadAfresh().value();
  const auto read_role = snapshot->Find<Role>("reader");
  EXPECT_EQ(read_role->description, "reads");
  EXPECT_EQ(read_role->max_session_seconds, 7200);
  EXPECT_EQ(read_role->boundary, role.boundary);
  EXPECT_EQ(read_role->tags, role.tags);
  EXPECT_EQ(read_role->trust_bindings, role.trust_bindings);
  EXPECT_NE(read_role->trust.compiled, nullptr);
  EXPECT_EQ(snapshot->IdOfPrincipal("arn:aws:iam::111122223333:role/team/reader"), role.id);
  EXPECT_EQ(snapshot->IdOfPrincipal("arn:aws:iam::111122223333:role/reader"), "");
  const auto read_policy = snapshot->FindPolicy("arn:aws:iam::111122223333:policy/p");
  EXPECT_EQ(read_policy->Default().number, 3);
  EXPECT_EQ(read_policy->versions.size(), 2u);
  EXPECT_EQ(read_policy->next_version, 4);
  const auto read_provider = snapshot->FindProvider("arn:aws:iam::111122223333:oidc-provider/example.com/path");
  EXPECT_EQ(read_provider->client_ids, provider.client_ids);
  EXPECT_EQ(read_provider->thumbprints, provider.thumbprints);
  EXPECT_EQ(snapshot->MembersOf(group.id).size(), 1u);

  const auto in_force = snapshot->PoliciesOf(user.id);
  ASSERT_NE(in_force, nullptr);
  EXPECT_FALSE(in_force->unreadable);
  std::vector<std::string> names;
  for (const PolicyInForce& one : in_force->identity) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{"arn:aws:iam::111122223333:policy/p",
                                             "arn:aws:iam::aws:policy/AdministratorAccess", "group/staff/inline/all"}));
  EXPECT_EQ(snapshot->PoliciesOf(role.id)->boundary->name, *role.boundary);
  EXPECT_EQ(snapshot->PoliciesOf("AIDANOBODY"), nullptr);
  EXPECT_EQ(snapshot->UsageOf("arn:aws:iam::111122223333:policy/p").attachments, 1);
  EXPECT_EQ(snapshot->UsageOf(*role.boundary).boundaries, 1);
}

// What a group or a policy says counts for its members and holders from the commit on.
TEST(AccountTable, PoliciesInForceFollowGroupsAndPolicies) {
  Fixture f;
  AccountChange change = f.Change();
  Group group;
  group.id = NewUniqueId(EntityKind::kGroup);
  group.name = "staff";
  User user = f.MakeUser("Bob");
  user.groups = {group.id};
  const std::string id = user.id;
  change.users.push_back({nullptr, std::move(user)});
  change.groups.push_back({nullptr, group});
  ASSERT_TRUE(f.Commit(change));
  EXPECT_TRUE(f.Load()->PoliciesOf(id)->identity.empty());

  AccountChange more = f.Change();
  const auto before = more.before->FindById<Group>(group.id);
  Group after = *before;
  after.attached = {"arn:aws:iam::aws:policy/ReadOnlyAccess"};
  more.groups.push_back({before, std::move(after)});
  ASSERT_TRUE(f.Commit(more));
  EXPECT_EQ(f.Load()->PoliciesOf(id)->identity.size(), 1u);
}

TEST(AccountTable, APolicyThatIsNotThereAllowsNothing) {
  Fixture f;
  AccountChange change = f.Change();
  User user = f.MakeUser("Bob");
  user.attached = {"arn:aws:iam::111122223333:policy/gone", "arn:aws:iam::aws:policy/AdministratorAccess"};
  const std::string id = user.id;
  change.users.push_back({nullptr, std::move(user)});
  ASSERT_TRUE(f.Commit(change));
  EXPECT_TRUE(f.Load()->PoliciesOf(id)->unreadable);
  EXPECT_TRUE(f.LoadAfresh().value()->PoliciesOf(id)->unreadable);
}

TEST(AccountTable, OfTwoChangesOnOneSnapshotOneConflicts) {
  Fixture f;
  f.CreateUser("Bob");
  AccountChange first = f.Change();
  AccountChange second = f.Change();
  first.users.push_back({nullptr, f.MakeUser("Carol")});
  second.users.push_back({nullptr, f.MakeUser("Dave")});
  ASSERT_TRUE(f.Commit(first));
  const auto conflict = f.Commit(second);
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().kind, ErrorKind::kConflict);
  EXPECT_NE(f.Load()->Find<User>("Carol"), nullptr);
  EXPECT_EQ(f.Load()->Find<User>("Dave"), nullptr);
}

// Else a crowd of changes of a large account ends with nobody able to read it between two of them.
TEST(AccountTable, AConflictLeavesTheNewerSnapshotInTheCache) {
  Fixture f;
  f.CreateUser("Bob");
  AccountChange first = f.Change();
  AccountChange second = f.Change();
  first.users.push_back({nullptr, f.MakeUser("Carol")});
  second.users.push_back({nullptr, f.MakeUser("Dave")});
  ASSERT_TRUE(f.Commit(first));
  const SnapshotPtr published = f.Load();
  ASSERT_EQ(f.Commit(second).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(f.Load(), published);
}

TEST(AccountTable, AChangeThatOutgrowsItsRecordIsRefused) {
  Fixture f;
  AccountChange change = f.Change();
  User user = f.MakeUser("Bob");
  user.inline_policies.push_back({"big", {.document = std::string(300 * 1024, ' '), .compiled = nullptr}});
  change.users.push_back({nullptr, std::move(user)});
  EXPECT_EQ(f.Commit(change).error().kind, ErrorKind::kLimit);
}

// Records that are missing, put back or added behind the program's back are found when the account is read.
TEST(AccountTable, TheHeadKnowsEveryRecord) {
  Fixture f;
  const std::string id = f.CreateUser("Bob");
  const std::string path = EntityPath(kAccount, EntityKind::kUser, id);
  const Bytes old = *f.test.Read(path);
  const Bytes old_head = *f.test.Read(IamHeadPath(kAccount));
  AccountChange change = f.Change();
  const auto before = change.before->FindById<User>(id);
  User after = *before;
  after.boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  change.users.push_back({before, std::move(after)});
  ASSERT_TRUE(f.Commit(change));
  const Bytes now = *f.test.Read(path);
  const Bytes now_head = *f.test.Read(IamHeadPath(kAccount));
  ASSERT_TRUE(f.LoadAfresh());

  f.test.Write(path, old);  // an older version, without the boundary
  EXPECT_EQ(f.LoadAfresh().error().kind, ErrorKind::kCorrupt);
  f.test.Write(path, now);
  ASSERT_TRUE(f.LoadAfresh());

  f.test.Write(IamHeadPath(kAccount), old_head);
  EXPECT_EQ(f.LoadAfresh().error().kind, ErrorKind::kCorrupt);
  f.test.Write(IamHeadPath(kAccount), now_head);

  store::Transaction removal;
  removal.deletes.push_back(path);
  ASSERT_TRUE(store::CommitAndWait(f.test.store, std::move(removal)));
  EXPECT_EQ(f.LoadAfresh().error().kind, ErrorKind::kCorrupt);

  store::Transaction all;
  all.deletes.push_back(IamHeadPath(kAccount));
  ASSERT_TRUE(store::CommitAndWait(f.test.store, std::move(all)));
  EXPECT_TRUE(f.LoadAfresh()) << "an account of which nothing is left is for the ledger to find";
  f.test.Write(path, now);
  EXPECT_EQ(f.LoadAfresh().error().kind, ErrorKind::kCorrupt) << "a record without a head";
}

TEST(AccountTable, ARecordUnderAnotherKindOrIdDoesNotOpen) {
  Fixture f;
  const std::string id = f.CreateUser("Bob");
  const Bytes stored = *f.test.Read(EntityPath(kAccount, EntityKind::kUser, id));
  f.test.Write(EntityPath(kAccount, EntityKind::kRole, id), stored);
  EXPECT_EQ(f.LoadAfresh().error().kind, ErrorKind::kCorrupt);
}

TEST(AccessKeys, BelongToTheirUserAndFollowIt) {
  Fixture f;
  const std::string id = f.CreateUser("Bob");
  const std::string key = f.CreateAccessKey(id);
  auto credential = f.Credentials(key).value();
  EXPECT_EQ(credential->principal->kind, Principal::Kind::kUser);
  EXPECT_EQ(credential->principal->arn, "arn:aws:iam::111122223333:user/Bob");
  EXPECT_EQ(credential->principal->unique_id, id);
  EXPECT_EQ(credential->principal->name, "Bob");
  EXPECT_TRUE(credential->active);

  AccountChange rename = f.Change();
  const auto before = rename.before->FindById<User>(id);
  User after = *before;
  after.name = "Robert";
  after.path = "/x/";
  rename.users.push_back({before, std::move(after)});
  ASSERT_TRUE(f.Commit(rename));
  EXPECT_EQ(f.directory.credentials().Get(key), nullptr) << "the cache must have forgotten it";
  EXPECT_EQ(f.Credentials(key).value()->principal->arn, "arn:aws:iam::111122223333:user/x/Robert");
}

TEST(AccessKeys, StatusIsTheKeysAndTheUsers) {
  Fixture f;
  const std::string id = f.CreateUser("Bob");
  const std::string key = f.CreateAccessKey(id);
  const uint64_t generation = f.Credentials(key).value()->generation;
  auto set = [&](bool active) {
    AccountChange change = f.Change();
    const auto before = change.before->FindById<User>(id);
    User after = *before;
    after.access_keys[0].active = active;
    AccessKeyChange update;
    update.what = AccessKeyChange::What::kSetStatus;
    update.access_key_id = key;
    update.user_id = id;
    update.active = active;
    change.users.push_back({before, std::move(after)});
    change.access_keys.push_back(std::move(update));
    return f.Commit(change);
  };
  ASSERT_TRUE(set(false));
  EXPECT_FALSE(f.Credentials(key).value()->active);
  EXPECT_NE(f.Credentials(key).value()->generation, generation);
  EXPECT_FALSE(f.LoadAfresh().value()->FindById<User>(id)->access_keys[0].active);
  ASSERT_TRUE(set(true));
  EXPECT_TRUE(f.Credentials(key).value()->active);
}

// An older record of the key, in which it was active still, is not believed.
TEST(AccessKeys, AnOlderRecordOfAKeyIsRefused) {
  Fixture f;
  const std::string id = f.CreateUser("Bob");
  const std::string key = f.CreateAccessKey(id);
  const std::string path = AccessKeyPath(*f.test.hierarchy, key);
  const Bytes active = *f.test.Read(path);
  AccountChange change = f.Change();
  const auto before = change.before->FindById<User>(id);
  User after = *before;
  after.access_keys[0].active = false;
  AccessKeyChange update;
  update.what = AccessKeyChange::What::kSetStatus;
  update.access_key_id = key;
  update.user_id = id;
  update.active = false;
  change.users.push_back({before, std::move(after)});
  change.access_keys.push_back(std::move(update));
  ASSERT_TRUE(f.Commit(change));
  f.test.Write(path, active);
  f.directory.credentials().InvalidateAll();
  EXPECT_FALSE(f.Credentials(key));
}

TEST(AccessKeys, ADeletedOneIsNoMore) {
  Fixture f;
  const std::string id = f.CreateUser("Bob");
  const std::string key = f.CreateAccessKey(id);
  AccountChange change = f.Change();
  const auto before = change.before->FindById<User>(id);
  User after = *before;
  after.access_keys.clear();
  AccessKeyChange removal;
  removal.what = AccessKeyChange::What::kDelete;
  removal.access_key_id = key;
  removal.user_id = id;
  change.users.push_back({before, std::move(after)});
  change.access_keys.push_back(std::move(removal));
  ASSERT_TRUE(f.Commit(change));
  EXPECT_EQ(f.Credentials(key).error().kind, ErrorKind::kNotFound);
  EXPECT_FALSE(f.test.Read(AccessKeyPath(*f.test.hierarchy, key)));
}

}  // namespace
}  // namespace kagimori::identity
