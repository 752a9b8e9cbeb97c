#include "gateway/session_authentication.h"

#include <string>
#include <utility>

#include "base/log.h"
#include "identity/sessions.h"

namespace kagimori::gateway {
namespace {

using SessionPtr = std::shared_ptr<const identity::Session>;
using SnapshotPtr = std::shared_ptr<const identity::AccountSnapshot>;

std::unexpected<Unauthenticated> Refused(identity::TokenFault fault) {
  return std::unexpected(Unauthenticated{fault == identity::TokenFault::kExpired ? sigv4::ExpiredSessionToken()
                                                                                 : sigv4::InvalidSessionToken()});
}

std::expected<SessionPtr, identity::TokenFault> OpenedSession(CoreState& core, const sigv4::ParsedSignature& parsed,
                                                              Timestamp now) {
  const identity::SessionName name = identity::NameOfSession(parsed.access_key_id, parsed.session_token);
  if (const SessionPtr* cached = core.sessions.Find(name)) return *cached;
  return core.services->sessions->Open(name, parsed.access_key_id, parsed.session_token, now);
}

}  // namespace

Task<Result<SnapshotPtr>> LoadAccount(CoreState& core, AccountId account) {
  if (const SnapshotPtr* cached = core.accounts.Find(account)) co_return *cached;
  co_return co_await core.services->directory->accounts().Load(account);
}

Task<std::expected<FoundSession, Unauthenticated>> FindSession(RequestScope& scope,
                                                               const sigv4::ParsedSignature& parsed) {
  const Timestamp now = scope.services().clock->Wall();
  std::expected<SessionPtr, identity::TokenFault> session = OpenedSession(scope.core(), parsed, now);
  if (!session) co_return Refused(session.error());
  Result<SnapshotPtr> account = co_await LoadAccount(scope.core(), (*session)->content.account);
  if (!account) {
    log::Error("the account of a session could not be read",
               {{"request_id", std::string(scope.request_id())}, {"error", Describe(account.error())}});
    co_return std::unexpected(Unauthenticated{});
  }
  auto checked = identity::CheckSession(**session, account->get(), now);
  if (!checked) co_return Refused(checked.error());
  FoundSession found{.session = *std::move(session), .account = *std::move(account)};
  co_return found;
}

}  // namespace kagimori::gateway
