#ifndef KAGIMORI_KEYS_LOADED_KEY_H_
#define KAGIMORI_KEYS_LOADED_KEY_H_

#include <memory>
#include <optional>
#include <utility>

#include "base/snapshot_cache.h"
#include "base/task.h"
#include "base/worker_pool.h"
#include "crypto/key_pair.h"
#include "keys/authorized.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "store/store.h"

// Asymmetric key material ready for use. A snapshot of a key holds none: a parsed private key takes up to 40 KB of
// locked memory, a hundred times what a symmetric one does.
namespace kagimori::keys {

struct LoadedKey {
  MaterialId material{};
  crypto::PrivateKey pair;
};
using LoadedKeyCache = SnapshotCache<KeyName, LoadedKey>;

class LoadedKeys;

// A permission and, of an asymmetric key, the material that it is for: what the engine takes. Only LoadedKeys makes
// one, so that no permission is used with another key's material.
template <class Action>
class [[nodiscard]] Usable {
 public:
  const Key& key() const { return permission_.resource(); }
  const Authorized<Action, Key>& permission() const { return permission_; }
  // REQUIRES: the key is asymmetric.
  const crypto::PrivateKey& pair() const { return loaded_->pair; }

 private:
  friend class LoadedKeys;
  Usable(Authorized<Action, Key> permission, std::shared_ptr<const LoadedKey> loaded)
      : permission_(std::move(permission)), loaded_(std::move(loaded)) {}

  Authorized<Action, Key> permission_;
  std::shared_ptr<const LoadedKey> loaded_;
};

// Parses key material once and keeps it, within a bound of locked memory; evicted, superseded or deleted, it is wiped
// as soon as nobody uses it any more. Thread-safe.
class LoadedKeys {
 public:
  // How many bytes of locked memory the cache may fill where all secrets together may come to `secret_bytes`.
  static size_t MaxBytes(size_t secret_bytes) { return secret_bytes / 4; }

  // REQUIRES: everything outlives this. `workers` parse: that takes longer than a core should be held up.
  LoadedKeys(const seal::KeyHierarchy* hierarchy, store::Store* store, WorkerPool* workers, size_t max_bytes);

  LoadedKeyCache& cache() { return cache_; }

  // Whether a permission for the key could be made usable without waiting.
  bool IsReady(LoadedKeyCache::View* view, const Key& key) const {
    return !NeedsLoading(key) || Find(view, key) != nullptr;
  }

  // Makes a permission usable, if that needs no waiting, and takes it then; else nothing happens.
  template <class Action>
  std::optional<Usable<Action>> ReadyNow(LoadedKeyCache::View* view, Authorized<Action, Key>& permission) {
    std::shared_ptr<const LoadedKey> loaded;
    if (NeedsLoading(permission.resource())) {
      loaded = Find(view, permission.resource());
      if (loaded == nullptr) return std::nullopt;
    }
    return Usable<Action>(std::move(permission), std::move(loaded));
  }

  // Makes a permission usable. For a symmetric or HMAC key at once; else with the material of the snapshot that was
  // decided on, from the core's view of the cache or from the store. kLimit: the workers have too much to do. REQUIRES:
  // an asymmetric key has material (the state table has said so).
  template <class Action>
  Task<Result<Usable<Action>>> Ready(LoadedKeyCache::View* view, Authorized<Action, Key> permission) {
    std::optional<Usable<Action>> ready = ReadyNow(view, permission);
    if (ready) co_return std::move(*ready);
    Result<std::shared_ptr<const LoadedKey>> loaded = co_await Load(permission.snapshot());
    if (!loaded) co_return std::unexpected(std::move(loaded).error());
    co_return Usable<Action>(std::move(permission), *std::move(loaded));
  }

  void Forget(const KeyName& name) { cache_.Invalidate(name); }

 private:
  static bool NeedsLoading(const Key& key);
  static std::shared_ptr<const LoadedKey> Find(LoadedKeyCache::View* view, const Key& key);
  Task<Result<std::shared_ptr<const LoadedKey>>> Load(std::shared_ptr<const Key> key);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  WorkerPool* workers_;
  LoadedKeyCache cache_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_LOADED_KEY_H_
