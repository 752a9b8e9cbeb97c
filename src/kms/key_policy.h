#ifndef KAGIMORI_KMS_KEY_POLICY_H_
#define KAGIMORI_KMS_KEY_POLICY_H_

#include <expected>
#include <memory>
#include <string>

#include "kms/operation.h"
#include "policy/document.h"

namespace kagimori::kms {

// What CreateKey and PutKeyPolicy do with a policy before it is kept, and GetKeyPolicy before it is shown.

inline constexpr std::string_view kPolicyName = "default";
inline constexpr size_t kMaxPolicyBytes = 32768;

// A policy that may be kept.
struct NewKeyPolicy {
  std::string text;
  policy::PrincipalBindings bindings;  // of the users and roles that it names
  std::shared_ptr<const policy::Document> document;
};

// Enters it into a key that is about to be written. The default policy, to the letter, is kept as nothing.
void SetPolicy(NewKeyPolicy policy, keys::Key* key);

// In this order: its size, its grammar, whether its principals exist, and, unless that is bypassed, whether the caller
// could replace it again: nobody is to lock themselves out by mistake. `key`: whose policy it is to be.
Task<std::expected<NewKeyPolicy, shapes::ApiError>> PrepareKeyPolicy(Session& session, std::string text,
                                                                     const keys::Key& key, bool bypass_lockout_check);

// As GetKeyPolicy prints it: byte for byte, with the bare unique id where a user or role that it names is gone.
Task<Result<std::string>> ShownPolicy(Session& session, std::shared_ptr<const keys::Key> key);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_KEY_POLICY_H_
