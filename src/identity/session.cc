#include "identity/session.h"

#include "identity/account_snapshot.h"
#include "identity/entities.h"

namespace kagimori::identity {
namespace {

bool IssuerExists(const SessionContent& content, const AccountSnapshot& account) {
  if (account.account() != content.account) return false;
  if (content.issuer_name.empty()) return content.kind != SessionKind::kAssumedRole;  // the root user is always there
  if (content.kind == SessionKind::kAssumedRole) return account.FindById<Role>(content.issuer_id) != nullptr;
  return account.FindById<User>(content.issuer_id) != nullptr;
}

}  // namespace

std::expected<void, TokenFault> CheckSession(const Session& session, const AccountSnapshot* account, Timestamp now) {
  if (account == nullptr || !IssuerExists(session.content, *account)) return std::unexpected(TokenFault::kInvalid);
  if (now >= session.content.expires) return std::unexpected(TokenFault::kExpired);
  return {};
}

}  // namespace kagimori::identity
