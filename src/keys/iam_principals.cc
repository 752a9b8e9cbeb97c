#include "keys/iam_principals.h"

#include <utility>

namespace kagimori::keys {
namespace {

using policy::PrincipalRef;

// IAM keeps its ARNs in the partition "aws"; policies in other Regions name their own.
std::string InPartitionAws(const PrincipalRef& principal) {
  constexpr std::string_view kPrefix = "arn:";
  std::string arn = principal.text;
  if (principal.partition.empty() || !arn.starts_with(kPrefix)) return arn;
  return arn.replace(kPrefix.size(), principal.partition.size(), "aws");
}

// "Name" of arn:aws:sts::<account>:assumed-role/Name/session.
std::string_view RoleNameOfSession(std::string_view arn) {
  const size_t begin = arn.find('/');
  if (begin == arn.npos) return {};
  const size_t end = arn.find('/', begin + 1);
  return arn.substr(begin + 1, end == arn.npos ? arn.npos : end - begin - 1);
}

}  // namespace

Task<Result<std::optional<std::string>>> IamPrincipals::FindId(PrincipalRef principal) const {
  using Kind = PrincipalRef::Kind;
  if (principal.kind == Kind::kAccount || principal.kind == Kind::kFederatedUser) {
    Result<std::optional<std::string>> found = co_await accounts_->FindId(std::move(principal));
    co_return found;
  }
  auto iam = co_await iam_->Load(principal.account);
  if (!iam) co_return std::unexpected(std::move(iam).error());
  std::string id;
  if (principal.kind == Kind::kUser || principal.kind == Kind::kRole) {
    id = (*iam)->IdOfPrincipal(InPartitionAws(principal));
  } else if (principal.kind == Kind::kRoleSession) {
    if (auto role = (*iam)->Find<identity::Role>(RoleNameOfSession(principal.text))) id = role->id;
  }
  if (id.empty()) co_return std::optional<std::string>();
  co_return std::optional<std::string>(std::move(id));
}

Task<Result<std::optional<std::string>>> IamPrincipals::FindArn(AccountId account, PrincipalForm form) const {
  auto iam = co_await iam_->Load(account);
  if (!iam) co_return std::unexpected(std::move(iam).error());
  std::string arn = (*iam)->ArnOfPrincipal(form.id);
  if (arn.empty()) co_return std::optional<std::string>();
  co_return std::optional<std::string>(std::move(arn));
}

}  // namespace kagimori::keys
