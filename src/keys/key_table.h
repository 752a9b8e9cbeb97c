#ifndef KAGIMORI_KEYS_KEY_TABLE_H_
#define KAGIMORI_KEYS_KEY_TABLE_H_

#include <algorithm>
#include <atomic>
#include <memory>

#include "base/result.h"
#include "base/snapshot_cache.h"
#include "base/task.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

class GrantTable;
class LoadedKeys;

using KeyCache = SnapshotCache<KeyName, Key>;
using AliasCache = SnapshotCache<AliasName, Alias>;

// Keys and aliases as snapshots: from the node's cache, else opened from the store. Thread-safe.
class KeyTable {
 public:
  static constexpr size_t kMostKeys = 100'000;
  // How many keys to keep where all secrets together may come to `secret_bytes`: half of it is theirs. A key of one
  // material has a prepared HMAC of 64 bytes, in a block of 64; one with more of them loaded counts as so many keys.
  static size_t MaxKeys(size_t secret_bytes) { return std::min(kMostKeys, secret_bytes / 2 / 64); }

  // `loaded`: where the material of asymmetric keys is kept, which goes with the snapshot; null where nobody uses any.
  // REQUIRES: what is pointed to outlives the table; max_keys > 0.
  KeyTable(const seal::KeyHierarchy* hierarchy, store::Store* store, size_t max_keys = kMostKeys,
           LoadedKeys* loaded = nullptr);
  ~KeyTable();

  KeyCache& keys() { return keys_; }
  // Drops what is cached of a key: it has changed, or may have.
  void Forget(const KeyName& name);
  AliasCache& aliases() { return aliases_; }
  GrantTable& grants() { return *grants_; }
  // How many keys were read from the store because the cache lacked them.
  uint64_t key_loads() const { return key_loads_.load(std::memory_order_relaxed); }

  // Reads from the store and caches. Null: there is none (not cached: guesses must not fill memory).
  Task<Result<std::shared_ptr<const Key>>> LoadKey(KeyName name);
  Task<Result<std::shared_ptr<const Alias>>> LoadAlias(AliasName name);
  // The key, with that one of its materials ready for use. A key is loaded with the current one alone: an older one is
  // read when something is to be decrypted with it, and stays with the key in the cache. The key as it is when it is
  // not one whose materials are in snapshots, or has no such material. Null: there is no such key any more.
  Task<Result<std::shared_ptr<const Key>>> WithMaterial(std::shared_ptr<const Key> key, MaterialId material);
  static bool NeedsMaterial(const Key& key, const MaterialId& material);

  // The head of a key, the record of an alias, was sealed anew by a commit at `now` and says the same as at `before`: a
  // snapshot of then, if there is one, is one of now. Not needed for anything to be right (the next change of it would
  // be done twice), but a table full of keys need not be read again when a term ends.
  void KeyMoved(const KeyName& name, store::Revision before, store::Revision now);
  void AliasMoved(const AliasName& name, store::Revision before, store::Revision now);

  // One page of the heads of an account and Region in the order of their ids: the keys' ids and the path to go on from
  // (empty at the end). Keys that are gone are left out, so that a page may be short.
  struct KeyPage {
    std::vector<KeyName> keys;
    std::string next;
  };
  Task<Result<KeyPage>> ListKeys(AccountId account, Region region, std::string from, size_t limit,
                                 Timestamp service_now);
  // Aliases by their names' markers, which is no order that people see.
  struct AliasPage {
    std::vector<Alias> aliases;
    std::string next;
  };
  Task<Result<AliasPage>> ListAliases(AccountId account, Region region, std::string from, size_t limit,
                                      Timestamp service_now);

 private:
  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  KeyCache keys_;
  AliasCache aliases_;
  std::unique_ptr<GrantTable> grants_;
  LoadedKeys* loaded_;
  std::atomic<uint64_t> key_loads_{0};
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_KEY_TABLE_H_
