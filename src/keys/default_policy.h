#ifndef KAGIMORI_KEYS_DEFAULT_POLICY_H_
#define KAGIMORI_KEYS_DEFAULT_POLICY_H_

#include <string>
#include <string_view>

#include "base/ids.h"

namespace kagimori::keys {

// The policy of a key that was made without one, to the letter as GetKeyPolicy gives it.
std::string DefaultKeyPolicy(AccountId account, Region region);

// Whether `policy` is that policy, white space aside.
bool IsDefaultKeyPolicy(std::string_view policy, AccountId account, Region region);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_DEFAULT_POLICY_H_
