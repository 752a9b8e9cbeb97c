#ifndef KAGIMORI_POLICY_ACTIONS_H_
#define KAGIMORI_POLICY_ACTIONS_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace kagimori::policy {

// The actions of KMS in lower case, "kms:decrypt"; a set of them fits one word. Their order means nothing outside a
// running program.
std::span<const std::string_view> KnownActions();

using ActionSet = uint64_t;

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_ACTIONS_H_
