#ifndef KAGIMORI_KEYS_GRANT_RECORDS_H_
#define KAGIMORI_KEYS_GRANT_RECORDS_H_

#include <string>
#include <string_view>

#include "base/result.h"
#include "keys/grant_place.h"
#include "seal/hierarchy.h"

// Grants and what is kept about them as the messages inside their sealed records, and back. kCorrupt for what does not
// decode.
namespace kagimori::keys::records {

std::string EncodeGrant(const Grant& grant);
// Fills all but revision. REQUIRES: key and id are there.
Result<> DecodeGrant(std::string_view message, Grant* grant);

std::string EncodeGranteeHead(const GranteeHead& head);
Result<GranteeHead> DecodeGranteeHead(std::string_view message);  // all but version and revision

std::string EncodeGrantCount(uint64_t count);
Result<uint64_t> DecodeGrantCount(std::string_view message);

std::string EncodeGrantName(const GrantId& id);
Result<GrantId> DecodeGrantName(std::string_view message);

// The whole way from a stored record, whose path says which grant it is. kCorrupt: also when it is another grantee's.
Result<std::shared_ptr<const Grant>> OpenGrant(const seal::KeyHierarchy& hierarchy, const store::Record& record);

}  // namespace kagimori::keys::records

#endif  // KAGIMORI_KEYS_GRANT_RECORDS_H_
