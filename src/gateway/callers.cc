#include "gateway/callers.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "gateway/session_authentication.h"

namespace kagimori::gateway {
namespace {

// By the account as it is now, which may be newer than the credential that verified the signature. A root user's keys
// are no part of IAM.
bool KeyWorks(const identity::Caller& caller, std::string_view access_key_id) {
  if (caller.user == nullptr) return true;
  return std::ranges::any_of(caller.user->access_keys,
                             [&](const identity::UserAccessKey& key) { return key.id == access_key_id && key.active; });
}

}  // namespace

Task<Result<std::optional<identity::Caller>>> FindCaller(CoreState& core,
                                                         std::shared_ptr<const identity::Principal> principal,
                                                         std::shared_ptr<const identity::Session> session,
                                                         std::shared_ptr<const identity::AccountSnapshot> known) {
  // IAM says nothing of a root user; the account is not even looked at.
  if (principal->kind == identity::Principal::Kind::kRoot && session == nullptr)
    co_return identity::RootCaller(std::move(principal));
  if (known == nullptr) {
    auto iam = co_await LoadAccount(core, principal->account);
    if (!iam) co_return std::unexpected(std::move(iam).error());
    known = *std::move(iam);
  }
  co_return identity::ResolveCaller(std::move(principal), std::move(session), std::move(known));
}

Task<Result<>> LoadIamOfCaller(RequestScope& scope) {
  if (scope.resolved->iam != nullptr) co_return Result<>();
  auto iam = co_await LoadAccount(scope.core(), scope.caller().account);
  if (!iam) co_return std::unexpected(std::move(iam).error());
  scope.resolved->iam = *std::move(iam);
  co_return Result<>();
}

Task<Result<bool>> RefreshCaller(RequestScope& scope) {
  auto caller = co_await FindCaller(scope.core(), scope.credential->principal, scope.session, nullptr);
  if (!caller) co_return std::unexpected(std::move(caller).error());
  if (!*caller || (scope.session == nullptr && !KeyWorks(**caller, scope.credential->access_key_id))) co_return false;
  scope.resolved = **std::move(caller);
  co_return true;
}

}  // namespace kagimori::gateway
