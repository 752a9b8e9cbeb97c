#ifndef KAGIMORI_SIGV4_CANONICAL_H_
#define KAGIMORI_SIGV4_CANONICAL_H_

#include <array>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "net/http.h"

namespace kagimori::sigv4 {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kTerminator = "aws4_request";
inline constexpr std::string_view kSignatureParameter = "X-Amz-Signature";
inline constexpr size_t kMaxSignedHeaders = 128;

// Appends the canonical request of AWS's "Create a signed AWS API request", in the form of every service but S3: the
// path is normalised and encoded once more than it was sent. It is made from what arrived, whatever that is; a field
// that is signed and absent counts as empty. The parameter X-Amz-Signature is left out.
//
// False when there is none: a target that is no absolute path, a malformed percent-escape in the query, more than
// kMaxSignedHeaders names, one twice or one that is no field name, a line end in a value.
bool AppendCanonicalRequest(const net::RequestHead& head, std::string_view signed_headers,
                            const crypto::Sha256Digest& body_digest, std::string* out);

// Single parts of it, for tests.
void AppendCanonicalPath(std::string_view path, std::string* out);
bool AppendCanonicalQuery(std::string_view query, std::string* out);
// Trimmed, with runs of white space inside as one space each, inside quotes too.
void AppendCanonicalValue(std::string_view value, std::string* out);

// HMAC over the string to sign, in lower-case hex.
std::array<char, 64> ComputeSignature(const crypto::HmacSha256Key& signing_key, std::string_view time,
                                      std::string_view scope, std::string_view canonical_request);

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_CANONICAL_H_
