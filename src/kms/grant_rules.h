#ifndef KAGIMORI_KMS_GRANT_RULES_H_
#define KAGIMORI_KMS_GRANT_RULES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keys/grant_table.h"
#include "kms/operation.h"

// What the operations on grants share, and what those that take grant tokens need.
namespace kagimori::kms {

// A grant token gives nothing by itself: the grant is in force from CreateGrant's answer on. So it is only said when a
// text is no token of this deployment (InvalidGrantTokenException). Tokens of other keys and of grants that are gone
// pass. `tokens`: the request's GrantTokens.
std::optional<shapes::ApiError> CheckGrantTokens(const seal::KeyHierarchy& hierarchy,
                                                 const std::optional<std::vector<std::string>>& tokens);

// What CreateGrant's request gives; an empty map of pairs is none.
keys::GrantTerms TermsOf(const shapes::CreateGrantRequest& request);
// What is wrong with a request for a grant, whatever the key.
std::optional<shapes::ApiError> CheckGrantRequest(const shapes::CreateGrantRequest& request);
// What is wrong with such a grant on this key.
std::optional<shapes::ApiError> CheckTermsOnKey(const keys::GrantTerms& terms, const keys::Key& key);

shapes::ApiError NotAPrincipal(std::string_view arn);
shapes::ApiError NoSuchGrant(std::string_view grant_id);

// The marker of a page of grants and the page itself as the response has it. Principals are shown as they are called
// now.
Task<std::expected<shapes::ListGrantsResponse, shapes::ApiError>> ShowGrants(
    Session& session, std::vector<std::shared_ptr<const keys::Grant>> grants);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GRANT_RULES_H_
