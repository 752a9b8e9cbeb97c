#include "sigv4/verifier.h"

#include <optional>
#include <utility>

#include "crypto/sigv4_key.h"
#include "secret/compare.h"
#include "secret/wiping_buffer.h"
#include "sigv4/canonical.h"

namespace kagimori::sigv4 {

Checked<void> Verifier::Verify(const net::RequestHead& head, const ParsedSignature& parsed, ByteView body,
                               const Credential& credential) {
  canonical_.clear();
  if (!AppendCanonicalRequest(head, parsed.signed_headers, crypto::Sha256(body), &canonical_)) {
    return std::unexpected(SignatureMismatch());
  }

  const SigningKeyName name{credential.identity, parsed.date, parsed.region, parsed.service};
  const crypto::HmacSha256Key* key = cache_.Find(name, credential.generation);
  std::optional<crypto::HmacSha256Key> derived;
  if (key == nullptr) {
    derived = crypto::DeriveSigV4Key(credential.secret_access_key, parsed.date, parsed.region.name(), parsed.service);
    key = &*derived;
  }

  const std::array<char, 64> signature = ComputeSignature(*key, parsed.time_text(), parsed.scope, canonical_);
  // A session token need not stay in memory for longer than its request.
  if (!parsed.session_token.empty()) secret::Wipe(std::span<char>(canonical_));
  // Also constant-time in what is public (the length): an upper-case or cut signature is a wrong one.
  if (!secret::Equal(AsBytes({signature.data(), signature.size()}), AsBytes(parsed.signature))) {
    return std::unexpected(SignatureMismatch());
  }
  if (derived) cache_.Insert(name, credential.generation, *std::move(derived));
  return {};
}

}  // namespace kagimori::sigv4
