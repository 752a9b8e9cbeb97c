#ifndef KAGIMORI_SEED_ACCOUNT_SESSION_H_
#define KAGIMORI_SEED_ACCOUNT_SESSION_H_

#include <memory>

#include "kms/operation.h"
#include "seed/services.h"

namespace kagimori::seed {

// What the rules of the API ask of whoever calls, for work that an administrator does on an account's keys: the
// account's root user stands for it where a rule asks who could do something afterwards. No permission follows from it.
class AccountSession {
 public:
  AccountSession(const Services& services, AccountId account, Region region);
  AccountSession(const AccountSession&) = delete;

  kms::Session& session() { return session_; }
  const kms::Call& call() const { return call_; }

 private:
  class NoFacts;

  std::shared_ptr<const identity::Principal> root_;
  identity::Caller caller_;
  std::unique_ptr<const authz::OperationFacts> no_facts_;
  kms::Call call_;
  authz::CallFacts facts_;
  keys::KeyCache::View keys_;
  keys::AliasCache::View aliases_;
  keys::GrantCache::View grants_;
  keys::LoadedKeyCache::View loaded_;
  keys::Resolver resolver_;
  kms::Trail trail_;
  kms::Session session_;
};

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_ACCOUNT_SESSION_H_
