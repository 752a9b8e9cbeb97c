#ifndef KAGIMORI_OIDC_JWT_H_
#define KAGIMORI_OIDC_JWT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "oidc/jwk_set.h"

namespace kagimori::oidc {

inline constexpr size_t kMaxJwtSize = 20'000;  // characters, as AWS bounds WebIdentityToken
inline constexpr size_t kMaxAudiences = 32;
inline constexpr size_t kMaxMethods = 16;      // entries of `amr`
inline constexpr size_t kMaxClaimSize = 2048;  // bytes of a text that is looked at

// A JSON Web Token in its compact form (RFC 7515 section 3.1, RFC 7519) of which NOTHING HAS BEEN VERIFIED.
struct Jwt {
  Algorithm algorithm{};
  std::string key_id;       // `kid`; empty: none
  std::string signed_text;  // header and payload, as they were sent
  Bytes signature;

  std::string issuer;                           // `iss`
  std::string subject;                          // `sub`
  std::vector<std::string> audiences;           // `aud`, one or several
  std::optional<std::string> authorized_party;  // `azp`
  std::vector<std::string> methods;             // `amr`
  Timestamp expires;                            // `exp`
  Timestamp issued;                             // `iat`
  std::optional<Timestamp> not_before;          // `nbf`
};

// kInvalid: not three parts of canonical base64url, no JSON objects, a member twice, an algorithm that is not accepted,
// a critical extension (`crit`), or a claim that lacks or has another type: iss, sub, aud, exp and iat have to be
// there, as AWS wants it.
Result<Jwt> ParseJwt(std::string_view text);

// Whether one of the keys made the signature: one of the token's key id where it names one. Takes up to a millisecond
// for each key that could have.
bool VerifySignature(const Jwt& token, const JwkSet& keys);

}  // namespace kagimori::oidc

#endif  // KAGIMORI_OIDC_JWT_H_
