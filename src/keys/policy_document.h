#ifndef KAGIMORI_KEYS_POLICY_DOCUMENT_H_
#define KAGIMORI_KEYS_POLICY_DOCUMENT_H_

#include <memory>

#include "keys/key.h"
#include "policy/document.h"

namespace kagimori::keys {

// The key's policy as it is evaluated; the default one is compiled once for each account. Null: this program cannot
// read what another one accepted (logged), so that nobody is let in.
std::shared_ptr<const policy::Document> CompilePolicy(const Key& key);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_POLICY_DOCUMENT_H_
