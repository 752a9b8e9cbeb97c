#include "keys/grant_set.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace kagimori::keys {
namespace {

using shapes::StringMap;

const StringMap kNoContext;

uint64_t Mix(uint64_t hash, uint64_t more) {
  hash ^= more + 0x9E3779B97F4A7C15ull + (hash << 6) + (hash >> 2);
  return hash * 0xFF51AFD7ED558CCDull;
}
uint64_t HashOf(std::string_view text) { return std::hash<std::string_view>()(text); }
uint64_t HashOf(const StringMap::Entry& pair) { return Mix(Mix(1, HashOf(pair.first)), HashOf(pair.second)); }
uint64_t HashOf(const StringMap& context) {
  uint64_t hash = 2;
  for (const auto& pair : context) hash = Mix(hash, HashOf(pair));
  return hash;
}
uint64_t HashOf(const GrantConstraints& constraints) {
  uint64_t hash =
      Mix(constraints.equals ? HashOf(*constraints.equals) : 3, constraints.subset ? HashOf(*constraints.subset) : 4);
  return Mix(hash, HashOf(constraints.source_arn));
}

bool HasAll(const StringMap& context, const StringMap& pairs) {
  return std::ranges::all_of(pairs, [&](const StringMap::Entry& pair) {
    const std::string* value = context.Find(pair.first);
    return value != nullptr && *value == pair.second;
  });
}

bool ContextFits(const GrantConstraints& constraints, const StringMap* sent) {
  const StringMap& context = sent != nullptr ? *sent : kNoContext;
  if (constraints.equals && context != *constraints.equals) return false;
  return !constraints.subset || HasAll(context, *constraints.subset);
}

bool SourceFits(const GrantConstraints& constraints, const GrantQuestion& question) {
  return constraints.source_arn.empty() || question.operation == GrantOperation::kRetireGrant ||
         question.source_arn == constraints.source_arn;
}

bool IsContextChecked(GrantOperation operation) {
  return operation != GrantOperation::kDescribeKey && operation != GrantOperation::kRetireGrant &&
         operation != GrantOperation::kCreateGrant;
}

size_t SizeOf(const std::string& text) { return sizeof(std::string) + text.capacity(); }
size_t SizeOf(const std::optional<StringMap>& pairs) {
  size_t size = 0;
  if (!pairs) return size;
  for (const auto& [key, value] : *pairs) size += SizeOf(key) + SizeOf(value);
  return size;
}
size_t SizeOf(const Grant& grant) {
  const GrantConstraints& constraints = grant.terms.constraints;
  size_t size = sizeof(Grant) + sizeof(std::shared_ptr<const Grant>) + SizeOf(grant.grantee.form.id) +
                SizeOf(grant.grantee.given) + SizeOf(grant.name) + SizeOf(constraints.equals) +
                SizeOf(constraints.subset) + SizeOf(constraints.source_arn);
  if (grant.retiring) size += SizeOf(grant.retiring->form.id) + SizeOf(grant.retiring->given);
  return size;
}

}  // namespace

bool AllowsSubGrant(const GrantTerms& parent, const GrantTerms& child) {
  if (!parent.operations.Has(GrantOperation::kCreateGrant) || !parent.operations.Contains(child.operations))
    return false;
  const GrantConstraints& limits = parent.constraints;
  const GrantConstraints& asked = child.constraints;
  if (!limits.source_arn.empty() && asked.source_arn != limits.source_arn) return false;
  if (limits.equals) return asked.equals == limits.equals;
  if (!limits.subset) return true;
  if (asked.equals) return HasAll(*asked.equals, *limits.subset);
  return asked.subset && HasAll(*asked.subset, *limits.subset);
}

bool Allows(const GrantTerms& terms, const GrantQuestion& question) {
  if (!terms.operations.Has(question.operation) || !SourceFits(terms.constraints, question)) return false;
  if (question.operation == GrantOperation::kCreateGrant)
    return question.child != nullptr && AllowsSubGrant(terms, *question.child);
  return !IsContextChecked(question.operation) || ContextFits(terms.constraints, question.encryption_context);
}

GrantSet::GrantSet(std::vector<std::shared_ptr<const Grant>> grants) : grants_(std::move(grants)) {
  for (uint32_t i = 0; i < grants_.size(); ++i) {
    const Grant& grant = *grants_[i];
    cost_ += SizeOf(grant);
    AddToGroup(i);
    auto& first = in_source_.try_emplace(grant.terms.constraints.source_arn, AllNone()).first->second;
    for (GrantOperation operation : grant.terms.operations.List()) {
      uint32_t& at = first[GrantOperations::Number(operation)];
      if (at == kNone) at = i;
    }
    if (grant.terms.operations.Has(GrantOperation::kCreateGrant)) parents_.push_back(i);
  }
  IndexGroups();
  cost_ += groups_.size() * (sizeof(Group) + 2 * sizeof(Index::value_type));
}

GrantSet::FirstByOperation GrantSet::AllNone() {
  FirstByOperation none;
  none.fill(kNone);
  return none;
}

void GrantSet::AddToGroup(uint32_t grant) {
  const GrantTerms& terms = grants_[grant]->terms;
  const uint64_t hash = HashOf(terms.constraints);
  Group* group = nullptr;
  for (auto [at, end] = by_constraints_.equal_range(hash); at != end && group == nullptr; ++at) {
    if (*groups_[at->second].constraints == terms.constraints) group = &groups_[at->second];
  }
  if (group == nullptr) {
    by_constraints_.emplace(hash, static_cast<uint32_t>(groups_.size()));
    group = &groups_.emplace_back(Group{.constraints = &terms.constraints, .first = AllNone()});
  }
  for (GrantOperation operation : terms.operations.List()) {
    uint32_t& at = group->first[GrantOperations::Number(operation)];
    if (at == kNone) at = grant;
  }
}

void GrantSet::IndexGroups() {
  by_constraints_ = {};
  std::unordered_map<uint64_t, uint32_t> in_subsets;  // how many subsets have a pair
  for (const Group& group : groups_) {
    if (!group.constraints->subset) continue;
    for (const auto& pair : *group.constraints->subset) ++in_subsets[HashOf(pair)];
  }
  for (uint32_t i = 0; i < groups_.size(); ++i) {
    const GrantConstraints& constraints = *groups_[i].constraints;
    if (constraints.equals) {
      by_context_.emplace(HashOf(*constraints.equals), i);
    } else if (constraints.subset && !constraints.subset->empty()) {
      auto rarest = std::ranges::min_element(*constraints.subset, {},
                                             [&](const StringMap::Entry& pair) { return in_subsets[HashOf(pair)]; });
      by_context_.emplace(HashOf(*rarest), i);
    } else {
      by_source_.emplace(HashOf(constraints.source_arn), i);
    }
  }
}

const Grant* GrantSet::Try(uint32_t group, const GrantQuestion& question) const {
  const uint32_t first = groups_[group].first[GrantOperations::Number(question.operation)];
  if (first == kNone || !Allows(grants_[first]->terms, question)) return nullptr;
  return grants_[first].get();
}

const Grant* GrantSet::FindIn(const Index& index, uint64_t hash, const GrantQuestion& question) const {
  for (auto [at, end] = index.equal_range(hash); at != end; ++at) {
    if (const Grant* found = Try(at->second, question)) return found;
  }
  return nullptr;
}

const Grant* GrantSet::FindByContext(const GrantQuestion& question) const {
  if (const Grant* found = FindIn(by_source_, HashOf(std::string_view()), question)) return found;
  if (question.source_arn) {
    if (const Grant* found = FindIn(by_source_, HashOf(*question.source_arn), question)) return found;
  }
  if (by_context_.empty()) return nullptr;
  const StringMap& context = question.encryption_context != nullptr ? *question.encryption_context : kNoContext;
  if (const Grant* found = FindIn(by_context_, HashOf(context), question)) return found;
  for (const auto& pair : context) {
    if (const Grant* found = FindIn(by_context_, HashOf(pair), question)) return found;
  }
  return nullptr;
}

const Grant* GrantSet::FindInSource(const GrantQuestion& question) const {
  auto try_source = [&](std::string_view source) -> const Grant* {
    auto found = in_source_.find(source);
    if (found == in_source_.end()) return nullptr;
    const uint32_t first = found->second[GrantOperations::Number(question.operation)];
    return first == kNone ? nullptr : grants_[first].get();
  };
  const Grant* found = try_source({});
  if (found == nullptr && question.source_arn) found = try_source(*question.source_arn);
  return found;
}

const Grant* GrantSet::FindInAnySource(GrantOperation operation) const {
  for (const auto& [source, first] : in_source_) {
    const uint32_t grant = first[GrantOperations::Number(operation)];
    if (grant != kNone) return grants_[grant].get();
  }
  return nullptr;
}

const Grant* GrantSet::FindParent(const GrantQuestion& question) const {
  for (uint32_t parent : parents_) {
    if (Allows(grants_[parent]->terms, question)) return grants_[parent].get();
  }
  return nullptr;
}

const Grant* GrantSet::FindAllowing(const GrantQuestion& question) const {
  if (grants_.empty()) return nullptr;
  if (question.operation == GrantOperation::kCreateGrant) return FindParent(question);
  if (question.operation == GrantOperation::kRetireGrant) return FindInAnySource(question.operation);
  if (IsContextChecked(question.operation)) return FindByContext(question);
  return FindInSource(question);
}

}  // namespace kagimori::keys
