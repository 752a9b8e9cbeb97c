#include "oidc/validation.h"

#include <fmt/format.h>

namespace kagimori::oidc {
namespace {

using Fault = TokenRefusal::Fault;

std::unexpected<TokenRefusal> Refuse(Fault fault, std::string text) {
  return std::unexpected(TokenRefusal{.fault = fault, .text = std::move(text)});
}

}  // namespace

std::expected<void, TokenRefusal> ValidateToken(const Jwt& token, const JwkSet& keys, Timestamp now) {
  // First, so that nobody learns from the times what he could not have signed.
  if (!VerifySignature(token, keys)) {
    return Refuse(Fault::kSignature,
                  "Couldn't retrieve verification key from your identity provider, please reference "
                  "AssumeRoleWithWebIdentity documentation for requirements");
  }
  if (now >= token.expires) {
    return Refuse(Fault::kExpired,
                  fmt::format("Token expired: current date/time {} must be before the expiration date/time {}",
                              now.seconds(), token.expires.seconds()));
  }
  const Timestamp latest = now + kMaxClockSkew;
  if (token.issued > latest || (token.not_before && *token.not_before > latest)) {
    return Refuse(Fault::kNotYetValid, "The ID Token provided is not valid yet.");
  }
  return {};
}

}  // namespace kagimori::oidc
