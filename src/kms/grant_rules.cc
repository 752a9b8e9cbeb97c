#include "kms/grant_rules.h"

#include <algorithm>
#include <utility>

#include "keys/grant_token.h"
#include "keys/key_spec.h"
#include "kms/errors.h"
#include "kms/grant_constraints.h"

namespace kagimori::kms {
namespace {

using shapes::Errors;
using shapes::StringMap;
using MaybeError = std::optional<shapes::ApiError>;

constexpr size_t kMaxPairs = 8;
constexpr size_t kMaxValueCharacters = 384;

bool IsGiven(const std::optional<StringMap>& pairs) { return pairs && !pairs->empty(); }

size_t Characters(std::string_view utf8) {
  return static_cast<size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Guess: the texts; the limits are the developer guide's.
MaybeError CheckPairs(const std::optional<StringMap>& pairs, std::string_view member) {
  if (!pairs) return std::nullopt;
  const std::string where(member);
  if (pairs->size() > kMaxPairs) return Errors::Validation(where + " must not have more than 8 pairs.");
  for (const auto& [key, value] : *pairs) {
    if (Characters(value) > kMaxValueCharacters)
      return Errors::Validation("A value in " + where + " must not be longer than 384 characters.");
  }
  return std::nullopt;
}

MaybeError CheckConstraints(const shapes::GrantConstraints& constraints) {
  if (IsGiven(constraints.encryption_context_equals) && IsGiven(constraints.encryption_context_subset)) {
    // Guess: the text.
    return Errors::Validation("EncryptionContextEquals and EncryptionContextSubset are mutually exclusive.");
  }
  if (auto refused = CheckPairs(constraints.encryption_context_equals, "EncryptionContextEquals")) return refused;
  return CheckPairs(constraints.encryption_context_subset, "EncryptionContextSubset");
}

// Guess: the texts.
MaybeError CheckPrincipals(const shapes::CreateGrantRequest& request) {
  if (!request.grantee_principal && !request.grantee_service_principal) {
    return Errors::Validation(
        "1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: Member must not "
        "be null");
  }
  if (request.grantee_principal && request.grantee_service_principal)
    return Errors::Validation("GranteePrincipal and GranteeServicePrincipal are mutually exclusive.");
  if (request.retiring_principal && request.retiring_service_principal)
    return Errors::Validation("RetiringPrincipal and RetiringServicePrincipal are mutually exclusive.");
  if (!request.grantee_service_principal) return std::nullopt;
  if (!request.constraints || !request.constraints->source_arn)
    return Errors::Validation("GranteeServicePrincipal requires the grant constraint SourceArn.");
  if (!request.retiring_principal && !request.retiring_service_principal)
    return Errors::Validation("GranteeServicePrincipal requires a RetiringPrincipal or RetiringServicePrincipal.");
  return std::nullopt;
}

}  // namespace

MaybeError CheckGrantTokens(const seal::KeyHierarchy& hierarchy,
                            const std::optional<std::vector<std::string>>& tokens) {
  if (!tokens) return std::nullopt;
  for (const std::string& token : *tokens) {
    // Guess: without a text.
    if (!keys::OpenGrantToken(hierarchy, token)) return Errors::InvalidGrantToken({});
  }
  return std::nullopt;
}

keys::GrantTerms TermsOf(const shapes::CreateGrantRequest& request) {
  keys::GrantTerms terms{.operations = keys::GrantOperations(request.operations), .constraints = {}};
  if (!request.constraints) return terms;
  const shapes::GrantConstraints& given = *request.constraints;
  if (IsGiven(given.encryption_context_equals)) terms.constraints.equals = given.encryption_context_equals;
  if (IsGiven(given.encryption_context_subset)) terms.constraints.subset = given.encryption_context_subset;
  terms.constraints.source_arn = given.source_arn.value_or("");
  return terms;
}

MaybeError CheckGrantRequest(const shapes::CreateGrantRequest& request) {
  if (auto refused = CheckPrincipals(request)) return refused;
  if (request.operations.empty()) {
    // Guess: the text.
    return Errors::Validation(
        "1 validation error detected: Value '[]' at 'operations' failed to satisfy constraint: Member must have length "
        "greater than or equal to 1");
  }
  if (keys::GrantOperations(request.operations) == keys::GrantOperations{keys::GrantOperation::kCreateGrant})
    return Errors::Validation("Grants must not contain only the CreateGrant operation.");
  return request.constraints ? CheckConstraints(*request.constraints) : std::nullopt;
}

MaybeError CheckTermsOnKey(const keys::GrantTerms& terms, const keys::Key& key) {
  const keys::GrantOperations grantable = keys::GrantableOperations(key.spec, key.usage);
  for (keys::GrantOperation operation : terms.operations.List()) {
    if (grantable.Has(operation)) continue;
    // Guess: the text.
    std::string text = "Grant operation ";
    text.append(Name(operation)).append(" is not supported for a KMS key with key spec ").append(Name(key.spec));
    text.append(" and key usage ").append(Name(key.usage)).append(".");
    return Errors::Validation(std::move(text));
  }
  if ((terms.constraints.equals || terms.constraints.subset) && key.spec != keys::KeySpec::kSymmetricDefault) {
    return Errors::Validation(
        "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.");
  }
  return std::nullopt;
}

shapes::ApiError NotAPrincipal(std::string_view arn) {
  return Errors::InvalidArn("ARN does not refer to a valid principal: " + std::string(arn));
}

shapes::ApiError NoSuchGrant(std::string_view grant_id) {
  return Errors::NotFound("Grant ID " + std::string(grant_id) + " not found");
}

namespace {

shapes::GrantListEntry EntryOf(const keys::Grant& grant) {
  return {.key_id = grant.key.Arn(),
          .grant_id = grant.id.ToString(),
          .name = grant.name,
          .creation_date = grant.created,
          .issuing_account = "arn:aws:iam::" + grant.issuing_account.ToString() + ":root",
          .operations = grant.terms.operations.List(),
          .constraints = ShownConstraints(grant.terms.constraints)};
}

}  // namespace

Task<std::expected<shapes::ListGrantsResponse, shapes::ApiError>> ShowGrants(
    Session& session, std::vector<std::shared_ptr<const keys::Grant>> grants) {
  const keys::PrincipalDirectory& principals = session.grants.principals();
  shapes::ListGrantsResponse response;
  response.grants.emplace();
  for (const auto& grant : grants) {
    shapes::GrantListEntry entry = EntryOf(*grant);
    Result<std::string> grantee = co_await keys::ShownPrincipal(principals, grant->grantee);
    if (!grantee) co_return std::unexpected(Internal(std::move(grantee).error(), session.trail));
    const bool to_service = grant->grantee.form.kind == keys::PrincipalKind::kService;
    (to_service ? entry.grantee_service_principal : entry.grantee_principal) = *std::move(grantee);
    if (grant->retiring) {
      Result<std::string> retiring = co_await keys::ShownPrincipal(principals, *grant->retiring);
      if (!retiring) co_return std::unexpected(Internal(std::move(retiring).error(), session.trail));
      const bool by_service = grant->retiring->form.kind == keys::PrincipalKind::kService;
      (by_service ? entry.retiring_service_principal : entry.retiring_principal) = *std::move(retiring);
    }
    response.grants->push_back(std::move(entry));
  }
  co_return response;
}

}  // namespace kagimori::kms
