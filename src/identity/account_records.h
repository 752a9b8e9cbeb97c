#ifndef KAGIMORI_IDENTITY_ACCOUNT_RECORDS_H_
#define KAGIMORI_IDENTITY_ACCOUNT_RECORDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "identity/account_snapshot.h"
#include "identity/entities.h"
#include "seal/hierarchy.h"

namespace kagimori::identity {

// The records that an account's IAM is kept in: one per entity and a head that sums them up; private to the files of
// identity/. Format: docs/storage-format.md.

inline constexpr size_t kUniqueIdSize = 21;
// Of an entity's message. Beyond it a change is refused, although AWS counts characters and not white space.
inline constexpr size_t kMaxEntityBytes = 240 * 1024;

std::string IamHeadPath(AccountId account);
std::string EntityPath(AccountId account, EntityKind kind, std::string_view id);
std::string EntityPrefix(AccountId account);
// Nothing: no path of an entity of that account.
struct EntityPlace {
  EntityKind kind = EntityKind::kUser;
  std::string id;
};
std::optional<EntityPlace> ParseEntityPath(AccountId account, std::string_view path);

// What an entity's record adds to the sum in the head: a tag of its path and version.
crypto::Sha256Digest EntityTag(const seal::KeyHierarchy& hierarchy, AccountId account, std::string_view path,
                               uint64_t version);

// Of a head's message. kCorrupt: none of ours.
std::string EncodeHead(const AccountSnapshot::Head& head);
Result<AccountSnapshot::Head> DecodeHead(std::string_view message);

std::string EncodeEntity(const User& user);
std::string EncodeEntity(const Group& group);
std::string EncodeEntity(const Role& role);
std::string EncodeEntity(const ManagedPolicy& policy);
std::string EncodeEntity(const OidcProvider& provider);

// Puts the entity of `place` into `parts`, its policies compiled. kCorrupt: not what this room wrote at that place, or
// a second one of its name.
Result<> DecodeEntity(const EntityPlace& place, std::string_view message, uint64_t version,
                      AccountSnapshot::Parts* parts);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_ACCOUNT_RECORDS_H_
