#include "gateway/authenticate.h"

#include <string>

#include "base/log.h"
#include "gateway/callers.h"
#include "gateway/session_authentication.h"
#include "net/await.h"
#include "sigv4/authorization.h"

namespace kagimori::gateway {
namespace {

using CredentialPtr = std::shared_ptr<const identity::Credential>;

std::unexpected<Unauthenticated> Refused(sigv4::AuthFailure failure) {
  return std::unexpected(Unauthenticated{std::move(failure)});
}

Task<Result<CredentialPtr>> LoadCredential(CoreState& core, const std::string& access_key_id) {
  identity::Directory* directory = core.services->directory;
  Result<CredentialPtr> loaded = co_await net::Await<Result<CredentialPtr>>(
      [directory, &access_key_id](auto callback) { directory->LoadCredential(access_key_id, std::move(callback)); });
  co_return loaded;
}

}  // namespace

Task<std::expected<void, Unauthenticated>> Authenticate(RequestScope& scope, sigv4::Protocol protocol) {
  sigv4::Expectation expectation{.service = scope.service(), .protocol = protocol};
  auto parsed = sigv4::ParseAuthorization(scope.head(), expectation, scope.services().clock->Wall());
  if (!parsed) co_return Refused(std::move(parsed).error());

  std::string access_key_id(parsed->access_key_id);
  std::shared_ptr<const identity::Session> session;
  std::shared_ptr<const identity::AccountSnapshot> account;
  Result<CredentialPtr> credential;
  if (!parsed->session_token.empty()) {
    auto found = co_await FindSession(scope, *parsed);
    if (!found) co_return std::unexpected(std::move(found).error());
    session = std::move(found->session);
    account = std::move(found->account);
    credential = session->credential;
  } else if (const CredentialPtr* cached = scope.core().credentials.Find(access_key_id)) {
    credential = *cached;
  } else {
    credential = co_await LoadCredential(scope.core(), access_key_id);
  }
  if (!credential && credential.error().kind == ErrorKind::kNotFound) co_return Refused(sigv4::UnknownAccessKey());
  if (!credential) {
    log::Error("a credential could not be read",
               {{"request_id", std::string(scope.request_id())}, {"error", Describe(credential.error())}});
    co_return std::unexpected(Unauthenticated{});
  }
  if (!(*credential)->active) co_return Refused(sigv4::UnknownAccessKey());

  sigv4::Credential signer{.identity = session != nullptr ? session->id : (*credential)->access_key_id,
                           .generation = (*credential)->generation,
                           .secret_access_key = (*credential)->secret_access_key};
  auto verified = scope.core().signatures.Verify(scope.head(), *parsed, AsBytes(scope.body()), signer);
  if (!verified) co_return Refused(std::move(verified).error());
  auto caller = co_await FindCaller(scope.core(), (*credential)->principal, session, account);
  if (!caller) {
    log::Error("the account of a caller could not be read",
               {{"request_id", std::string(scope.request_id())}, {"error", Describe(caller.error())}});
    co_return std::unexpected(Unauthenticated{});
  }
  if (!*caller) co_return Refused(sigv4::UnknownAccessKey());
  scope.resolved = **std::move(caller);
  scope.credential = *std::move(credential);
  scope.session = std::move(session);
  scope.region = parsed->region;
  co_return std::expected<void, Unauthenticated>();
}

}  // namespace kagimori::gateway
