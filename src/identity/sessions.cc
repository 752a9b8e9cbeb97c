#include "identity/sessions.h"

#include <utility>

#include "policy/document.h"

namespace kagimori::identity {
namespace {

// An entry costs the bytes of its token and this for what is made of them; so there are at most 8,192, with their
// secrets in the arena.
constexpr size_t kEntryCost = 1024;
constexpr size_t kCapacity = size_t{8} << 20;

Principal PrincipalOf(const SessionContent& content) {
  Principal principal{.kind = Principal::Kind::kRoot,
                      .account = content.account,
                      .arn = SessionArn(content),
                      .unique_id = SessionUserId(content),
                      .name = {}};
  switch (content.kind) {
    case SessionKind::kAssumedRole:
      principal.kind = Principal::Kind::kRoleSession;
      break;
    case SessionKind::kFederatedUser:
      principal.kind = Principal::Kind::kFederatedUser;
      break;
    case SessionKind::kUser:
      principal.kind = Principal::Kind::kUser;
      principal.name = content.issuer_name;
      break;
    case SessionKind::kRoot:
      break;
  }
  return principal;
}

}  // namespace

SessionName NameOfSession(std::string_view access_key_id, std::string_view token) {
  // An access key id is no base64 text with a '\n', so that no two pairs give the same bytes.
  return {.digest = crypto::Sha256({AsBytes(access_key_id), AsBytes("\n"), AsBytes(token)})};
}

Sessions::Sessions(const seal::KeyHierarchy* hierarchy) : hierarchy_(hierarchy), cache_(kCapacity) {}

std::expected<std::shared_ptr<const Session>, TokenFault> Sessions::Open(const SessionName& name,
                                                                         std::string_view access_key_id,
                                                                         std::string_view token, Timestamp now) {
  const uint64_t ticket = cache_.BeginLoad();
  std::expected<OpenedSession, TokenFault> opened = OpenSession(*hierarchy_, access_key_id, token, now);
  if (!opened) return std::unexpected(opened.error());
  auto session = std::make_shared<Session>();
  if (!opened->content.policy.empty()) {
    auto compiled = policy::Document::Compile(opened->content.policy, policy::Kind::kSession);
    if (!compiled) return std::unexpected(TokenFault::kInvalid);
    session->policy = *std::move(compiled);
  }
  auto credential = std::make_shared<Credential>();
  credential->access_key_id = access_key_id;
  credential->secret_access_key = std::move(opened->secret_access_key);
  credential->principal = std::make_shared<const Principal>(PrincipalOf(opened->content));
  session->credential = std::move(credential);
  session->issuer_arn = IssuerArn(opened->content);
  session->account_text = opened->content.account.ToString();
  session->content = std::move(opened->content);
  session->id = AsText(name.digest);
  cache_.Insert(ticket, name, session, kEntryCost + token.size());
  return session;
}

}  // namespace kagimori::identity
