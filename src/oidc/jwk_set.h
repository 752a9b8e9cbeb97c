#ifndef KAGIMORI_OIDC_JWK_SET_H_
#define KAGIMORI_OIDC_JWK_SET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/key_pair.h"

namespace kagimori::oidc {

// Signature algorithms of JSON Web Tokens that are accepted (RFC 7518 section 3.1, RFC 8037). There is no enumerator
// for `none` and none for HMAC, so that neither can be asked for.
enum class Algorithm : uint8_t {
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
  kEs512,
  kEdDsa,
};
// Nothing for every other text. Letter case counts.
std::optional<Algorithm> ParseAlgorithm(std::string_view name);

inline constexpr size_t kMaxJwkSetSize = 128 * 1024;  // bytes of a document
inline constexpr size_t kMaxJwks = 64;                // keys in it, also those that are skipped

struct Jwk {
  std::string id;                      // `kid`; empty: none
  std::optional<Algorithm> algorithm;  // `alg`: then for this one alone
  crypto::PublicKey key;
};

// The public keys of an issuer (RFC 7517). Immutable.
class JwkSet {
 public:
  // Keys of other types and sizes, for other uses (`use` other than "sig", `key_ops` without "verify"), and private
  // ones are skipped, as RFC 7517 section 5 wants it. kInvalid: no JSON object with a list `keys`, a member twice, too
  // large, or no usable key.
  static Result<std::shared_ptr<const JwkSet>> Parse(std::string_view json);

  const std::vector<Jwk>& keys() const { return keys_; }
  bool Has(std::string_view key_id) const;

 private:
  explicit JwkSet(std::vector<Jwk> keys) : keys_(std::move(keys)) {}
  std::vector<Jwk> keys_;
};

// Whether keys of `type` sign by `algorithm`.
bool Fits(crypto::KeyType type, Algorithm algorithm);

}  // namespace kagimori::oidc

#endif  // KAGIMORI_OIDC_JWK_SET_H_
