#ifndef KAGIMORI_KEYS_GRANT_LOOKUP_H_
#define KAGIMORI_KEYS_GRANT_LOOKUP_H_

#include <boost/container/small_vector.hpp>
#include <memory>
#include <optional>

#include "base/result.h"
#include "base/task.h"
#include "keys/grant_table.h"

namespace kagimori::keys {

// A caller's grants on one key: a set for each of the forms under which it can have some, the closest form first.
struct CallerGrants {
  struct Entry {
    PrincipalKind kind;
    std::shared_ptr<const GrantSet> set;
  };
  boost::container::small_vector<Entry, 3> sets;
};

// Without waiting; nothing: one of the sets is not cached, so LookUp.
std::optional<CallerGrants> FindCachedGrants(GrantCache::View* view, const KeyName& key, const CallerForms& forms);
// From the core's view, or the store. An error: nobody can say what is granted, so nothing is.
Task<Result<CallerGrants>> LookUpGrants(GrantTable* table, GrantCache::View* view, KeyName key, CallerForms forms);

struct GrantMatch {
  const Grant* grant = nullptr;
  // The grantee is the caller's account: its identity policies hand on what it has been given (a root user needs none).
  bool through_account = false;
};
// The closest grant that allows it. Nothing: none does. The grant is as long there as `grants` is.
std::optional<GrantMatch> FindAllowing(const CallerGrants& grants, const GrantQuestion& question);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_GRANT_LOOKUP_H_
