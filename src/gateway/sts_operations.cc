#include "gateway/sts_operations.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "authz/caller_view.h"
#include "base/log.h"
#include "gateway/callers.h"
#include "gateway/session_authentication.h"
#include "net/await.h"
#include "net/offload.h"
#include "sts/assume_role.h"
#include "sts/assume_role_with_web_identity.h"
#include "sts/get_access_key_info.h"
#include "sts/get_caller_identity.h"
#include "sts/get_federation_token.h"
#include "sts/get_session_token.h"

namespace kagimori::gateway {
namespace {

using sts::StsAnswer;
using sts::StsError;
using sts::StsResult;
using SnapshotPtr = std::shared_ptr<const identity::AccountSnapshot>;
using KeySetPtr = std::shared_ptr<const oidc::JwkSet>;

constexpr std::array kOperations = {
    StsOperationRow{"AssumeRole", StsOperation::kAssumeRole},
    StsOperationRow{"AssumeRoleWithWebIdentity", StsOperation::kAssumeRoleWithWebIdentity},
    StsOperationRow{"GetAccessKeyInfo", StsOperation::kGetAccessKeyInfo},
    StsOperationRow{"GetCallerIdentity", StsOperation::kGetCallerIdentity},
    StsOperationRow{"GetFederationToken", StsOperation::kGetFederationToken},
    StsOperationRow{"GetSessionToken", StsOperation::kGetSessionToken},
};

// An unsigned request names no Region.
constexpr std::string_view kDefaultRegion = "us-east-1";

template <class T>
std::unexpected<StsError> Forward(StsResult<T>&& result) {
  return std::unexpected(std::move(result).error());
}

std::unexpected<StsError> InternalFailure(const RequestScope& scope, const Error& error) {
  log::Error("a request failed", {{"request_id", std::string(scope.request_id())},
                                  {"operation", std::string(scope.operation)},
                                  {"error", Describe(error)}});
  return sts::Refuse(500, "InternalFailure", "An internal error has occurred");
}

std::unexpected<StsError> Throttled() { return sts::Refuse(400, "Throttling", "Rate exceeded"); }

// What an operation of a caller needs; everything in it views the scope. REQUIRES: the scope's caller has its IAM.
class SignedCall {
 public:
  explicit SignedCall(RequestScope& scope)
      : facts_(scope.Facts()),
        caller_(*scope.resolved),
        context_(facts_),
        call_{.request_id = scope.request_id(),
              .now = facts_.now,
              .hierarchy = *scope.services().hierarchy,
              .context = context_,
              .caller = &caller_} {}
  SignedCall(const SignedCall&) = delete;
  const sts::StsCall& call() const { return call_; }

 private:
  const authz::CallFacts facts_;
  const authz::CallerView caller_;
  const authz::GlobalContext context_;
  const sts::StsCall call_;
};

Task<StsResult<StsAnswer>> RunAssumeRole(RequestScope& scope, const wire::QueryParameters& parameters,
                                         const SignedCall& signed_call) {
  StsResult<sts::AssumeRoleRequest> request = sts::ParseAssumeRole(parameters);
  if (!request) co_return Forward(std::move(request));
  scope.request_parameters = sts::AuditAssumeRole(*request);
  Result<SnapshotPtr> owner = co_await LoadAccount(scope.core(), request->role.account);
  if (!owner) co_return InternalFailure(scope, owner.error());
  co_return sts::AssumeRole(signed_call.call(), *request, **owner);
}

Task<StsResult<std::optional<AccountId>>> AccountOfKey(RequestScope& scope, std::string access_key_id) {
  identity::Directory* directory = scope.services().directory;
  using Loaded = Result<std::shared_ptr<const identity::Credential>>;
  Loaded loaded = co_await net::Await<Loaded>(
      [directory, &access_key_id](auto callback) { directory->LoadCredential(access_key_id, std::move(callback)); });
  if (loaded) co_return std::optional((*loaded)->principal->account);
  if (loaded.error().kind == ErrorKind::kNotFound) co_return std::optional<AccountId>();
  co_return InternalFailure(scope, loaded.error());
}

Task<StsResult<StsAnswer>> RunGetAccessKeyInfo(RequestScope& scope, const wire::QueryParameters& parameters,
                                               const SignedCall& signed_call) {
  StsResult<sts::GetAccessKeyInfoRequest> request = sts::ParseGetAccessKeyInfo(parameters);
  if (!request) co_return Forward(std::move(request));
  scope.request_parameters = sts::AuditGetAccessKeyInfo(*request);
  std::optional<AccountId> account = request->account;
  if (!account) {
    StsResult<std::optional<AccountId>> found = co_await AccountOfKey(scope, request->access_key_id);
    if (!found) co_return Forward(std::move(found));
    account = *found;
  }
  co_return sts::GetAccessKeyInfo(signed_call.call(), *request, account);
}

StsResult<StsAnswer> RunGetSessionToken(RequestScope& scope, const wire::QueryParameters& parameters,
                                        const SignedCall& signed_call) {
  StsResult<sts::GetSessionTokenRequest> request = sts::ParseGetSessionToken(parameters);
  if (!request) return Forward(std::move(request));
  scope.request_parameters = sts::AuditGetSessionToken(*request);
  return sts::GetSessionToken(signed_call.call(), *request);
}

StsResult<StsAnswer> RunGetFederationToken(RequestScope& scope, const wire::QueryParameters& parameters,
                                           const SignedCall& signed_call) {
  StsResult<sts::GetFederationTokenRequest> request = sts::ParseGetFederationToken(parameters);
  if (!request) return Forward(std::move(request));
  scope.request_parameters = sts::AuditGetFederationToken(*request);
  return sts::GetFederationToken(signed_call.call(), *request);
}

// What is pinned or fetched already costs the core nothing; an issuer is waited for elsewhere.
Task<StsResult<KeySetPtr>> KeysFor(RequestScope& scope, const sts::WebIdentityRequest& request) {
  oidc::IssuerKeys* issuers = scope.services().issuers;
  StsResult<KeySetPtr> keys = sts::FindKeys(request, issuers);
  if (!keys || *keys != nullptr) co_return keys;
  std::optional<StsResult<KeySetPtr>> fetched = co_await net::Offload(
      scope.services().issuer_fetches, [&request, issuers] { return sts::FetchKeys(request, issuers); });
  if (!fetched) co_return Throttled();
  co_return *std::move(fetched);
}

Task<StsResult<sts::VerifiedIdentity>> Verified(RequestScope& scope, const sts::WebIdentityRequest& request,
                                                const identity::OidcProvider& provider) {
  StsResult<KeySetPtr> keys = co_await KeysFor(scope, request);
  if (!keys) co_return Forward(std::move(keys));
  const Timestamp now = scope.services().clock->Wall();
  std::optional<StsResult<sts::VerifiedIdentity>> verified = co_await net::Offload(
      scope.services().long_work, [&] { return sts::VerifyWebIdentity(request, provider, **keys, now); });
  if (!verified) co_return Throttled();
  co_return *std::move(verified);
}

}  // namespace

const StsOperationRow* FindStsOperation(std::string_view name) {
  for (const StsOperationRow& row : kOperations) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Task<StsResult<StsAnswer>> RunStsOperation(RequestScope& scope, StsOperation operation,
                                           const wire::QueryParameters& parameters) {
  if (operation == StsOperation::kGetCallerIdentity)
    co_return StsAnswer{.body = sts::GetCallerIdentity(scope.caller(), scope.request_id()), .response_elements = {}};
  Result<> loaded = co_await LoadIamOfCaller(scope);
  if (!loaded) co_return InternalFailure(scope, loaded.error());
  const SignedCall call(scope);
  switch (operation) {
    case StsOperation::kAssumeRole:
      co_return co_await RunAssumeRole(scope, parameters, call);
    case StsOperation::kGetAccessKeyInfo:
      co_return co_await RunGetAccessKeyInfo(scope, parameters, call);
    case StsOperation::kGetFederationToken:
      co_return RunGetFederationToken(scope, parameters, call);
    case StsOperation::kGetSessionToken:
      co_return RunGetSessionToken(scope, parameters, call);
    case StsOperation::kAssumeRoleWithWebIdentity:
    case StsOperation::kGetCallerIdentity:
      break;
  }
  co_return InternalFailure(scope,
                            Error{.kind = ErrorKind::kInternal, .text = "not an operation of a caller", .where = {}});
}

Task<StsResult<StsAnswer>> RunWebIdentity(RequestScope& scope, const wire::QueryParameters& parameters) {
  StsResult<sts::WebIdentityRequest> request = sts::ParseAssumeRoleWithWebIdentity(parameters);
  if (!request) co_return Forward(std::move(request));
  Result<SnapshotPtr> owner = co_await LoadAccount(scope.core(), request->role.account);
  if (!owner) co_return InternalFailure(scope, owner.error());
  auto provider = sts::FindProvider(*request, **owner);
  if (!provider) co_return Forward(std::move(provider));
  StsResult<sts::VerifiedIdentity> identity = co_await Verified(scope, *request, **provider);
  if (!identity) co_return Forward(std::move(identity));

  const std::string provider_arn = ArnOf((*owner)->account(), **provider);
  scope.web_identity =
      WebIdentity{.account = (*owner)->account(),
                  .principal_id = provider_arn + ":" + identity->audience() + ":" + identity->subject(),
                  .subject = identity->subject(),
                  .provider = provider_arn};
  scope.region = Region::Parse(kDefaultRegion);
  scope.request_parameters = sts::AuditAssumeRoleWithWebIdentity(*request);
  const authz::CallFacts facts = scope.Facts();
  const authz::GlobalContext context(facts);
  const sts::StsCall call{.request_id = scope.request_id(),
                          .now = facts.now,
                          .hierarchy = *scope.services().hierarchy,
                          .context = context,
                          .caller = nullptr};
  co_return sts::AssumeRoleWithWebIdentity(call, *request, *identity, **provider, **owner);
}

}  // namespace kagimori::gateway
