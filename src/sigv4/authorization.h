#ifndef KAGIMORI_SIGV4_AUTHORIZATION_H_
#define KAGIMORI_SIGV4_AUTHORIZATION_H_

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "net/http.h"
#include "sigv4/failure.h"
#include "wire/query.h"

namespace kagimori::sigv4 {

// What the router knows about the service that a request is for.
struct Expectation {
  std::string_view service;  // "kms", "ssm", "sts", "iam"; a literal, it outlives every parsed signature
  Protocol protocol = Protocol::kJson;
  std::chrono::minutes window{5};  // how far the signature's time may be from ours, both ways
};

enum class Form { kHeader, kPresigned };

// Everything that a request says about its signature, checked as far as that goes without the secret: NOTHING IN IT IS
// TRUE until Verify has said so. Views point into the request's head or into this object, so both must live.
struct ParsedSignature {
  Form form;
  Region region;
  std::string_view service;         // the expected one
  std::string_view access_key_id;   // never empty; any bytes up to the head's limit
  std::string_view scope;           // "20130609/us-east-1/kms/aws4_request"
  std::string_view date;            // "20130609", the scope's first part
  std::array<char, 16> time;        // "20130609T095204Z", as the string to sign has it
  Timestamp signed_at;              // the same
  std::string_view session_token;   // empty when there is none
  std::string_view signed_headers;  // "host;x-amz-date", as sent
  std::string_view signature;       // as sent, of any form
  // What the views of a presigned request point into; moving it leaves them good.
  std::optional<wire::QueryParameters> query;

  std::string_view time_text() const { return {time.data(), time.size()}; }
};

// Finds and checks the request's signature, as AWS does and in its order: forms, parts, time, host signed, algorithm,
// scope. `now` is the wall clock's time.
//
// Beyond AWS's recorded checks: X-Amz-Target and X-Amz-Security-Token must be signed when they are there, since they
// decide what is done and who does it, and neither they nor Host, Authorization and X-Amz-Date may be there twice.
// Other x-amz-* fields may be unsigned (proxies add some); nothing may act upon them. X-Amz-Expires can shorten the
// window, never widen it.
Checked<ParsedSignature> ParseAuthorization(const net::RequestHead& head, const Expectation& expectation,
                                            Timestamp now);

// The scope that a request claims, for routing by service and for the security log; empty strings where it claims
// nothing. Proves nothing.
struct ClaimedScope {
  std::string access_key_id;
  std::string region;
  std::string service;
};
ClaimedScope PeekScope(const net::RequestHead& head);

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_AUTHORIZATION_H_
