#ifndef KAGIMORI_IDENTITY_SESSION_TOKEN_H_
#define KAGIMORI_IDENTITY_SESSION_TOKEN_H_

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "identity/entities.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"

namespace kagimori::identity {

// What temporary credentials are of. The numbers stand in tokens.
enum class SessionKind : uint8_t {
  kAssumedRole = 1,    // AssumeRole, AssumeRoleWithWebIdentity
  kFederatedUser = 2,  // GetFederationToken
  kUser = 3,           // GetSessionToken of a user
  kRoot = 4,           // GetSessionToken of the root user
};

// A condition key that a web identity brought along: "token.example.com:sub". One of several values (amr) comes as
// often.
struct WebIdentityClaim {
  std::string key;
  std::string value;
  bool operator==(const WebIdentityClaim&) const = default;
};

// Everything that a session token says. The token is the only place where it stands.
struct SessionContent {
  SessionKind kind = SessionKind::kAssumedRole;
  AccountId account{};
  // Whose permissions the session has at most: the role (AROA…), the user (AIDA…) that asked for the token, or the
  // account's number for its root user. Who comes later by the same name is somebody else.
  std::string issuer_id{};
  std::string issuer_path = "/";  // of the role or user; "/" for the root user
  std::string issuer_name{};      // empty for the root user
  std::string session_name{};     // RoleSessionName; the federated user's name; else empty
  Timestamp issued{};             // whole seconds
  Timestamp expires{};
  // Session policies. None at all: the session is not limited, but for a federated user, who then may do nothing.
  std::string policy{};  // the inline one's text
  std::vector<std::string> policy_arns{};
  std::vector<Tag> tags{};                              // session tags, as aws:PrincipalTag/…
  std::vector<std::string> transitive_tag_keys{};       // of those, the ones that go on to the next role
  std::string source_identity{};                        // empty: none
  std::optional<Timestamp> mfa_time{};                  // when the caller proved a second factor
  bool chained = false;                                 // the caller of AssumeRole was a role session itself
  std::string federated_provider{};                     // the ARN of the OIDC provider; empty: no web identity
  std::vector<WebIdentityClaim> web_identity_claims{};  // those that last: aud, sub, amr

  bool operator==(const SessionContent&) const = default;
};

// "arn:aws:sts::111122223333:assumed-role/Name/session", "…:federated-user/name", the user's or the root user's ARN.
std::string SessionArn(const SessionContent& content);
// "AROA…:session", "111122223333:name", "AIDA…", the account's number.
std::string SessionUserId(const SessionContent& content);
// The role's, user's or root user's ARN.
std::string IssuerArn(const SessionContent& content);

// No session is good for longer: GetSessionToken's and GetFederationToken's bound.
inline constexpr std::chrono::hours kLongestSession{36};

// Characters of a token. AWS advises clients to expect no upper bound, and says that a token is typically shorter than
// this.
inline constexpr size_t kMaxSessionTokenText = 4096;

struct IssuedSession {
  std::string access_key_id;
  secret::SecretBytes secret;  // TemporarySecret: its base64 is the secret access key
  std::string token;           // base64
  // How much of the room that a token of this principal has for session policies and tags they take, in percent,
  // rounded up; 0 when there are none.
  unsigned packed_percent = 0;
};
struct PackedTooLarge {
  unsigned percent = 0;  // over 100
};

// New credentials for the session. REQUIRES: content.account is an account.
std::expected<IssuedSession, PackedTooLarge> IssueSession(const seal::KeyHierarchy& hierarchy,
                                                          const SessionContent& content);

enum class TokenFault : uint8_t {
  kInvalid,  // forged, cut, of another access key, another deployment, an ended epoch or term
  kExpired,
};

struct OpenedSession {
  SessionContent content;
  secret::SecretBytes secret_access_key;
};

// What the token says, if this deployment gave it out for that access key. `now`: Clock::Wall. Pure; costs a few
// microseconds (identity/sessions.h keeps what was opened).
std::expected<OpenedSession, TokenFault> OpenSession(const seal::KeyHierarchy& hierarchy,
                                                     std::string_view access_key_id, std::string_view token,
                                                     Timestamp now);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_SESSION_TOKEN_H_
