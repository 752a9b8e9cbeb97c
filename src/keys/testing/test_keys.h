#ifndef KAGIMORI_KEYS_TESTING_TEST_KEYS_H_
#define KAGIMORI_KEYS_TESTING_TEST_KEYS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/sync_wait.h"
#include "keys/committer.h"
#include "keys/key_table.h"
#include "keys/paths.h"
#include "keys/policy_document.h"
#include "seal/path.h"
#include "seal/testing/test_store.h"

// For tests of this room and of the rooms above: keys, and the store that they are kept in.
namespace kagimori::keys {

inline const AccountId kTestAccount = AccountId::FromNumber(111122223333);
inline const AccountId kOtherAccount = AccountId::FromNumber(444455556666);
inline const Region kTestRegion = *Region::Parse("eu-central-1");
inline constexpr Timestamp kTestNow{1'750'000'000'000};

inline KeyName TestName(uint8_t byte = 1, AccountId account = kTestAccount) {
  KeyName name{.account = account, .region = kTestRegion, .id = {}};
  name.id.bytes.fill(byte);
  return name;
}

inline AliasName TestAliasName(std::string name) {
  return {.account = kTestAccount, .region = kTestRegion, .name = std::move(name)};
}

// With the default policy.
inline Key TestKey(const KeyName& name = TestName()) {
  Key key{.name = name, .arn = name.Arn(), .created = kTestNow};
  key.policy_document = CompilePolicy(key);
  return key;
}

inline MaterialId TestMaterialId(uint8_t byte) {
  MaterialId id;
  id.fill(byte);
  return id;
}

// The bytes of the material whose id is filled with `byte`.
inline secret::SecretKey256 TestMaterialBytes(uint8_t byte) {
  return secret::SecretTesting::Filled<32>(static_cast<uint8_t>(byte ^ 0xFF));
}

inline std::shared_ptr<const Material> TestMaterial(uint8_t byte) {
  auto material = std::make_shared<Material>();
  material->id = TestMaterialId(byte);
  material->created = kTestNow;
  material->kdf.emplace(crypto::HmacSha256Key::Create(TestMaterialBytes(byte)));
  return material;
}

inline MaterialEntry TestEntry(uint8_t byte) {
  return {.id = TestMaterialId(byte), .version = 1, .loaded = TestMaterial(byte)};
}

// A key as it looks once it is loaded, without a store. The last material is current.
inline std::shared_ptr<const Key> LoadedTestKey(const KeyName& name = TestName(),
                                                const std::vector<uint8_t>& materials = {1}) {
  Key key = TestKey(name);
  for (uint8_t byte : materials) key.materials.push_back(TestEntry(byte));
  return std::make_shared<const Key>(std::move(key));
}

// Hands every call on to another store, and lets a test do something before, or refuse it.
class HookedStore : public store::Store {
 public:
  explicit HookedStore(store::Store* inner) : inner_(inner) {}

  void Get(std::vector<std::string> keys, store::GetCallback callback) override {
    if (before_get) before_get();
    // A key's head is one record with a type of its own; whatever else is read belongs to one.
    if (before_parts && !keys.empty() && !ParseHeadPath(keys[0])) before_parts();
    inner_->Get(std::move(keys), std::move(callback));
  }
  void Range(store::RangeRequest request, store::RangeCallback callback) override {
    if (before_range) before_range();
    inner_->Range(std::move(request), std::move(callback));
  }
  void Commit(store::Transaction transaction, store::CommitCallback callback) override {
    if (before_commit && !before_commit(transaction)) return callback(Fail(ErrorKind::kIo, "the test refuses"));
    inner_->Commit(std::move(transaction), std::move(callback));
  }
  std::unique_ptr<store::Watch> WatchFrom(store::Revision after, store::WatchCallback callback) override {
    return inner_->WatchFrom(after, std::move(callback));
  }
  Result<std::unique_ptr<store::Snapshot>> TakeSnapshot() override {
    if (before_snapshot) before_snapshot();
    auto snapshot = inner_->TakeSnapshot();
    if (after_snapshot) after_snapshot();
    return snapshot;
  }
  void SetLedger(store::CommitLedger* ledger) override { inner_->SetLedger(ledger); }
  void Close() override {}

  std::function<void()> before_get;
  std::function<void()> before_range;
  std::function<void()> before_snapshot;
  std::function<void()> after_snapshot;
  std::function<void()> before_parts;                            // of a Get that is not for a key's head
  std::function<bool(const store::Transaction&)> before_commit;  // false: refused

 private:
  store::Store* inner_;
};

// A store with everything that reads and writes keys.
struct KeyRoom {
  explicit KeyRoom(store::MemoryStore::Mode mode = store::MemoryStore::Mode::kInline)
      : test(seal::DeploymentKind::kDevelopment, mode),
        hooked(&test.store),
        table(test.hierarchy.get(), &hooked),
        committer(test.hierarchy.get(), &hooked, &table) {}

  const seal::KeyHierarchy& hierarchy() { return *test.hierarchy; }

  // An event's id is drawn for it, so no two are alike.
  OutboxEvent NextEvent() {
    OutboxEvent event{.id = {}, .line = "{\"the\":\"event\"}"};
    event.id[0] = 0xEE;
    event.id[1] = ++events;
    return event;
  }
  Result<store::Revision> Commit(const Change& change, std::optional<uint8_t> event = std::nullopt) {
    OutboxEvent outbox = NextEvent();
    if (event) outbox.id.fill(*event);
    return SyncWait(committer.Commit(change, outbox));
  }
  Result<std::shared_ptr<const Key>> TryLoad(const KeyName& name = TestName()) { return SyncWait(table.LoadKey(name)); }
  // Null: there is none.
  std::shared_ptr<const Key> Load(const KeyName& name = TestName()) { return TryLoad(name).value(); }
  std::shared_ptr<const Alias> LoadAlias(const std::string& name) {
    return SyncWait(table.LoadAlias(TestAliasName(name))).value();
  }

  static NewMaterial MaterialOf(uint8_t byte) {
    return {.id = TestMaterialId(byte),
            .bytes = secret::SecretBytes::CopyOf(secret::SecretTesting::BytesOf(TestMaterialBytes(byte))),
            .created = kTestNow};
  }

  // Stores a key with its parts and one material, and gives it back as loaded.
  std::shared_ptr<const Key> Create(Key key = TestKey(), uint8_t material = 1) {
    Change change;
    KeyName name = key.name;
    change.keys.push_back(
        {.before = nullptr, .after = std::move(key), .parts = AllParts(), .material = MaterialOf(material)});
    Commit(change).value();
    return Load(name);
  }
  // Stores another version of a key.
  std::shared_ptr<const Key> Update(const std::shared_ptr<const Key>& before, const std::function<void(Key&)>& edit) {
    Change change;
    change.keys.push_back({.before = before, .after = *before, .parts = AllParts(), .material = std::nullopt});
    edit(change.keys[0].after);
    Commit(change).value();
    return Load(before->name);
  }
  void AddAlias(const std::shared_ptr<const Key>& key, const std::string& name,
                const std::shared_ptr<const Alias>& before = nullptr) {
    Change change;
    change.keys.push_back({.before = key, .after = *key, .parts = {Part::kAliases}, .material = std::nullopt});
    std::vector<std::string>& names = change.keys[0].after.aliases;
    names.insert(std::ranges::lower_bound(names, name), name);
    AliasName alias_name{.account = key->name.account, .region = key->name.region, .name = name};
    change.aliases.push_back(
        {.name = alias_name,
         .before = before,
         .after = Alias{.name = alias_name, .target = key->name.id, .created = kTestNow, .updated = kTestNow}});
    Commit(change).value();
  }

  static std::vector<Part> AllParts() { return {Part::kDescription, Part::kPolicy, Part::kTags, Part::kAliases}; }

  // The paths of the store below `prefix`.
  std::vector<std::string> Paths(const std::string& prefix) {
    std::vector<std::string> paths;
    auto range = store::RangeAndWait(test.store, {.begin = prefix, .end = seal::PrefixEnd(prefix)}).value();
    for (const auto& record : range.records) paths.push_back(record.key);
    return paths;
  }
  void Delete(const std::string& path) {
    store::Transaction transaction;
    transaction.deletes.push_back(path);
    store::CommitAndWait(test.store, std::move(transaction)).value();
  }

  seal::TestStore test;
  HookedStore hooked;
  KeyTable table;
  Committer committer;
  uint8_t events = 0;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_TESTING_TEST_KEYS_H_
