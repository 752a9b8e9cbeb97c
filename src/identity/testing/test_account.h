#ifndef KAGIMORI_IDENTITY_TESTING_TEST_ACCOUNT_H_
#define KAGIMORI_IDENTITY_TESTING_TEST_ACCOUNT_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "identity/account_snapshot.h"
#include "identity/stored_policy.h"

namespace kagimori::identity {

// For tests of this room and of the rooms above: an account's IAM, made by hand.
class TestAccount {
 public:
  explicit TestAccount(AccountId account = AccountId::FromNumber(111122223333)) : account_(account) {}

  // `policy`: an inline identity policy; empty: none.
  TestAccount& AddUser(std::string name, std::string id, std::string policy = "") {
    User user;
    Fill(std::move(name), std::move(id), std::move(policy), &user);
    return Put(std::move(user), &parts_.users);
  }
  // `trust`: its policy document, with `bindings` for the users and roles in it.
  TestAccount& AddRole(std::string name, std::string id, std::string trust,
                       std::map<std::string, std::string, std::less<>> bindings = {}, std::string policy = "",
                       int max_session_seconds = 3600) {
    Role role;
    Fill(std::move(name), std::move(id), std::move(policy), &role);
    role.trust = StoredTrustPolicy(std::move(trust), bindings);
    role.trust_bindings = std::move(bindings);
    role.max_session_seconds = max_session_seconds;
    return Put(std::move(role), &parts_.roles);
  }
  TestAccount& AddProvider(std::string name, std::vector<std::string> client_ids) {
    OidcProvider provider;
    provider.id = "AOIP" + std::to_string(parts_.providers.by_id.size());
    provider.name = std::move(name);
    provider.client_ids = std::move(client_ids);
    return Put(std::move(provider), &parts_.providers);
  }

  std::shared_ptr<const AccountSnapshot> snapshot() const {
    AccountSnapshot::Head head;
    head.revision = 1;
    return std::make_shared<const AccountSnapshot>(account_, std::nullopt, head, parts_);
  }

 private:
  static void Fill(std::string name, std::string id, std::string policy, PolicyHolder* holder) {
    holder->name = std::move(name);
    holder->id = std::move(id);
    if (!policy.empty())
      holder->inline_policies.push_back({.name = "inline", .policy = StoredIdentityPolicy(std::move(policy))});
  }
  template <class T>
  TestAccount& Put(T entity, EntityIndex<T>* index) {
    auto shared = std::make_shared<const T>(std::move(entity));
    index->by_name[FoldName(shared->name)] = shared;
    index->by_id[shared->id] = shared;
    return *this;
  }

  AccountId account_;
  AccountSnapshot::Parts parts_;
};

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_TESTING_TEST_ACCOUNT_H_
