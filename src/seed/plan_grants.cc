#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/sync_wait.h"
#include "keys/grant_principal.h"
#include "kms/grant_rules.h"
#include "seed/plan.h"

namespace kagimori::seed {
namespace {

constexpr size_t kPage = 100;

// Two grants that give the same to the same are one, whoever made them and when.
std::string IdentityOf(keys::Grant grant) {
  grant.issuing_account = {};
  return keys::SamenessOf(grant);
}

Result<keys::GrantPrincipal> Bind(const Services& services, const keys::KeyName& key,
                                  const std::optional<std::string>& arn, const std::optional<std::string>& service) {
  std::optional<keys::GrantPrincipal> bound;
  if (arn) {
    KAGIMORI_ASSIGN_OR_RETURN(bound,
                              SyncWait(keys::BindPrincipal(services.keys->grants().principals(), *arn, key.region)));
  } else {
    bound = keys::ServicePrincipal(*service);
  }
  if (!bound)
    return Fail(ErrorKind::kInvalid, fmt::format("a grant of it names '{}', who is not here", arn ? *arn : *service));
  return *std::move(bound);
}

Result<keys::Grant> GrantOf(const Services& services, const DeclaredKey& declared, const DeclaredGrant& given) {
  const shapes::CreateGrantRequest& request = given.request;
  KAGIMORI_ASSIGN_OR_RETURN(keys::GrantPrincipal grantee, Bind(services, declared.name, request.grantee_principal,
                                                               request.grantee_service_principal));
  std::optional<keys::GrantPrincipal> retiring;
  if (request.retiring_principal || request.retiring_service_principal) {
    KAGIMORI_ASSIGN_OR_RETURN(
        retiring, Bind(services, declared.name, request.retiring_principal, request.retiring_service_principal));
  }
  const Timestamp now = services.clock->Service();
  return keys::Grant{.key = declared.name,
                     .id = {},
                     .grantee = std::move(grantee),
                     .retiring = std::move(retiring),
                     .terms = kms::TermsOf(request),
                     .name = request.name.value_or(""),
                     .issuing_account = declared.name.account,
                     .created = std::min(given.created.value_or(now), now)};
}

std::string Describe(const keys::Grant& grant) {
  std::string operations;
  for (const keys::GrantOperation operation : grant.terms.operations.List()) {
    if (!operations.empty()) operations += ", ";
    operations += Name(operation);
  }
  const std::string named = grant.name.empty() ? std::string() : " '" + grant.name + "'";
  return fmt::format("+ grant{} of {} to {} on {}", named, operations, grant.grantee.given, grant.key.Arn());
}

}  // namespace

Result<std::vector<std::shared_ptr<const keys::Grant>>> GrantsOf(const Services& services, const keys::KeyName& name) {
  std::vector<std::shared_ptr<const keys::Grant>> grants;
  std::string from;
  do {
    KAGIMORI_ASSIGN_OR_RETURN(keys::GrantTable::Page page,
                              SyncWait(services.keys->grants().List(name, std::nullopt, std::move(from), kPage)));
    std::ranges::move(page.grants, std::back_inserter(grants));
    from = std::move(page.next);
  } while (!from.empty());
  return grants;
}

Result<std::vector<MissingGrant>> PlanGrants(const Services& services, const DeclaredKey& declared) {
  std::vector<MissingGrant> missing;
  if (declared.grants.empty()) return missing;
  KAGIMORI_ASSIGN_OR_RETURN(const std::shared_ptr<const keys::Key> key, FindKey(services, declared.name));
  std::map<std::string, size_t> there;
  size_t count = 0;
  if (key != nullptr) {
    KAGIMORI_ASSIGN_OR_RETURN(const auto grants, GrantsOf(services, declared.name));
    for (const auto& grant : grants) ++there[IdentityOf(*grant)];
    count = grants.size();
  }
  keys::Key of{.name = declared.name};
  of.spec = key != nullptr ? key->spec : declared.SpecOr();
  of.usage = key != nullptr ? key->usage : declared.UsageOr();
  for (const DeclaredGrant& given : declared.grants) {
    KAGIMORI_ASSIGN_OR_RETURN(keys::Grant grant, GrantOf(services, declared, given));
    if (const auto refused = kms::CheckTermsOnKey(grant.terms, of))
      return Fail(ErrorKind::kInvalid, "a grant of it: " + refused->message());
    size_t& same = there[IdentityOf(grant)];
    if (same > 0) {
      // Of those with a name there is ever one.
      if (grant.name.empty()) --same;
      continue;
    }
    if (!grant.name.empty()) same = 1;
    std::string line = Describe(grant);
    missing.push_back({.line = std::move(line), .grant = std::move(grant)});
  }
  if (!missing.empty() && count + missing.size() > services.resource_quotas->Of(declared.name.account).grants_per_key)
    return Fail(ErrorKind::kInvalid, "with these it would have too many grants");
  return missing;
}

Result<std::optional<Step>> PlanGrant(const Services& services, const MissingGrant& missing) {
  KAGIMORI_ASSIGN_OR_RETURN(std::shared_ptr<const keys::Key> key, FindKey(services, missing.grant.key));
  if (key == nullptr) return Fail(ErrorKind::kConflict, "the key has gone");
  keys::Grant grant = missing.grant;
  KAGIMORI_ASSIGN_OR_RETURN(const keys::GrantTable::Draft draft, SyncWait(services.keys->grants().Prepare(grant)));
  if (draft.same != nullptr) return std::nullopt;
  grant.id = draft.id;
  Step step{.line = missing.line, .event = "CreateGrant", .what = {grant.id.ToString()}, .key = grant.key};
  step.change.grants.push_back({.key = std::move(key),
                                .before = nullptr,
                                .after = std::make_shared<const keys::Grant>(std::move(grant)),
                                .place = draft.place});
  return step;
}

}  // namespace kagimori::seed
