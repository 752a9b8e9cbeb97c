#ifndef KAGIMORI_KEYS_GRANT_TOKEN_H_
#define KAGIMORI_KEYS_GRANT_TOKEN_H_

#include <string>
#include <string_view>

#include "keys/grant.h"
#include "seal/hierarchy.h"

namespace kagimori::keys {

// Names a grant, to whoever it is given. It is no secret and gives nothing: the grant decides, which is in force from
// CreateGrant's answer on. Authenticated, so that it is known to be ours; not sealed under a term, so that it is good
// as long as its grant (docs/storage-format.md, "Grant tokens").
struct GrantReference {
  KeyName key;
  GrantId id;
  bool operator==(const GrantReference&) const = default;
};

// Another text each time; base64.
std::string MakeGrantToken(const seal::KeyHierarchy& hierarchy, const GrantReference& grant);
// kInvalid for whatever this deployment did not make. Whether the grant is still there is not said.
Result<GrantReference> OpenGrantToken(const seal::KeyHierarchy& hierarchy, std::string_view token);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_GRANT_TOKEN_H_
