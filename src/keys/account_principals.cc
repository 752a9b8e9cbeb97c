#include "keys/account_principals.h"

#include "keys/store_reads.h"
#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {

Task<Result<std::optional<std::string>>> AccountPrincipals::FindId(policy::PrincipalRef principal) const {
  if (principal.kind != policy::PrincipalRef::Kind::kAccount) co_return std::optional<std::string>();
  std::string path = seal::Path(seal::RecordType::kAccount).Account(principal.account).text();
  Result<store::GetResult> found = co_await GetOne(store_, path);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!found->records[0]) co_return std::optional<std::string>();
  Result<seal::OpenedRecord> opened = seal::OpenRecord(*hierarchy_, path, principal.account, found->records[0]->value);
  if (!opened) co_return std::unexpected(std::move(opened).error());
  co_return std::optional(principal.account.ToString());
}

Task<Result<std::optional<std::string>>> AccountPrincipals::FindArn(AccountId, PrincipalForm) const {
  co_return std::optional<std::string>();
}

}  // namespace kagimori::keys
