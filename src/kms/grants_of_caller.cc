#include "kms/grants_of_caller.h"

#include <utility>

namespace kagimori::kms {

authz::GrantVerdict GrantsOfCaller::Find() {
  if (!operation_) return {};
  if (!grants_) grants_ = keys::FindCachedGrants(&session_.grants_view, key_, Forms());
  missing_ = !grants_;
  if (missing_) return {};
  const keys::GrantQuestion question{.operation = *operation_,
                                     .encryption_context = session_.asking.operation.EncryptionContext(),
                                     .source_arn = std::nullopt,
                                     .child = session_.asking.operation.Child()};
  const std::optional<keys::GrantMatch> match = keys::FindAllowing(*grants_, question);
  if (!match) return {};
  grant_id_ = match->grant->id.ToString();
  const bool root = session_.call.caller.kind == identity::Principal::Kind::kRoot;
  return {.allows = true, .through_account = match->through_account && !root, .grant_id = grant_id_};
}

keys::CallerForms GrantsOfCaller::Forms() const {
  return keys::FormsOf(session_.asking.call.caller->AsPolicySees(session_.call.region.partition()));
}

Task<Result<>> GrantsOfCaller::Load() {
  keys::CallerForms forms = Forms();
  auto grants = co_await keys::LookUpGrants(&session_.grants, &session_.grants_view, key_, std::move(forms));
  if (!grants) co_return std::unexpected(std::move(grants).error());
  grants_ = *std::move(grants);
  co_return Result<>();
}

}  // namespace kagimori::kms
