#ifndef KAGIMORI_SEAL_SEALED_TOKEN_H_
#define KAGIMORI_SEAL_SEALED_TOKEN_H_

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// Session tokens of STS, given to clients and taken back by any node of the deployment, which keeps nothing of them.
// Normative in docs/session-tokens.md:
//   format (1) ‖ term (4) ‖ salt (32) ‖ ciphertext ‖ tag (16)
// One-message key: SP 800-108 of the term's kSessionToken key for the account, label "kagimori/session-token/1",
// context = what stands before the ciphertext. Associated data: store id ‖ length-prefixed epoch and access key id ‖
// what stands before the ciphertext. So a token opens only in its own deployment, in the epoch that it was given out
// in, and for its own access key.
//
// A token's secret is derived, not sealed: the same key, label "kagimori/session-secret/1", context = access key id ‖
// what stands before the ciphertext. Nothing but the terms and the token itself is needed to find it again.
inline constexpr size_t kTokenOverhead = 1 + 4 + 32 + 16;

struct SealedToken {
  Bytes token;
  secret::SecretBytes secret;  // 32 bytes
};
SealedToken SealSessionToken(const KeyHierarchy& hierarchy, AccountId account, std::string_view access_key_id,
                             std::string_view message);

struct OpenedToken {
  std::string message;
  secret::SecretBytes secret;
};
// kInvalid for whatever this deployment did not seal for this account and access key, or has sealed under a term that
// is gone.
Result<OpenedToken> OpenSessionToken(const KeyHierarchy& hierarchy, AccountId account, std::string_view access_key_id,
                                     ByteView token);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_SEALED_TOKEN_H_
