#include "seal/hierarchy.h"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "crypto/random.h"
#include "seal/deployment_record.h"
#include "store/blocking.h"

namespace kagimori::seal {
namespace {

constexpr std::string_view kPurposeLabel = "kagimori/purpose/1";

struct DerivedId {
  TermId term;
  Purpose purpose;
  AccountId account;
  bool operator==(const DerivedId&) const = default;
};

struct DerivedIdHash {
  size_t operator()(const DerivedId& id) const {
    uint64_t mixed = (id.account.number() ^ (uint64_t{id.term} << 16)) * 8 + static_cast<uint64_t>(id.purpose);
    mixed *= 0x9E3779B97F4A7C15;  // spreads neighbouring numbers; 2^64 / golden ratio
    return static_cast<size_t>(mixed ^ mixed >> 32);
  }
};

using SharedKey = std::shared_ptr<const crypto::HmacSha256Key>;

// Derived keys. Bounded: a shard that is full is emptied, and what is in use comes back at 2 µs a key.
class DerivedKeys {
 public:
  SharedKey Find(const DerivedId& id) {
    Shard& shard = ShardOf(id);
    std::shared_lock lock(shard.mutex);
    auto found = shard.keys.find(id);
    return found == shard.keys.end() ? nullptr : found->second;
  }

  void Insert(const DerivedId& id, SharedKey key) {
    Shard& shard = ShardOf(id);
    std::unique_lock lock(shard.mutex);
    if (shard.keys.size() >= kKeysPerShard) shard.keys.clear();
    shard.keys.emplace(id, std::move(key));
  }

  void Forget(TermId term) {
    for (Shard& shard : shards_) {
      std::unique_lock lock(shard.mutex);
      std::erase_if(shard.keys, [term](const auto& entry) { return entry.first.term == term; });
    }
  }

 private:
  static constexpr size_t kShards = 16;
  static constexpr size_t kKeysPerShard = 64;

  // A cache line of its own, so that readers of one shard do not slow those of another.
  struct alignas(64) Shard {
    std::shared_mutex mutex;
    std::unordered_map<DerivedId, SharedKey, DerivedIdHash> keys;
  };
  Shard& ShardOf(const DerivedId& id) { return shards_[DerivedIdHash()(id) % kShards]; }

  std::array<Shard, kShards> shards_;
};

bool IsNaming(Purpose purpose) { return purpose == Purpose::kName || purpose == Purpose::kLedger; }

Result<> RequireEmpty(store::Store& store) {
  using namespace std::string_literals;
  // Every record type is below 0xFF.
  KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult found,
                            store::RangeAndWait(store, {.begin = "\0"s, .end = "\xFF", .limit = 1}));
  if (!found.records.empty()) return Fail(ErrorKind::kConflict, "the store is not empty");
  return {};
}

Result<> CheckDeployment(const DeploymentRecord& record, const Deployment& deployment) {
  if (record.deployment_id != deployment.id)
    return Fail(ErrorKind::kInvalid, "the store belongs to another deployment");
  if (record.kind != deployment.kind) {
    return Fail(ErrorKind::kInvalid, record.kind == DeploymentKind::kDevelopment
                                         ? "the store is a development store; deployment.json says production"
                                         : "the store is a production store; deployment.json says development");
  }
  return {};
}

}  // namespace

// A prepared term. The HMAC state is in secret memory and wiped with it.
struct LoadedTerm {
  crypto::HmacSha256Key key;
  TermTime began;
  bool closed = false;
};

struct KeyHierarchy::State {
  State(crypto::HmacSha256Key key, const DeploymentRecord& record)
      : store_id(record.store_id),
        kind(record.kind),
        epoch(record.epoch),
        naming_term(record.naming_term),
        current_term(record.current_term),
        deployment_key(std::move(key)) {
    Adopt(record);
  }

  void Adopt(const DeploymentRecord& record);
  // Reads the record, lets `edit` change it (false: it is as it should be already), and writes it under `new_key`, or
  // else under the present one.
  template <class Edit>
  Result<> Change(store::Store& store, std::optional<crypto::HmacSha256Key> new_key, const Edit& edit);

  const StoreId store_id;
  const DeploymentKind kind;
  const uint64_t epoch;
  const TermId naming_term;
  std::atomic<TermId> current_term;

  mutable std::shared_mutex mutex;
  std::map<TermId, LoadedTerm> terms;  // by mutex
  // Keys of terms that exist only: filled with `mutex` held shared, cleared with it held alone.
  mutable DerivedKeys derived;

  // Has one owner more for everybody who holds.
  const std::shared_ptr<const void> hold = std::make_shared<char>();

  mutable std::mutex change_mutex;       // one change at a time; before `mutex`
  crypto::HmacSha256Key deployment_key;  // by change_mutex
  uint64_t version = 0;                  // by change_mutex: of the newest record seen
};

// Makes memory what the record says. A new term can be found before anything is sealed under it.
void KeyHierarchy::State::Adopt(const DeploymentRecord& record) {
  std::unique_lock lock(mutex);
  for (const auto& [id, term] : record.terms) {
    if (!terms.contains(id))
      terms.emplace(id, LoadedTerm{.key = crypto::HmacSha256Key::Create(term.key), .began = term.began});
  }
  current_term.store(record.current_term);
  for (auto at = terms.begin(); at != terms.end();) {
    if (record.terms.contains(at->first)) {
      ++at;
      continue;
    }
    derived.Forget(at->first);
    at = terms.erase(at);
  }
  version = record.version;
}

template <class Edit>
Result<> KeyHierarchy::State::Change(store::Store& store, std::optional<crypto::HmacSha256Key> new_key,
                                     const Edit& edit) {
  std::lock_guard lock(change_mutex);
  const std::string path = DeploymentRecordPath();
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult got, store::GetAndWait(store, {path}));
  if (!got.records.at(0)) return Fail(ErrorKind::kCorrupt, "the store has no deployment record any more");
  KAGIMORI_ASSIGN_OR_RETURN(DeploymentRecord record, OpenDeploymentRecord(deployment_key, got.records[0]->value));
  if (record.version < version) return Fail(ErrorKind::kCorrupt, "the deployment record is an older one");
  KAGIMORI_ASSIGN_OR_RETURN(bool changed, edit(&record));
  if (changed) {
    ++record.version;
    const Bytes sealed = SealDeploymentRecord(new_key ? *new_key : deployment_key, record);
    store::Transaction transaction;
    transaction.preconditions.push_back({.key = path, .revision = got.records[0]->revision});
    transaction.puts.push_back({.key = path, .value = sealed});
    if (auto done = store::CommitAndWait(store, std::move(transaction)); !done) {
      // It may have been written all the same. No other record is like it: its salt is random.
      auto now = store::GetAndWait(store, {path});
      if (!now || !now->records.at(0) || now->records[0]->value != sealed) {
        return std::unexpected(std::move(done).error());
      }
    }
  }
  if (new_key) deployment_key = *std::move(new_key);
  Adopt(record);
  return {};
}

KeyHierarchy::KeyHierarchy(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyHierarchy::~KeyHierarchy() = default;

Result<std::unique_ptr<KeyHierarchy>> KeyHierarchy::Create(secret::SecretKey256 root_key, store::Store* store,
                                                           const Deployment& deployment) {
  KAGIMORI_RETURN_IF_ERROR(RequireEmpty(*store));
  DeploymentRecord record;
  crypto::FillRandom(record.store_id);
  record.deployment_id = deployment.id;
  record.kind = deployment.kind;
  record.naming_term = 1;
  record.current_term = 2;
  for (TermId id : {record.naming_term, record.current_term}) {
    record.terms.emplace(id, Term{.key = crypto::RandomSecretArray<32>(), .began = {.service = deployment.created}});
  }
  crypto::HmacSha256Key key = DeploymentKey(root_key, record.store_id);

  std::string path = DeploymentRecordPath();
  store::Transaction transaction;
  transaction.preconditions.push_back({.key = path, .revision = 0});
  transaction.puts.push_back({.key = path, .value = SealDeploymentRecord(key, record)});
  KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store, std::move(transaction)));
  return std::unique_ptr<KeyHierarchy>(new KeyHierarchy(std::make_unique<State>(std::move(key), record)));
}

Result<std::unique_ptr<KeyHierarchy>> KeyHierarchy::Load(secret::SecretKey256 root_key, store::Store* store,
                                                         const Deployment& deployment) {
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult got, store::GetAndWait(*store, {DeploymentRecordPath()}));
  if (got.records.size() != 1) return Fail(ErrorKind::kInternal, "the store gave another number of records");
  if (!got.records[0]) return Fail(ErrorKind::kNotFound, "the store has no deployment record");
  return Open(root_key, got.records[0]->value, deployment);
}

Result<std::unique_ptr<KeyHierarchy>> KeyHierarchy::Open(const secret::SecretKey256& root_key,
                                                         ByteView deployment_record, const Deployment& deployment) {
  KAGIMORI_ASSIGN_OR_RETURN(StoreId store_id, StoreIdOf(deployment_record));
  crypto::HmacSha256Key key = DeploymentKey(root_key, store_id);
  KAGIMORI_ASSIGN_OR_RETURN(DeploymentRecord record, OpenDeploymentRecord(key, deployment_record));
  KAGIMORI_RETURN_IF_ERROR(CheckDeployment(record, deployment));
  return std::unique_ptr<KeyHierarchy>(new KeyHierarchy(std::make_unique<State>(std::move(key), record)));
}

const StoreId& KeyHierarchy::store_id() const { return state_->store_id; }
DeploymentKind KeyHierarchy::deployment_kind() const { return state_->kind; }
uint64_t KeyHierarchy::epoch() const { return state_->epoch; }
TermId KeyHierarchy::current_term() const { return state_->current_term.load(); }
TermId KeyHierarchy::naming_term() const { return state_->naming_term; }

std::vector<TermInfo> KeyHierarchy::SealingTerms() const {
  std::shared_lock lock(state_->mutex);
  std::vector<TermInfo> infos;
  for (const auto& [id, term] : state_->terms) {
    if (id != state_->naming_term) infos.push_back({.id = id, .began = term.began});
  }
  return infos;
}

Result<std::shared_ptr<const crypto::HmacSha256Key>> KeyHierarchy::PurposeKey(TermId term, Purpose purpose,
                                                                              AccountId account) const {
  if ((term == state_->naming_term) != IsNaming(purpose)) {
    return Fail(ErrorKind::kCorrupt, "a term is not for this purpose");
  }
  DerivedId id{term, purpose, account};
  if (SharedKey key = state_->derived.Find(id); key != nullptr) return key;
  // To the end: a key must not come into the table after its term was destroyed.
  std::shared_lock lock(state_->mutex);
  auto found = state_->terms.find(term);
  if (found == state_->terms.end()) return Fail(ErrorKind::kCorrupt, "sealed under a term that does not exist");
  ByteArray<7> context{static_cast<uint8_t>(purpose)};
  for (size_t i = 0; i < 6; ++i) context[1 + i] = static_cast<uint8_t>(account.number() >> (40 - 8 * i));
  auto key = std::make_shared<const crypto::HmacSha256Key>(
      crypto::HmacSha256Key::Create(crypto::DeriveCounterMode256(found->second.key, kPurposeLabel, context)));
  state_->derived.Insert(id, key);
  return key;
}

KeyHierarchy::CurrentKey KeyHierarchy::KeyForSealing(Purpose purpose, AccountId account) const {
  if (IsNaming(purpose)) throw std::logic_error("a purpose that seals nothing");
  while (true) {
    TermId term = current_term();
    // Fails only when the term was replaced and destroyed since the line above.
    if (auto key = PurposeKey(term, purpose, account)) return {.term = term, .key = *std::move(key)};
  }
}

SharedKey KeyHierarchy::KeyForNaming(Purpose purpose, AccountId account) const {
  return PurposeKey(state_->naming_term, purpose, account).value();
}

Result<TermId> KeyHierarchy::BeginTerm(store::Store* store, TermTime now) {
  TermId begun = 0;
  KAGIMORI_RETURN_IF_ERROR(state_->Change(*store, std::nullopt, [&](DeploymentRecord* record) -> Result<bool> {
    if (record->terms.size() > kMaxSealingTerms) {  // the naming term is one of them
      return Fail(ErrorKind::kLimit,
                  "there are as many terms as there may be; the rotations before are not at their end");
    }
    begun = record->current_term + 1;
    record->terms.emplace(begun, Term{.key = crypto::RandomSecretArray<32>(), .began = now});
    record->current_term = begun;
    return true;
  }));
  return begun;
}

Result<> KeyHierarchy::CloseTerm(TermId term) {
  std::unique_lock lock(state_->mutex);
  auto found = state_->terms.find(term);
  if (found == state_->terms.end() || term == state_->naming_term || term == state_->current_term.load()) {
    return Fail(ErrorKind::kInvalid, "not a term that can be closed");
  }
  found->second.closed = true;
  return {};
}

bool KeyHierarchy::MayBePut(TermId term) const {
  if (term == state_->current_term.load()) return true;
  std::shared_lock lock(state_->mutex);
  auto found = state_->terms.find(term);
  return found != state_->terms.end() && term != state_->naming_term && !found->second.closed;
}

std::shared_ptr<const void> KeyHierarchy::HoldTerms() const {
  std::shared_lock lock(state_->mutex);
  return state_->hold;
}

Result<> KeyHierarchy::DestroyTerm(store::Store* store, TermId term) {
  {
    std::unique_lock lock(state_->mutex);
    auto found = state_->terms.find(term);
    if (found == state_->terms.end() || !found->second.closed) {
      return Fail(ErrorKind::kInvalid, "not a term that is closed");
    }
    // Who comes later reads a store in which nothing is left under the term.
    if (state_->hold.use_count() > 1) return Fail(ErrorKind::kUnavailable, "a long read holds the terms");
  }
  return state_->Change(*store, std::nullopt,
                        [&](DeploymentRecord* record) -> Result<bool> { return record->terms.erase(term) > 0; });
}

Result<> KeyHierarchy::ReplaceRootKey(store::Store* store, secret::SecretKey256 new_root_key) {
  return state_->Change(*store, DeploymentKey(new_root_key, state_->store_id),
                        [](DeploymentRecord*) -> Result<bool> { return true; });
}

Result<Bytes> KeyHierarchy::SealDeployment(ByteView deployment_record, const secret::SecretKey256& other_key) const {
  std::lock_guard lock(state_->change_mutex);
  KAGIMORI_ASSIGN_OR_RETURN(DeploymentRecord record, OpenDeploymentRecord(state_->deployment_key, deployment_record));
  return SealDeploymentRecord(DeploymentKey(other_key, state_->store_id), record);
}

Result<Bytes> RenewDeployment(const secret::SecretKey256& backup_key, ByteView deployment_record,
                              const secret::SecretKey256& new_root_key) {
  KAGIMORI_ASSIGN_OR_RETURN(StoreId store_id, StoreIdOf(deployment_record));
  KAGIMORI_ASSIGN_OR_RETURN(DeploymentRecord record,
                            OpenDeploymentRecord(DeploymentKey(backup_key, store_id), deployment_record));
  ++record.epoch;
  ++record.version;
  return SealDeploymentRecord(DeploymentKey(new_root_key, store_id), record);
}

}  // namespace kagimori::seal
