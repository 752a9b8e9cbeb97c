#ifndef KAGIMORI_AUTHZ_KEY_CONTEXT_H_
#define KAGIMORI_AUTHZ_KEY_CONTEXT_H_

#include <cstdint>
#include <string_view>

#include "authz/call_facts.h"
#include "keys/grant.h"
#include "keys/key.h"

namespace kagimori::authz {

// The condition keys that come from an operation's parameters: kms:EncryptionAlgorithm, kms:GrantOperations …
class OperationFacts {
 public:
  virtual ~OperationFacts() = default;
  // Absent for every key that is not one of its own. See policy::RequestContext::Find.
  virtual policy::ConditionValues Find(const policy::ConditionKey& key, Scratch* scratch) const = 0;
  // For the constraints of grants. Null: there is none.
  virtual const shapes::StringMap* EncryptionContext() const { return nullptr; }
  // Of CreateGrant: what is to be granted.
  virtual const keys::GrantTerms* Child() const { return nullptr; }
};

// All condition keys of one call of KMS on one resource. Each source answers for its own keys: parameters cannot stand
// in for what is known of the caller or the key. REQUIRES: what is given outlives the context.
class KeyContext final : public policy::RequestContext {
 public:
  // What the call is about; it decides which keys there are.
  enum class Of : uint8_t { kKey, kNewKey, kNothing };
  // `key`: null but for Of::kKey. `request_alias`: the alias name that the request named it by, or empty.
  KeyContext(const CallFacts& call, const OperationFacts& operation, Of of, const keys::Key* key,
             std::string_view request_alias)
      : call_(call), operation_(operation), of_(of), key_(key), request_alias_(request_alias) {}

  policy::ConditionValues Find(const policy::ConditionKey& key) const override;

 private:
  policy::ConditionValues FindOfKey(const policy::ConditionKey& key) const;

  const CallFacts& call_;
  const OperationFacts& operation_;
  Of of_;
  const keys::Key* key_;
  std::string_view request_alias_;
  mutable Scratch scratch_;
};

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_KEY_CONTEXT_H_
