#ifndef KAGIMORI_OIDC_VALIDATION_H_
#define KAGIMORI_OIDC_VALIDATION_H_

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>

#include "base/clock.h"
#include "oidc/jwt.h"

namespace kagimori::oidc {

// How far an issuer's clock may be ahead of ours: for `iat` and `nbf`. `exp` is the end without any grace.
inline constexpr std::chrono::milliseconds kMaxClockSkew = std::chrono::minutes(1);

struct TokenRefusal {
  enum class Fault : uint8_t {
    kSignature,  // by no key of the issuer
    kExpired,
    kNotYetValid,  // issued, or valid from, later than now
  };
  Fault fault = Fault::kSignature;
  std::string text;  // for the client
};

// Whether the token, by its signature and its times, says what its issuer says now. `keys`: of the token's issuer.
// `now`: Clock::Wall.
std::expected<void, TokenRefusal> ValidateToken(const Jwt& token, const JwkSet& keys, Timestamp now);

}  // namespace kagimori::oidc

#endif  // KAGIMORI_OIDC_VALIDATION_H_
