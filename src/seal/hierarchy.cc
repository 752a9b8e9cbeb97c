#include "seal/hierarchy.h"

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>
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

struct KeyHierarchy::State {
  explicit State(DeploymentRecord record)
      : store_id(record.store_id),
        kind(record.kind),
        naming_term(record.naming_term),
        current_term(record.current_term) {
    for (const auto& [id, term] : record.terms) terms.emplace(id, crypto::HmacSha256Key::Create(term));
  }

  const StoreId store_id;
  const DeploymentKind kind;
  const TermId naming_term;
  const TermId current_term;
  std::map<TermId, crypto::HmacSha256Key> terms;  // not changed after construction
  DerivedKeys derived;
};

KeyHierarchy::KeyHierarchy(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyHierarchy::~KeyHierarchy() = default;

Result<std::unique_ptr<KeyHierarchy>> KeyHierarchy::Create(secret::SecretKey256 root_key, store::Store* store,
                                                           const Deployment& deployment) {
  KAGIMORI_RETURN_IF_ERROR(RequireEmpty(*store));
  DeploymentRecord record;
  crypto::FillRandom(record.store_id);
  record.deployment_id = deployment.id;
  record.kind = deployment.kind;
  record.naming_term = record.current_term = 1;
  record.terms.emplace(1, crypto::RandomSecretArray<32>());

  std::string path = DeploymentRecordPath();
  store::Transaction transaction;
  transaction.preconditions.push_back({.key = path, .revision = 0});
  transaction.puts.push_back(
      {.key = path, .value = SealDeploymentRecord(crypto::HmacSha256Key::Create(root_key), record)});
  KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store, std::move(transaction)));
  return std::unique_ptr<KeyHierarchy>(new KeyHierarchy(std::make_unique<State>(std::move(record))));
}

Result<std::unique_ptr<KeyHierarchy>> KeyHierarchy::Load(secret::SecretKey256 root_key, store::Store* store,
                                                         const Deployment& deployment) {
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult got, store::GetAndWait(*store, {DeploymentRecordPath()}));
  if (got.records.size() != 1) return Fail(ErrorKind::kInternal, "the store gave another number of records");
  if (!got.records[0]) return Fail(ErrorKind::kNotFound, "the store has no deployment record");
  KAGIMORI_ASSIGN_OR_RETURN(DeploymentRecord record,
                            OpenDeploymentRecord(crypto::HmacSha256Key::Create(root_key), got.records[0]->value));
  KAGIMORI_RETURN_IF_ERROR(CheckDeployment(record, deployment));
  return std::unique_ptr<KeyHierarchy>(new KeyHierarchy(std::make_unique<State>(std::move(record))));
}

const StoreId& KeyHierarchy::store_id() const { return state_->store_id; }
DeploymentKind KeyHierarchy::deployment_kind() const { return state_->kind; }
TermId KeyHierarchy::current_term() const { return state_->current_term; }
TermId KeyHierarchy::naming_term() const { return state_->naming_term; }

Result<std::shared_ptr<const crypto::HmacSha256Key>> KeyHierarchy::PurposeKey(TermId term, Purpose purpose,
                                                                              AccountId account) const {
  DerivedId id{term, purpose, account};
  if (SharedKey key = state_->derived.Find(id); key != nullptr) return key;
  auto found = state_->terms.find(term);
  if (found == state_->terms.end()) return Fail(ErrorKind::kCorrupt, "sealed under a term that does not exist");
  ByteArray<7> context{static_cast<uint8_t>(purpose)};
  for (size_t i = 0; i < 6; ++i) context[1 + i] = static_cast<uint8_t>(account.number() >> (40 - 8 * i));
  auto key = std::make_shared<const crypto::HmacSha256Key>(
      crypto::HmacSha256Key::Create(crypto::DeriveCounterMode256(found->second, kPurposeLabel, context)));
  state_->derived.Insert(id, key);
  return key;
}

}  // namespace kagimori::seal
