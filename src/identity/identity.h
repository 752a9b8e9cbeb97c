#ifndef KAGIMORI_IDENTITY_IDENTITY_H_
#define KAGIMORI_IDENTITY_IDENTITY_H_

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "secret/secret_bytes.h"

namespace kagimori::identity {

// Who a verified request comes from. Immutable.
struct Principal {
  enum class Kind { kRoot, kUser, kRoleSession, kFederatedUser };
  Kind kind = Kind::kRoot;
  AccountId account;
  std::string arn;        // "arn:aws:iam::111122223333:root"
  std::string unique_id;  // root: the account number; user: AIDA…; session: AROA…:name
  std::string name;       // user name; empty for root
};

// An access key with what it needs to verify a signature. Immutable; replaced as a whole.
struct Credential {
  std::string access_key_id;
  secret::SecretBytes secret_access_key;
  std::shared_ptr<const Principal> principal;
  uint64_t generation = 0;  // another number after every change, so that a derived signing key is known to be old
  bool active = true;
};

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_IDENTITY_H_
