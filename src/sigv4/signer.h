#ifndef KAGIMORI_SIGV4_SIGNER_H_
#define KAGIMORI_SIGV4_SIGNER_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "net/http.h"
#include "secret/secret_bytes.h"

namespace kagimori::sigv4 {

// The client's side of Signature Version 4, for tools, tests and load. Not on the server's way.

struct SignerCredential {
  std::string_view access_key_id;
  const secret::SecretBytes& secret_access_key;
  std::string_view session_token = {};  // empty: none
};

struct SigningScope {
  std::string_view region;
  std::string_view service;
  Timestamp time;
};

struct OwnedField {
  std::string name;
  std::string value;
};

// The fields to add to a request: X-Amz-Date, X-Amz-Security-Token if there is one, Authorization. All fields of `head`
// are signed but those that SDKs leave out because connections and proxies change them. REQUIRES: `head` has a Host and
// none of the added fields.
std::vector<OwnedField> SignHeaders(const net::RequestHead& head, ByteView body, const SignerCredential& credential,
                                    const SigningScope& scope);

// The target of the same request with its signature in the query.
// REQUIRES: `head` has a Host, and its query none of the added parameters.
std::string Presign(const net::RequestHead& head, ByteView body, const SignerCredential& credential,
                    const SigningScope& scope, std::chrono::seconds expires);

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_SIGNER_H_
