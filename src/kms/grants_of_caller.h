#ifndef KAGIMORI_KMS_GRANTS_OF_CALLER_H_
#define KAGIMORI_KMS_GRANTS_OF_CALLER_H_

#include <optional>
#include <string>

#include "keys/grant_lookup.h"
#include "kms/operation.h"

namespace kagimori::kms {

// The grants on one key that may let the caller in, as the authorizer asks for them. Looks only into the core's cache;
// what is not there is `missing`, and after Load the question is to be put again. REQUIRES: session and key outlive it.
class GrantsOfCaller final : public authz::GrantFinder {
 public:
  // `operation`: what grants are asked for; nothing: no grant can give it.
  GrantsOfCaller(Session& session, const keys::Key& key, std::optional<keys::GrantOperation> operation)
      : session_(session), key_(key.name), operation_(operation) {}

  authz::GrantVerdict Find() override;
  bool missing() const { return missing_; }
  // From the store. An error: what is stored is not what it should be; nothing of it counts.
  Task<Result<>> Load();

 private:
  keys::CallerForms Forms() const;

  Session& session_;
  const keys::KeyName& key_;
  std::optional<keys::GrantOperation> operation_;
  bool missing_ = false;
  std::optional<keys::CallerGrants> grants_;
  std::string grant_id_;
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GRANTS_OF_CALLER_H_
