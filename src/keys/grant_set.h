#ifndef KAGIMORI_KEYS_GRANT_SET_H_
#define KAGIMORI_KEYS_GRANT_SET_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "keys/grant.h"

namespace kagimori::keys {

// What a grant is asked for.
struct GrantQuestion {
  GrantOperation operation = GrantOperation::kDecrypt;
  // The encryption context that the operation works with: ReEncryptFrom the source's, ReEncryptTo the destination's.
  // Null: none, as an empty one.
  const shapes::StringMap* encryption_context = nullptr;
  // aws:SourceArn of a request that a service made for somebody; nothing: not such a request.
  std::optional<std::string_view> source_arn = {};
  // Of CreateGrant: what is to be granted. Null: nothing may be.
  const GrantTerms* child = nullptr;
};

// Whether a grant that gives `parent`, CreateGrant among it, allows making one that gives `child`: no other operations,
// and constraints at least as strict (Subset{S}: Subset or Equals with all of S; Equals{E}: Equals{E}; SourceArn: the
// same).
bool AllowsSubGrant(const GrantTerms& parent, const GrantTerms& child);

// Whether this one grant, whose grantee the caller is, allows it. Constraints on the encryption context do not count
// for DescribeKey, RetireGrant and CreateGrant, SourceArn does not for RetireGrant.
bool Allows(const GrantTerms& terms, const GrantQuestion& question);

// The grants of one grantee on one key, so arranged that a decision looks at few of them, however many there are:
// grants with the same constraints are one entry, which is found by the request's encryption context. (Subsets are
// found by their rarest pair: a key whose owner gives one grantee thousands of different subsets of few pairs makes
// decisions on that key slow.) Immutable.
class GrantSet {
 public:
  GrantSet() = default;
  explicit GrantSet(std::vector<std::shared_ptr<const Grant>> grants);

  const std::vector<std::shared_ptr<const Grant>>& grants() const { return grants_; }
  bool empty() const { return grants_.empty(); }
  // Bytes of memory, about.
  size_t cost() const { return cost_; }

  // A grant that allows it; null: none does.
  const Grant* FindAllowing(const GrantQuestion& question) const;

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};
  // Of each operation the first grant that gives it.
  using FirstByOperation = std::array<uint32_t, GrantOperations::kCount>;
  struct Group {
    const GrantConstraints* constraints = nullptr;  // the same for all of its grants
    FirstByOperation first;
  };
  using Index = std::unordered_multimap<uint64_t, uint32_t>;  // from a hash to groups

  static FirstByOperation AllNone();
  void AddToGroup(uint32_t grant);
  void IndexGroups();
  const Grant* Try(uint32_t group, const GrantQuestion& question) const;
  const Grant* FindIn(const Index& index, uint64_t hash, const GrantQuestion& question) const;
  const Grant* FindByContext(const GrantQuestion& question) const;
  const Grant* FindInSource(const GrantQuestion& question) const;
  const Grant* FindInAnySource(GrantOperation operation) const;
  const Grant* FindParent(const GrantQuestion& question) const;

  std::vector<std::shared_ptr<const Grant>> grants_;
  std::vector<Group> groups_;
  Index by_constraints_;  // while groups are made
  Index by_context_;      // groups with Equals by all of it, with Subset by its rarest pair
  Index by_source_;       // groups without either, by SourceArn
  // Whatever the constraints on the context, by SourceArn.
  std::unordered_map<std::string_view, FirstByOperation> in_source_;
  std::vector<uint32_t> parents_;  // grants that give CreateGrant
  size_t cost_ = sizeof(GrantSet);
};

// A grant of the set that allows it; null: none does.
inline const Grant* GrantAllows(const GrantSet& set, const GrantQuestion& question) {
  return set.FindAllowing(question);
}

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_GRANT_SET_H_
