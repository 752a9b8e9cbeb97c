#include "sigv4/signer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crypto/digest.h"
#include "crypto/sigv4_key.h"
#include "sigv4/canonical.h"
#include "sigv4/text.h"
#include "wire/query.h"

namespace kagimori::sigv4 {
namespace {

constexpr std::array<std::string_view, 6> kNotSigned = {"authorization", "connection",        "expect",
                                                        "user-agent",    "transfer-encoding", "x-amzn-trace-id"};

std::string SignedHeaders(std::span<const net::HeaderField> fields) {
  std::vector<std::string> names;
  for (const net::HeaderField& field : fields) {
    std::string name(field.name);
    std::ranges::transform(name, name.begin(), ToLower);
    if (std::ranges::find(kNotSigned, name) == kNotSigned.end()) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return fmt::format("{}", fmt::join(names, ";"));
}

std::string ScopeText(const SigningScope& scope) {
  return fmt::format("{}/{}/{}/{}", FormatBasic(scope.time).substr(0, 8), scope.region, scope.service, kTerminator);
}

// REQUIRES: `signed_headers` and the query are well-formed, as those made here are.
std::string Signature(const net::RequestHead& head, std::string_view signed_headers, ByteView body,
                      const SignerCredential& credential, const SigningScope& scope) {
  std::string canonical;
  if (!AppendCanonicalRequest(head, signed_headers, crypto::Sha256(body), &canonical)) return {};
  const std::string time = FormatBasic(scope.time);
  const crypto::HmacSha256Key key =
      crypto::DeriveSigV4Key(credential.secret_access_key, time.substr(0, 8), scope.region, scope.service);
  const std::array<char, 64> signature = ComputeSignature(key, time, ScopeText(scope), canonical);
  return std::string(signature.data(), signature.size());
}

}  // namespace

std::vector<OwnedField> SignHeaders(const net::RequestHead& head, ByteView body, const SignerCredential& credential,
                                    const SigningScope& scope) {
  std::vector<OwnedField> added = {{"X-Amz-Date", FormatBasic(scope.time)}};
  if (!credential.session_token.empty()) {
    added.push_back({"X-Amz-Security-Token", std::string(credential.session_token)});
  }
  std::vector<net::HeaderField> fields(head.fields.begin(), head.fields.end());
  for (const OwnedField& field : added) fields.push_back({field.name, field.value});
  net::RequestHead whole = head;
  whole.fields = fields;

  const std::string names = SignedHeaders(fields);
  const std::string signature = Signature(whole, names, body, credential, scope);
  added.push_back({"Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                                                credential.access_key_id, ScopeText(scope), names, signature)});
  return added;
}

std::string Presign(const net::RequestHead& head, ByteView body, const SignerCredential& credential,
                    const SigningScope& scope, std::chrono::seconds expires) {
  const std::string names = SignedHeaders(head.fields);
  std::string target(head.target);
  char separator = head.target.find('?') == std::string_view::npos ? '?' : '&';
  const auto add = [&](std::string_view name, std::string_view value) {
    target += separator;
    target.append(name).append("=");
    wire::AppendPercentEncoded(value, wire::Slash::kEncode, &target);
    separator = '&';
  };
  add("X-Amz-Algorithm", kAlgorithm);
  add("X-Amz-Credential", fmt::format("{}/{}", credential.access_key_id, ScopeText(scope)));
  add("X-Amz-Date", FormatBasic(scope.time));
  add("X-Amz-Expires", fmt::format("{}", expires.count()));
  add("X-Amz-SignedHeaders", names);
  if (!credential.session_token.empty()) add("X-Amz-Security-Token", credential.session_token);

  net::RequestHead whole = head;
  whole.target = target;
  const std::string signature = Signature(whole, names, body, credential, scope);
  add(kSignatureParameter, signature);
  return target;
}

}  // namespace kagimori::sigv4
