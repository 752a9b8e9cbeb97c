#ifndef KAGIMORI_KEYS_GRANT_H_
#define KAGIMORI_KEYS_GRANT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "keys/grant_principal.h"
#include "keys/key.h"
#include "shapes/kms_enums.h"
#include "shapes/types.h"
#include "store/store.h"

// Grants (AWS KMS developer guide, "Grants in AWS KMS"): they allow and never deny, do not expire, and do not change.
namespace kagimori::keys {

using shapes::GrantOperation;

// Where a grant stands follows from its id: half of it is the marker of its grantee (grant_paths.h), half is random.
struct GrantId {
  ByteArray<16> random{};
  ByteArray<16> grantee{};
  auto operator<=>(const GrantId&) const = default;
  // 64 hex digits in lower case, the random half first. Parse takes nothing else.
  std::string ToString() const;
  static std::optional<GrantId> Parse(std::string_view text);
};

// A set of operations that a grant can give.
class GrantOperations {
 public:
  static constexpr size_t kCount = 19;

  GrantOperations() = default;
  GrantOperations(std::initializer_list<GrantOperation> operations) {
    for (GrantOperation operation : operations) Add(operation);
  }
  explicit GrantOperations(const std::vector<GrantOperation>& operations) {
    for (GrantOperation operation : operations) Add(operation);
  }
  // As stored. Nothing: a bit that stands for nothing.
  static std::optional<GrantOperations> FromBits(uint32_t bits);
  // The number of an operation, 0 to kCount - 1; stored, so it never changes.
  static size_t Number(GrantOperation operation);

  void Add(GrantOperation operation) { bits_ |= 1u << Number(operation); }
  bool Has(GrantOperation operation) const { return (bits_ >> Number(operation) & 1) != 0; }
  bool Contains(GrantOperations other) const { return (other.bits_ & ~bits_) == 0; }
  bool empty() const { return bits_ == 0; }
  uint32_t bits() const { return bits_; }
  std::vector<GrantOperation> List() const;  // by number
  bool operator==(const GrantOperations&) const = default;

 private:
  uint32_t bits_ = 0;
};

// The operation of a grant that a permission ("kms:Decrypt") is; nothing: no grant can give it.
std::optional<GrantOperation> GrantOperationFor(std::string_view action);

// What grants on a key of this spec and usage can give.
GrantOperations GrantableOperations(shapes::KeySpec spec, shapes::KeyUsageType usage);

// A pair must match byte for byte, in key and value: AWS's two documents disagree about the case of keys, and this is
// the strict reading of them.
struct GrantConstraints {
  std::optional<shapes::StringMap> equals = {};  // the request's encryption context is exactly this
  std::optional<shapes::StringMap> subset = {};  // it has all of these pairs; never beside `equals`
  std::string source_arn = {};                   // aws:SourceArn of the request; empty: any
  bool empty() const { return !equals && !subset && source_arn.empty(); }
  bool operator==(const GrantConstraints&) const = default;
};

// What a grant gives.
struct GrantTerms {
  GrantOperations operations;
  GrantConstraints constraints;
  bool operator==(const GrantTerms&) const = default;
};

struct Grant {
  KeyName key;
  GrantId id;
  GrantPrincipal grantee;
  std::optional<GrantPrincipal> retiring = {};
  GrantTerms terms = {};
  std::string name = {};  // empty: none
  AccountId issuing_account = {};
  Timestamp created = {};
  store::Revision revision = 0;  // 0: not stored yet
};

// All that CreateGrant is told, in one text: two named grants that are the same by it are one grant. Of each text the
// length, so that no two requests have the same.
std::string SamenessOf(const Grant& grant);

// The grants of one grantee on one key: what is looked up, and cached, at once.
struct GranteeName {
  KeyName key;
  PrincipalForm grantee;
  bool operator==(const GranteeName&) const = default;
};

}  // namespace kagimori::keys

template <>
struct std::hash<kagimori::keys::GranteeName> {
  size_t operator()(const kagimori::keys::GranteeName& name) const noexcept {
    return std::hash<kagimori::keys::KeyName>()(name.key) * 31 +
           std::hash<kagimori::keys::PrincipalForm>()(name.grantee);
  }
};

#endif  // KAGIMORI_KEYS_GRANT_H_
