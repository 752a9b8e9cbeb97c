// An identity token as anybody may send it, without a signature that could be right. The first byte of the input
// chooses: the rest is a whole token, or it is a header and a payload (split at the first zero), which only their
// base64url hides from the fuzzer. Nothing crashes, what is parsed keeps its bounds, and nothing is ever verified.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/base64url.h"
#include "crypto/init.h"
#include "oidc/jwt.h"
#include "oidc/validation.h"

namespace kagimori::oidc {
namespace {

// Points of the P-256 curve and the like whose private keys nobody here knows.
const JwkSet& Keys() {
  static const std::shared_ptr<const JwkSet> keys =
      JwkSet::Parse(R"({"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",)"
                    R"("y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"},)"
                    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})")
          .value();
  return *keys;
}

void Require(bool holds) {
  if (!holds) abort();
}

void Try(std::string_view text) {
  const Result<Jwt> token = ParseJwt(text);
  if (!token) return;
  Require(!token->issuer.empty() && !token->subject.empty() && !token->audiences.empty());
  Require(token->audiences.size() <= kMaxAudiences && token->methods.size() <= kMaxMethods);
  Require(!token->signature.empty() && text.starts_with(token->signed_text));
  Require(token->expires.millis >= 0 && token->issued.millis >= 0);
  Require(!ValidateToken(*token, Keys(), {1'800'000'000'000}));
}

}  // namespace
}  // namespace kagimori::oidc

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  kagimori::crypto::InitOpenSsl();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 0) {
    kagimori::oidc::Try(input);
    return 0;
  }
  const size_t split = input.find('\0');
  const std::string_view claims = split == input.npos ? std::string_view() : input.substr(split + 1);
  kagimori::oidc::Try(kagimori::Base64UrlEncode(kagimori::AsBytes(input.substr(0, split))) + "." +
                      kagimori::Base64UrlEncode(kagimori::AsBytes(claims)) + ".AAAA");
  return 0;
}
