#include "keys/loaded_key.h"

#include <optional>
#include <string>
#include <vector>

#include "keys/key_spec.h"
#include "keys/paths.h"
#include "keys/records.h"
#include "net/await.h"
#include "net/offload.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

// The cache is invalidated, and the load done again, at most this often in a row.
constexpr int kMaxLoads = 8;

// Opens, unwraps and parses: some hundred microseconds.
Result<std::shared_ptr<const LoadedKey>> Open(const seal::KeyHierarchy& hierarchy, const Key& key,
                                              const MaterialEntry& material, const store::Record& record) {
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record.key, key.name.account, record.value));
  if (opened.version != material.version)
    return Fail(ErrorKind::kCorrupt, "key material is not of the version that the head names");
  KAGIMORI_ASSIGN_OR_RETURN(records::MaterialRecord stored, records::DecodeMaterial(opened.message));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes pkcs8,
                            seal::UnwrapSecret(hierarchy, key.name.account, record.key, stored.wrapped));
  KAGIMORI_ASSIGN_OR_RETURN(crypto::PrivateKey pair, crypto::PrivateKey::Parse(*TraitsOf(key.spec).type, pkcs8));
  return std::make_shared<const LoadedKey>(LoadedKey{.material = material.id, .pair = std::move(pair)});
}

}  // namespace

LoadedKeys::LoadedKeys(const seal::KeyHierarchy* hierarchy, store::Store* store, WorkerPool* workers, size_t max_bytes)
    : hierarchy_(hierarchy), store_(store), workers_(workers), cache_(max_bytes) {}

bool LoadedKeys::NeedsLoading(const Key& key) { return IsAsymmetric(key.spec); }

std::shared_ptr<const LoadedKey> LoadedKeys::Find(LoadedKeyCache::View* view, const Key& key) {
  const std::shared_ptr<const LoadedKey>* found = view->Find(key.name);
  const MaterialEntry* current = key.current_material();
  if (found == nullptr || current == nullptr || (*found)->material != current->id) return nullptr;
  return *found;
}

Task<Result<std::shared_ptr<const LoadedKey>>> LoadedKeys::Load(std::shared_ptr<const Key> key) {
  const MaterialEntry* material = key->current_material();
  if (material == nullptr) co_return Fail(ErrorKind::kInternal, "the key has no material");
  for (int load = 0; load < kMaxLoads; ++load) {
    const uint64_t ticket = cache_.BeginLoad();
    std::vector<std::string> paths;
    paths.push_back(MaterialPath(key->name, material->id));
    Result<store::GetResult> got = co_await net::Await<Result<store::GetResult>>(
        [this, &paths](auto callback) { store_->Get(std::move(paths), std::move(callback)); });
    if (!got) co_return std::unexpected(std::move(got).error());
    if (!got->records[0]) co_return Fail(ErrorKind::kConflict, "the key's material is gone: the key has changed");
    auto opened = co_await net::Offload(workers_, [&] { return Open(*hierarchy_, *key, *material, *got->records[0]); });
    if (!opened) co_return Fail(ErrorKind::kLimit, "too many long computations wait");
    if (!*opened) co_return std::unexpected(std::move(*opened).error());
    if (cache_.Insert(ticket, key->name, **opened, (**opened)->pair.footprint())) co_return std::move(**opened);
  }
  co_return Fail(ErrorKind::kConflict, "the key changes faster than its material can be read");
}

}  // namespace kagimori::keys
