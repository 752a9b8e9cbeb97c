#include "identity/account_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "identity/managed_policies.h"

namespace kagimori::identity {
namespace {

// Collects what is in force for one user or role.
class PolicyCollector {
 public:
  explicit PolicyCollector(const AccountSnapshot& snapshot) : snapshot_(snapshot) {}

  // `holder`: "user/Bob".
  void Add(std::string_view holder, const PolicyHolder& from) {
    for (const InlinePolicy& policy : from.inline_policies) {
      AddDocument(fmt::format("{}/inline/{}", holder, policy.name), policy.policy.compiled);
    }
    for (const std::string& arn : from.attached) AddDocument(arn, CompiledOf(arn));
  }

  void Bound(const std::optional<std::string>& arn) {
    if (!arn) return;
    if (auto compiled = CompiledOf(*arn)) {
      policies_->boundary = std::make_shared<const PolicyInForce>(PolicyInForce{*arn, std::move(compiled)});
    } else {
      policies_->unreadable = true;
    }
  }

  std::shared_ptr<const PrincipalPolicies> Take() && { return std::move(policies_); }

  void MissingGroup() { policies_->unreadable = true; }

 private:
  void AddDocument(std::string name, std::shared_ptr<const policy::Document> document) {
    if (document == nullptr) {
      policies_->unreadable = true;
      return;
    }
    policies_->identity.push_back({std::move(name), std::move(document)});
  }

  // Null: it is not there, or cannot be read.
  std::shared_ptr<const policy::Document> CompiledOf(std::string_view arn) const {
    auto policy = snapshot_.FindPolicy(arn);
    return policy == nullptr ? nullptr : policy->Default().policy.compiled;
  }

  const AccountSnapshot& snapshot_;
  std::shared_ptr<PrincipalPolicies> policies_ = std::make_shared<PrincipalPolicies>();
};

std::shared_ptr<const PrincipalPolicies> InForce(const AccountSnapshot& snapshot, const User& user) {
  PolicyCollector collector(snapshot);
  collector.Add("user/" + user.name, user);
  for (const std::string& id : user.groups) {
    if (auto group = snapshot.FindById<Group>(id)) {
      collector.Add("group/" + group->name, *group);
    } else {
      collector.MissingGroup();
    }
  }
  collector.Bound(user.boundary);
  return std::move(collector).Take();
}

std::shared_ptr<const PrincipalPolicies> InForce(const AccountSnapshot& snapshot, const Role& role) {
  PolicyCollector collector(snapshot);
  collector.Add("role/" + role.name, role);
  collector.Bound(role.boundary);
  return std::move(collector).Take();
}

template <class T, class F>
void CountAttached(const AccountSnapshot& snapshot, F count) {
  for (const auto& [name, holder] : snapshot.All<T>()) {
    for (const std::string& arn : holder->attached) ++count(arn).attachments;
    if constexpr (requires { holder->boundary; }) {
      if (holder->boundary) ++count(*holder->boundary).boundaries;
    }
  }
}

template <class F>
void CountAll(const AccountSnapshot& snapshot, F count) {
  CountAttached<User>(snapshot, count);
  CountAttached<Group>(snapshot, count);
  CountAttached<Role>(snapshot, count);
}

}  // namespace

AccountSnapshot::AccountSnapshot(AccountId account, std::optional<Info> info, Head head, Parts parts)
    : account_(account),
      info_(std::move(info)),
      head_(head),
      users_(std::make_shared<const EntityIndex<User>>(std::move(parts.users))),
      groups_(std::make_shared<const EntityIndex<Group>>(std::move(parts.groups))),
      roles_(std::make_shared<const EntityIndex<Role>>(std::move(parts.roles))),
      policies_(std::make_shared<const EntityIndex<ManagedPolicy>>(std::move(parts.policies))),
      providers_(std::make_shared<const EntityIndex<OidcProvider>>(std::move(parts.providers))) {
  CollectPolicies(nullptr, nullptr);
}

AccountSnapshot::AccountSnapshot(const AccountSnapshot& before, Head head, Replaced replaced,
                                 const std::vector<std::string>* principals)
    : account_(before.account_),
      info_(before.info_),
      head_(head),
      users_(replaced.users ? std::move(replaced.users) : before.users_),
      groups_(replaced.groups ? std::move(replaced.groups) : before.groups_),
      roles_(replaced.roles ? std::move(replaced.roles) : before.roles_),
      policies_(replaced.policies ? std::move(replaced.policies) : before.policies_),
      providers_(replaced.providers ? std::move(replaced.providers) : before.providers_) {
  CollectPolicies(&before, principals);
}

void AccountSnapshot::CollectPolicies(const AccountSnapshot* before, const std::vector<std::string>* principals) {
  if (before != nullptr && principals != nullptr && principals->empty()) {
    in_force_ = before->in_force_;
    return;
  }
  PolicyMap in_force;
  if (before != nullptr && principals != nullptr) {
    in_force = *before->in_force_;
    for (const std::string& id : *principals) {
      in_force.erase(id);
      if (auto user = FindById<User>(id)) in_force.emplace(id, InForce(*this, *user));
      if (auto role = FindById<Role>(id)) in_force.emplace(id, InForce(*this, *role));
    }
  } else {
    for (const auto& [id, user] : users_->by_id) in_force.emplace(id, InForce(*this, *user));
    for (const auto& [id, role] : roles_->by_id) in_force.emplace(id, InForce(*this, *role));
  }
  in_force_ = std::make_shared<const PolicyMap>(std::move(in_force));
}

template <>
const EntityIndex<User>& AccountSnapshot::IndexOf<User>() const {
  return *users_;
}
template <>
const EntityIndex<Group>& AccountSnapshot::IndexOf<Group>() const {
  return *groups_;
}
template <>
const EntityIndex<Role>& AccountSnapshot::IndexOf<Role>() const {
  return *roles_;
}
template <>
const EntityIndex<ManagedPolicy>& AccountSnapshot::IndexOf<ManagedPolicy>() const {
  return *policies_;
}
template <>
const EntityIndex<OidcProvider>& AccountSnapshot::IndexOf<OidcProvider>() const {
  return *providers_;
}

std::shared_ptr<const ManagedPolicy> AccountSnapshot::FindPolicy(std::string_view arn) const {
  const std::optional<EntityArn> parsed = ParseEntityArn(arn);
  if (!parsed || parsed->kind != EntityKind::kPolicy) return nullptr;
  if (!parsed->account) return FindAwsManagedPolicy(arn);
  if (*parsed->account != account_) return nullptr;
  auto policy = Find<ManagedPolicy>(parsed->name);
  return policy != nullptr && policy->path == parsed->path && policy->name == parsed->name ? policy : nullptr;
}

std::shared_ptr<const OidcProvider> AccountSnapshot::FindProvider(std::string_view arn) const {
  const std::optional<EntityArn> parsed = ParseEntityArn(arn);
  if (!parsed || parsed->kind != EntityKind::kOidcProvider || parsed->account != account_) return nullptr;
  return Find<OidcProvider>(parsed->name);
}

std::string AccountSnapshot::IdOfPrincipal(std::string_view arn) const {
  const std::optional<EntityArn> parsed = ParseEntityArn(arn);
  if (!parsed || parsed->account != account_) return {};
  auto id_of = [&](const auto& entity) {
    return entity != nullptr && entity->path == parsed->path && entity->name == parsed->name ? entity->id
                                                                                             : std::string();
  };
  if (parsed->kind == EntityKind::kUser) return id_of(Find<User>(parsed->name));
  if (parsed->kind == EntityKind::kRole) return id_of(Find<Role>(parsed->name));
  return {};
}

std::string AccountSnapshot::ArnOfPrincipal(std::string_view unique_id) const {
  if (auto user = FindById<User>(unique_id)) return ArnOf(account_, *user);
  if (auto role = FindById<Role>(unique_id)) return ArnOf(account_, *role);
  return {};
}

std::shared_ptr<const PrincipalPolicies> AccountSnapshot::PoliciesOf(std::string_view unique_id) const {
  auto found = in_force_->find(std::string(unique_id));
  return found == in_force_->end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const User>> AccountSnapshot::MembersOf(std::string_view group_id) const {
  std::vector<std::shared_ptr<const User>> members;
  for (const auto& [name, user] : users_->by_name) {
    if (std::ranges::find(user->groups, group_id) != user->groups.end()) members.push_back(user);
  }
  return members;
}

AccountSnapshot::Usage AccountSnapshot::UsageOf(std::string_view policy_arn) const {
  Usage usage;
  Usage others;
  CountAll(*this, [&](const std::string& arn) -> Usage& { return arn == policy_arn ? usage : others; });
  return usage;
}

std::map<std::string, AccountSnapshot::Usage, std::less<>> AccountSnapshot::UsageOfAll() const {
  std::map<std::string, Usage, std::less<>> usage;
  CountAll(*this, [&](const std::string& arn) -> Usage& { return usage[arn]; });
  return usage;
}

size_t AccountSnapshot::cost() const {
  return 1 + users_->by_id.size() + groups_->by_id.size() + roles_->by_id.size() + policies_->by_id.size() +
         providers_->by_id.size();
}

}  // namespace kagimori::identity
