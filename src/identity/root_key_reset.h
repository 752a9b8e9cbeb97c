#ifndef KAGIMORI_IDENTITY_ROOT_KEY_RESET_H_
#define KAGIMORI_IDENTITY_ROOT_KEY_RESET_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"
#include "store/store.h"

namespace kagimori::identity {

// One try to give an account's root user a new access key and to deactivate all others, in one transaction under
// preconditions on the account and on every key it touches; private to the files of identity/.
struct RootKeyReset {
  const seal::KeyHierarchy& hierarchy;
  store::Store& store;
  AccountId account;
  std::string_view access_key_id;
  const secret::SecretBytes& secret_access_key;
  Timestamp now;

  struct Changed {
    std::vector<std::string> deactivated;
    std::vector<std::string> removed;  // inactive since an earlier reset
  };
  // Keys that are inactive already are removed, so that resets do not fill the account's record. `rerun`: something
  // changed between reading and writing; try again. kNotFound: no such account.
  Result<Changed> Try(bool* rerun) const;
};

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_ROOT_KEY_RESET_H_
