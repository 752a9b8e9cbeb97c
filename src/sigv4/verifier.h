#ifndef KAGIMORI_SIGV4_VERIFIER_H_
#define KAGIMORI_SIGV4_VERIFIER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "net/http.h"
#include "secret/secret_bytes.h"
#include "sigv4/authorization.h"
#include "sigv4/failure.h"
#include "sigv4/signing_key_cache.h"

namespace kagimori::sigv4 {

// A credential that the caller has found, and found active, for ParsedSignature::access_key_id and its session token.
struct Credential {
  std::string_view identity;  // unique to the secret: the access key id, or of a session what its token names
  uint64_t generation = 0;    // changes when the secret is replaced or the credential is disabled
  const secret::SecretBytes& secret_access_key;  // the text's bytes
};

// AWS Signature Version 4, the server's side. One per core; not thread-safe.
//
//   auto parsed = sigv4::ParseAuthorization(head, expectation, clock.Wall());   // all that needs no secret
//   ... look the access key up (UnknownAccessKey(), InvalidSessionToken(), ExpiredSessionToken()) ...
//   auto verified = verifier.Verify(head, *parsed, body, credential);
//
// The payload's hash is always ours: a client's X-Amz-Content-Sha256 is a header like any other, and UNSIGNED-PAYLOAD a
// signature of something else.
class Verifier {
 public:
  explicit Verifier(size_t cached_keys = 4096) : cache_(cached_keys) {}

  // SignatureMismatch unless the request, exactly as it arrived, was signed with the credential. `parsed` came from
  // `head`.
  Checked<void> Verify(const net::RequestHead& head, const ParsedSignature& parsed, ByteView body,
                       const Credential& credential);

  SigningKeyCache& cache() { return cache_; }

 private:
  SigningKeyCache cache_;
  std::string canonical_;  // reused; holds the last canonical request, wiped when a session token was in it
};

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_VERIFIER_H_
