#ifndef KAGIMORI_IDENTITY_ENTITIES_H_
#define KAGIMORI_IDENTITY_ENTITIES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace kagimori::policy {
class Document;
}

namespace kagimori::identity {

// The things that IAM knows in an account, as values. A snapshot (account_snapshot.h) holds them immutable; whoever
// changes one copies it. Names are compared without regard to letter case and kept as given. Policy documents are kept
// as given, character for character.

enum class EntityKind : uint8_t { kUser = 1, kGroup = 2, kRole = 3, kPolicy = 4, kOidcProvider = 5 };

struct Tag {
  std::string key;
  std::string value;
  bool operator==(const Tag&) const = default;
};

// A document with its compiled form, which is null when this program cannot read what an other one accepted: whoever
// is under such a policy may do nothing.
struct PolicyText {
  std::string document;
  std::shared_ptr<const policy::Document> compiled;
};

struct InlinePolicy {
  std::string name;
  PolicyText policy;
};

struct Entity {
  std::string id;          // "AIDA…": 21 characters; never given twice
  std::string path = "/";  // "/", "/division/team/"
  std::string name;        // of an OIDC provider: its URL without "https://"
  Timestamp created;
  std::vector<Tag> tags;  // in the order in which they were set; groups have none
  uint64_t version = 0;   // of the record; set by AccountChange
};

// What users, groups and roles have in common.
struct PolicyHolder : Entity {
  std::vector<InlinePolicy> inline_policies;  // by name
  std::vector<std::string> attached;          // ARNs of managed policies, in the order in which they were attached
};

struct UserAccessKey {
  std::string id;  // "AKIA…"
  bool active = true;
  Timestamp created;
  uint64_t version = 0;  // of the access key's own record, which is to be no other
};

struct User : PolicyHolder {
  static constexpr EntityKind kKind = EntityKind::kUser;
  std::optional<std::string> boundary;  // ARN of a managed policy
  std::vector<std::string> groups;      // unique ids
  std::vector<UserAccessKey> access_keys;
};

struct Group : PolicyHolder {
  static constexpr EntityKind kKind = EntityKind::kGroup;
};

struct Role : PolicyHolder {
  static constexpr EntityKind kKind = EntityKind::kRole;
  std::optional<std::string> boundary;
  std::string description;
  int max_session_seconds = 3600;
  PolicyText trust;
  // ARN of each user and role among the trust policy's principals → its unique id when the policy was accepted
  // (policy::PrincipalBindings). `trust.compiled` has them in it.
  std::map<std::string, std::string, std::less<>> trust_bindings;
};

struct ManagedPolicyVersion {
  int number = 1;  // "v1"
  Timestamp created;
  PolicyText policy;
};

struct ManagedPolicy : Entity {
  static constexpr EntityKind kKind = EntityKind::kPolicy;
  std::string description;
  Timestamp updated;                           // of the newest version or default
  std::vector<ManagedPolicyVersion> versions;  // oldest first; never empty
  int default_version = 1;
  int next_version = 2;  // a number is never given twice
  bool by_aws = false;   // one of managed_policies.h: of no account and never changed

  // REQUIRES: default_version is among the versions.
  const ManagedPolicyVersion& Default() const;
  const ManagedPolicyVersion* Find(int number) const;
};

struct OidcProvider : Entity {
  static constexpr EntityKind kKind = EntityKind::kOidcProvider;
  std::vector<std::string> client_ids;
  std::vector<std::string> thumbprints;  // SHA-1 of certificates, 40 hex digits
};

// "arn:aws:iam::111122223333:user/division/Bob". The partition is always "aws", as in Principal::arn.
std::string ArnOf(AccountId account, EntityKind kind, std::string_view path, std::string_view name);
template <class T>
std::string ArnOf(AccountId account, const T& entity) {
  return ArnOf(account, T::kKind, entity.path, entity.name);
}
// A managed policy of AWS's stands under no account: "arn:aws:iam::aws:policy/AdministratorAccess".
std::string ArnOf(AccountId account, const ManagedPolicy& policy);

// The parts of an ARN in the form that ArnOf gives. `path` is "/" for an OIDC provider.
struct EntityArn {
  std::optional<AccountId> account;  // nothing: AWS's own
  EntityKind kind = EntityKind::kUser;
  std::string path;
  std::string name;
};
std::optional<EntityArn> ParseEntityArn(std::string_view arn);

// Name or path with its ASCII letters in lower case: what names are found and sorted by.
std::string FoldName(std::string_view name);

// A new unique id: "AIDA", "AGPA", "AROA", "ANPA" or (an OIDC provider's, which is shown to nobody) "AOIP" and 17
// random characters A-Z2-7, 85 bits.
std::string NewUniqueId(EntityKind kind);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_ENTITIES_H_
