#ifndef KAGIMORI_OIDC_ISSUER_KEYS_H_
#define KAGIMORI_OIDC_ISSUER_KEYS_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "oidc/jwk_set.h"

namespace kagimori::oidc {

// "https://token.example.com/path": scheme https, a host, no query, no fragment, no user, at most 255 characters.
// kInvalid with what is wrong.
Result<> CheckIssuer(std::string_view issuer);

// Whether two issuer URLs are the same one: as they stand, but for a slash at the end.
bool SameIssuer(std::string_view a, std::string_view b);

// The public keys of the issuers that the operator has named: from a file read at the start (pinned), or from the
// issuer (OpenID Connect Discovery 1.0 section 4: its configuration, then the `jwks_uri` in it). Of what is fetched:
// kept for kFreshFor; fetched anew before that when a token names a key id that is not among them, but not more often
// than every kBetweenFetches, also after a failure. Thread-safe.
class IssuerKeys {
 public:
  static constexpr std::chrono::seconds kFreshFor{3600};
  static constexpr std::chrono::seconds kBetweenFetches{30};

  // What is at an https URL, at most `limit` bytes of it (kLimit). Blocking, and bounded in time.
  using Get = std::function<Result<std::string>(const std::string& url, size_t limit)>;
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  struct Options {
    std::map<std::string, std::shared_ptr<const JwkSet>> pinned;  // by issuer
    std::vector<std::string> fetched;                             // issuers
  };
  IssuerKeys(Options options, Get get, Now now = std::chrono::steady_clock::now);

  // What is in memory. kNotFound: nobody has named this issuer. kUnavailable: call Fetch. `key_id`: the token's, or
  // empty.
  Result<std::shared_ptr<const JwkSet>> Find(std::string_view issuer, std::string_view key_id) const;

  // The same, fetching where it has to; blocks for two bounded requests, one thread at a time for an issuer.
  // kUnavailable: it does not answer, or something else than keys.
  Result<std::shared_ptr<const JwkSet>> Fetch(std::string_view issuer, std::string_view key_id);

 private:
  struct Issuer {
    std::shared_ptr<const JwkSet> pinned;
    std::mutex fetching;
    mutable std::mutex mutex;
    std::shared_ptr<const JwkSet> keys;                             // by mutex; null: never fetched
    std::chrono::steady_clock::time_point fetched_at;               // by mutex
    std::optional<std::chrono::steady_clock::time_point> tried_at;  // by mutex
  };
  Issuer* FindIssuer(std::string_view issuer) const;
  Result<std::shared_ptr<const JwkSet>> Known(const Issuer& issuer, std::string_view key_id) const;
  Result<std::shared_ptr<const JwkSet>> GetKeys(const std::string& issuer) const;

  std::map<std::string, std::unique_ptr<Issuer>, std::less<>> issuers_;  // without a slash at the end
  const Get get_;
  const Now now_;
};

}  // namespace kagimori::oidc

#endif  // KAGIMORI_OIDC_ISSUER_KEYS_H_
