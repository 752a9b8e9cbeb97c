#ifndef KAGIMORI_POLICY_OVERLY_PERMISSIVE_H_
#define KAGIMORI_POLICY_OVERLY_PERMISSIVE_H_

#include <string_view>

#include "policy/document.h"

namespace kagimori::policy {

// What KMS refuses in a key policy that is made or replaced, although it means something: ForAllValues with
// kms:EncryptionContext:… or aws:RequestTag/…, which then holds for requests that have no such key. AWS's text; empty:
// there is no such condition. Documents that were accepted before stay what they are. Source: AWS KMS Developer Guide,
// "AWS KMS condition keys", "Using condition keys with set operators".
std::string_view OverlyPermissiveCondition(const Document& document);

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_OVERLY_PERMISSIVE_H_
