#ifndef KAGIMORI_KEYS_GRANT_TABLE_H_
#define KAGIMORI_KEYS_GRANT_TABLE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/snapshot_cache.h"
#include "base/task.h"
#include "keys/grant_place.h"
#include "keys/grant_set.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

using GrantCache = SnapshotCache<GranteeName, GrantSet>;

// Grants by key and grantee, never all of a key's: from the node's cache, else opened from the store. KeyTable has the
// one table of a node. Thread-safe.
class GrantTable {
 public:
  static constexpr size_t kMaxBytes = size_t{64} << 20;  // of cached sets, empty ones too

  // REQUIRES: what is pointed to outlives the table.
  GrantTable(const seal::KeyHierarchy* hierarchy, store::Store* store, size_t max_bytes = kMaxBytes);

  const seal::KeyHierarchy& hierarchy() const { return *hierarchy_; }
  GrantCache& cache() { return cache_; }
  // Drops what is cached of a grantee's grants on a key: they have changed, or may have.
  void Forget(const GranteeName& name) { cache_.Invalidate(name); }

  // Who is there. Until it is told, accounts alone are. REQUIRES: before the table is used; outlives it.
  void UsePrincipals(const PrincipalDirectory* principals) { principals_ = principals; }
  const PrincipalDirectory& principals() const { return *principals_; }

  // The grants of one grantee on one key, without waiting; null: Load them.
  static const std::shared_ptr<const GrantSet>* FindCached(GrantCache::View* view, const GranteeName& name) {
    return view->Find(name);
  }
  // Reads them from the store and caches them; never null, empty ones are cached, too. kCorrupt: they are not those
  // that their head says, so none of them counts.
  Task<Result<std::shared_ptr<const GrantSet>>> Load(GranteeName name);

  // One grant; null: there is none.
  Task<Result<std::shared_ptr<const Grant>>> Find(KeyName key, GrantId id);

  // The id for a new grant, and what its creation has to know. `same`: the grant of the same name and parameters, which
  // it is instead. REQUIRES: everything of the draft is there but id and revision.
  struct Draft {
    GrantId id;
    GrantPlace place;
    std::shared_ptr<const Grant> same;
  };
  Task<Result<Draft>> Prepare(Grant draft);
  // What its removal has to know.
  Task<Result<GrantPlace>> FindPlace(std::shared_ptr<const Grant> grant);

  // A page in the order of grantees' markers and of ids, which is no order that people see; `from`: where the page
  // before said to go on, empty for the first one.
  struct Page {
    std::vector<std::shared_ptr<const Grant>> grants;
    std::string next;  // empty: the end
  };
  // `grantee`: whose; nothing: everybody's.
  Task<Result<Page>> List(KeyName key, std::optional<PrincipalForm> grantee, std::string from, size_t limit);
  // In the Region, with that retiring principal, on whatever account's keys; also of keys that are gone.
  // At most 100 at a time.
  Task<Result<Page>> ListRetirable(GrantPrincipal retiring, Region region, std::string from, size_t limit);

 private:
  // Ends early once there are more than `count`.
  Task<Result<std::vector<std::shared_ptr<const Grant>>>> ReadAll(KeyName key, ByteArray<16> marker, uint64_t count);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  GrantCache cache_;
  std::unique_ptr<PrincipalDirectory> accounts_;
  const PrincipalDirectory* principals_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_GRANT_TABLE_H_
