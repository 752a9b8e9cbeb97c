#ifndef KAGIMORI_KEYS_GRANT_PLACE_H_
#define KAGIMORI_KEYS_GRANT_PLACE_H_

#include <cstdint>
#include <memory>

#include "crypto/multiset_hash.h"
#include "keys/grant.h"

namespace kagimori::keys {

// What is stored beside grants, as it was read for a change of them.

// Of all grants of one grantee on one key: how many, and a keyed multiset hash over them. A grant that was put back,
// or taken away, behind the server's back shows in it, and then none of them counts.
struct GranteeHead {
  uint64_t count = 0;
  crypto::MultisetHash hash = {};
  uint64_t version = 0;
  store::Revision revision = 0;  // 0: there is none, and no grant
};

// The number of a key's grants is kept in sixteen parts, by the grants' ids, so that those who make and retire grants
// on one key do not wait for one another.
inline constexpr size_t kGrantCountParts = 16;
inline size_t CountPartOf(const GrantId& id) { return id.random[0] & 0xF; }
struct GrantCount {
  uint64_t count = 0;
  uint64_t version = 0;
  store::Revision revision = 0;
};

struct GrantPlace {
  GranteeHead head;
  GrantCount count;         // the part that the grant is counted in
  uint64_t on_the_key = 0;  // all parts together
  // Of a grant with a name: the record that says which grant has this name and these parameters.
  store::Revision name_revision = 0;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_GRANT_PLACE_H_
