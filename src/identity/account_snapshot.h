#ifndef KAGIMORI_IDENTITY_ACCOUNT_SNAPSHOT_H_
#define KAGIMORI_IDENTITY_ACCOUNT_SNAPSHOT_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "crypto/multiset_hash.h"
#include "identity/entities.h"
#include "store/store.h"

namespace kagimori::identity {

// A policy in force and the name by which an operator finds it: the ARN of a managed policy,
// "user/Bob/inline/ReadKeys".
struct PolicyInForce {
  std::string name;
  std::shared_ptr<const policy::Document> document;  // never null
};

// The identity policies of one user or role, compiled: made when a snapshot is made, not per request.
struct PrincipalPolicies {
  std::vector<PolicyInForce> identity;            // inline and managed ones, those of a user's groups too
  std::shared_ptr<const PolicyInForce> boundary;  // null: none
  // One of them cannot be read or is not there: nothing is allowed, whatever the others say.
  bool unreadable = false;
};

// Entities of one kind, by name and by unique id. Immutable.
template <class T>
struct EntityIndex {
  std::map<std::string, std::shared_ptr<const T>, std::less<>> by_name;  // FoldName of the name
  std::unordered_map<std::string, std::shared_ptr<const T>> by_id;
};

// What an account's IAM consists of at one revision. Immutable: a change makes a new one that shares what is the same.
class AccountSnapshot {
 public:
  // What the store says of the whole account: revision of the head, its version, the sum over its records.
  struct Head {
    store::Revision revision = 0;  // 0: nothing was ever written
    uint64_t version = 0;
    crypto::MultisetHash hash;
    uint64_t count = 0;
  };
  struct Parts {
    EntityIndex<User> users;
    EntityIndex<Group> groups;
    EntityIndex<Role> roles;
    EntityIndex<ManagedPolicy> policies;  // the account's own
    EntityIndex<OidcProvider> providers;
  };
  // What the account itself is. Never changes once the account is made.
  struct Info {
    std::string name;
    Timestamp created;
  };
  AccountSnapshot(AccountId account, std::optional<Info> info, Head head, Parts parts);
  // `before` with other indices where one is given, and otherwise its own. `principals`: the unique ids of users and
  // roles whose policies in force are to be made anew; null: of all.
  struct Replaced {
    std::shared_ptr<const EntityIndex<User>> users;
    std::shared_ptr<const EntityIndex<Group>> groups;
    std::shared_ptr<const EntityIndex<Role>> roles;
    std::shared_ptr<const EntityIndex<ManagedPolicy>> policies;
    std::shared_ptr<const EntityIndex<OidcProvider>> providers;
  };
  AccountSnapshot(const AccountSnapshot& before, Head head, Replaced replaced,
                  const std::vector<std::string>* principals);

  AccountId account() const { return account_; }
  // Nothing: nobody has made the account.
  const std::optional<Info>& info() const { return info_; }
  const Head& head() const { return head_; }
  // REQUIRES: nobody else has the snapshot yet.
  void SetRevision(store::Revision revision) { head_.revision = revision; }

  // Null: there is none. By name, in any letter case (EntityIndex<OidcProvider>: the URL without "https://").
  template <class T>
  std::shared_ptr<const T> Find(std::string_view name) const {
    const auto& map = IndexOf<T>().by_name;
    auto found = map.find(FoldName(name));
    return found == map.end() ? nullptr : found->second;
  }
  template <class T>
  std::shared_ptr<const T> FindById(std::string_view unique_id) const {
    const auto& map = IndexOf<T>().by_id;
    auto found = map.find(std::string(unique_id));
    return found == map.end() ? nullptr : found->second;
  }
  // All of a kind in the order of their folded names.
  template <class T>
  const std::map<std::string, std::shared_ptr<const T>, std::less<>>& All() const {
    return IndexOf<T>().by_name;
  }

  // The account's own or one of AWS's. Null: there is none.
  std::shared_ptr<const ManagedPolicy> FindPolicy(std::string_view arn) const;
  std::shared_ptr<const OidcProvider> FindProvider(std::string_view arn) const;
  // The user or role of exactly that ARN, path included: its unique id; empty: there is none.
  std::string IdOfPrincipal(std::string_view arn) const;
  // The ARN of the user or role with that id; empty: there is none.
  std::string ArnOfPrincipal(std::string_view unique_id) const;

  // Of a user or a role. Null: there is none, and so nothing is allowed.
  std::shared_ptr<const PrincipalPolicies> PoliciesOf(std::string_view unique_id) const;

  // Members of a group in the order of their folded names.
  std::vector<std::shared_ptr<const User>> MembersOf(std::string_view group_id) const;
  // Users, groups and roles that a policy is attached to; users and roles that it bounds.
  struct Usage {
    int attachments = 0;
    int boundaries = 0;
  };
  Usage UsageOf(std::string_view policy_arn) const;
  // The same for all policies in one pass, by ARN.
  std::map<std::string, Usage, std::less<>> UsageOfAll() const;

  // What one costs in the cache: its entities, and one.
  size_t cost() const;

  // For AccountChange: a copy of the indices, which costs a pointer per entity.
  template <class T>
  const EntityIndex<T>& IndexOf() const;

 private:
  using PolicyMap = std::unordered_map<std::string, std::shared_ptr<const PrincipalPolicies>>;

  // Fills in_force_: of `principals` anew and of all others as `before` has them; of all when either is null.
  void CollectPolicies(const AccountSnapshot* before, const std::vector<std::string>* principals);

  AccountId account_;
  std::optional<Info> info_;
  Head head_;
  std::shared_ptr<const EntityIndex<User>> users_;
  std::shared_ptr<const EntityIndex<Group>> groups_;
  std::shared_ptr<const EntityIndex<Role>> roles_;
  std::shared_ptr<const EntityIndex<ManagedPolicy>> policies_;
  std::shared_ptr<const EntityIndex<OidcProvider>> providers_;
  std::shared_ptr<const PolicyMap> in_force_;  // by unique id of a user or role
};

template <>
const EntityIndex<User>& AccountSnapshot::IndexOf<User>() const;
template <>
const EntityIndex<Group>& AccountSnapshot::IndexOf<Group>() const;
template <>
const EntityIndex<Role>& AccountSnapshot::IndexOf<Role>() const;
template <>
const EntityIndex<ManagedPolicy>& AccountSnapshot::IndexOf<ManagedPolicy>() const;
template <>
const EntityIndex<OidcProvider>& AccountSnapshot::IndexOf<OidcProvider>() const;

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_ACCOUNT_SNAPSHOT_H_
