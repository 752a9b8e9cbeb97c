#include "identity/session_token.h"

#include <fmt/format.h>

#include <algorithm>

#include "identity/sessions.pb.h"
#include "identity/temporary_key.h"
#include "seal/sealed_token.h"

namespace kagimori::identity {
namespace {

constexpr uint32_t kVersion = 1;
constexpr size_t kMaxMessage = kMaxSessionTokenText / 4 * 3 - seal::kTokenOverhead;
constexpr int64_t kMaxSeconds = 253'402'300'799;  // the end of the year 9999

// A tag, a claim.
template <class Pair>
void Append(const std::vector<Pair>& pairs, google::protobuf::RepeatedPtrField<records::SessionPair>* out) {
  for (const Pair& pair : pairs) {
    records::SessionPair* added = out->Add();
    added->set_key(pair.key);
    added->set_value(pair.value);
  }
}

template <class Pair>
std::vector<Pair> Pairs(const google::protobuf::RepeatedPtrField<records::SessionPair>& pairs) {
  std::vector<Pair> out;
  for (const records::SessionPair& pair : pairs) out.push_back({.key = pair.key(), .value = pair.value()});
  return out;
}

records::SessionToken ToMessage(const SessionContent& content) {
  records::SessionToken message;
  message.set_version(kVersion);
  message.set_account(content.account.number());
  message.set_kind(static_cast<uint32_t>(content.kind));
  message.set_issuer_id(content.issuer_id);
  message.set_issuer_path(content.issuer_path);
  message.set_issuer_name(content.issuer_name);
  message.set_session_name(content.session_name);
  message.set_issued_seconds(content.issued.seconds());
  message.set_expires_seconds(content.expires.seconds());
  message.set_source_identity(content.source_identity);
  if (content.mfa_time) message.set_mfa_seconds(content.mfa_time->seconds());
  message.set_chained(content.chained);
  message.set_federated_provider(content.federated_provider);
  Append(content.web_identity_claims, message.mutable_web_identity_claims());
  return message;
}

bool HasPacked(const SessionContent& content) {
  return !content.policy.empty() || !content.policy_arns.empty() || !content.tags.empty() ||
         !content.transitive_tag_keys.empty();
}

void AddPacked(const SessionContent& content, records::SessionToken* message) {
  records::SessionToken::Packed* packed = message->mutable_packed();
  packed->set_policy(content.policy);
  packed->mutable_policy_arns()->Assign(content.policy_arns.begin(), content.policy_arns.end());
  Append(content.tags, packed->mutable_tags());
  packed->mutable_transitive_tag_keys()->Assign(content.transitive_tag_keys.begin(), content.transitive_tag_keys.end());
}

std::optional<SessionContent> FromMessage(const records::SessionToken& message, AccountId account) {
  const bool good = message.version() == kVersion && message.account() == account.number() && message.kind() >= 1 &&
                    message.kind() <= static_cast<uint32_t>(SessionKind::kRoot) && message.issued_seconds() >= 0 &&
                    message.issued_seconds() <= message.expires_seconds() && message.expires_seconds() <= kMaxSeconds;
  if (!good) return std::nullopt;
  SessionContent content{.kind = static_cast<SessionKind>(message.kind()),
                         .account = account,
                         .issuer_id = message.issuer_id(),
                         .issuer_path = message.issuer_path(),
                         .issuer_name = message.issuer_name(),
                         .session_name = message.session_name(),
                         .issued = {message.issued_seconds() * 1000},
                         .expires = {message.expires_seconds() * 1000},
                         .policy = message.packed().policy(),
                         .tags = Pairs<Tag>(message.packed().tags()),
                         .source_identity = message.source_identity(),
                         .chained = message.chained(),
                         .federated_provider = message.federated_provider(),
                         .web_identity_claims = Pairs<WebIdentityClaim>(message.web_identity_claims())};
  const auto& packed = message.packed();
  content.policy_arns.assign(packed.policy_arns().begin(), packed.policy_arns().end());
  content.transitive_tag_keys.assign(packed.transitive_tag_keys().begin(), packed.transitive_tag_keys().end());
  if (message.mfa_seconds() != 0) content.mfa_time = Timestamp{message.mfa_seconds() * 1000};
  return content;
}

}  // namespace

std::string IssuerArn(const SessionContent& content) {
  if (content.issuer_name.empty()) return fmt::format("arn:aws:iam::{}:root", content.account.ToString());
  const EntityKind kind = content.kind == SessionKind::kAssumedRole ? EntityKind::kRole : EntityKind::kUser;
  return ArnOf(content.account, kind, content.issuer_path, content.issuer_name);
}

std::string SessionArn(const SessionContent& content) {
  const std::string account = content.account.ToString();
  switch (content.kind) {
    case SessionKind::kAssumedRole:
      return fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", account, content.issuer_name, content.session_name);
    case SessionKind::kFederatedUser:
      return fmt::format("arn:aws:sts::{}:federated-user/{}", account, content.session_name);
    case SessionKind::kUser:
    case SessionKind::kRoot:
      break;
  }
  return IssuerArn(content);
}

std::string SessionUserId(const SessionContent& content) {
  switch (content.kind) {
    case SessionKind::kAssumedRole:
      return content.issuer_id + ":" + content.session_name;
    case SessionKind::kFederatedUser:
      return content.account.ToString() + ":" + content.session_name;
    case SessionKind::kUser:
    case SessionKind::kRoot:
      break;
  }
  return content.issuer_id;
}

std::expected<IssuedSession, PackedTooLarge> IssueSession(const seal::KeyHierarchy& hierarchy,
                                                          const SessionContent& content) {
  records::SessionToken message = ToMessage(content);
  const size_t unpacked = message.ByteSizeLong();
  IssuedSession issued;
  if (HasPacked(content)) {
    AddPacked(content, &message);
    const size_t room = kMaxMessage - std::min(kMaxMessage - 1, unpacked);
    const size_t packed = message.ByteSizeLong() - unpacked;
    issued.packed_percent = static_cast<unsigned>((packed * 100 + room - 1) / room);
  }
  if (message.ByteSizeLong() > kMaxMessage) {
    return std::unexpected(PackedTooLarge{.percent = std::max(issued.packed_percent, 101U)});
  }
  issued.access_key_id = NewTemporaryAccessKeyId(content.account);
  seal::SealedToken sealed =
      seal::SealSessionToken(hierarchy, content.account, issued.access_key_id, message.SerializeAsString());
  issued.secret = TemporarySecret(std::move(sealed.secret));
  issued.token = Base64Encode(sealed.token);
  return issued;
}

std::expected<OpenedSession, TokenFault> OpenSession(const seal::KeyHierarchy& hierarchy,
                                                     std::string_view access_key_id, std::string_view token,
                                                     Timestamp now) {
  if (token.size() > kMaxSessionTokenText) return std::unexpected(TokenFault::kInvalid);
  const std::optional<AccountId> account = AccountOfTemporaryKey(access_key_id);
  const std::optional<Bytes> sealed = account ? Base64Decode(token) : std::nullopt;
  if (!sealed) return std::unexpected(TokenFault::kInvalid);
  auto opened = seal::OpenSessionToken(hierarchy, *account, access_key_id, *sealed);
  records::SessionToken message;
  if (!opened || !message.ParseFromString(opened->message)) return std::unexpected(TokenFault::kInvalid);
  std::optional<SessionContent> content = FromMessage(message, *account);
  if (!content) return std::unexpected(TokenFault::kInvalid);
  if (now >= content->expires) return std::unexpected(TokenFault::kExpired);
  return OpenedSession{.content = *std::move(content),
                       .secret_access_key = TemporarySecretAccessKey(TemporarySecret(std::move(opened->secret)))};
}

}  // namespace kagimori::identity
