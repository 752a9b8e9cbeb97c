#include "oidc/jwt.h"

#include <array>
#include <utility>

#include "base/base64url.h"
#include "crypto/raw_form.h"
#include "crypto/signature.h"
#include "oidc/json_object.h"

namespace kagimori::oidc {
namespace {

using crypto::SignatureScheme;

std::unexpected<Error> NotJwt(std::string_view why) {
  return Fail(ErrorKind::kInvalid, "not a JSON Web Token that is taken: " + std::string(why));
}

// The three parts; nothing when there are more or fewer (five: an encrypted one).
std::optional<std::array<std::string_view, 3>> Split(std::string_view text) {
  const size_t first = text.find('.');
  if (first == text.npos) return std::nullopt;
  const size_t second = text.find('.', first + 1);
  if (second == text.npos || text.find('.', second + 1) != text.npos) return std::nullopt;
  return std::array{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

Result<JsonObject> DecodeObject(std::string_view part) {
  const std::optional<Bytes> bytes = Base64UrlDecode(part);
  if (!bytes) return NotJwt("a part is no base64url");
  return JsonObject::Parse(AsText(*bytes));
}

Result<> ReadHeader(const JsonObject& header, Jwt* token) {
  // RFC 7515 section 4.1.11: what is critical has to be understood, and nothing is. RFC 7797: so is `b64`.
  if (header.Has("crit") || header.Has("b64")) return NotJwt("a critical extension");
  KAGIMORI_ASSIGN_OR_RETURN(const std::optional<std::string> name, header.Text("alg"));
  const std::optional<Algorithm> algorithm = name ? ParseAlgorithm(*name) : std::nullopt;
  if (!algorithm) return NotJwt("its algorithm");
  token->algorithm = *algorithm;
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<std::string> key_id, header.Text("kid"));
  token->key_id = std::move(key_id).value_or("");
  return {};
}

template <class T>
Result<T> Required(Result<std::optional<T>> claim, std::string_view name) {
  if (!claim) return std::unexpected(std::move(claim).error());
  if (!*claim) return NotJwt("there is no claim " + std::string(name));
  return **std::move(claim);
}

Result<> ReadClaims(const JsonObject& claims, Jwt* token) {
  KAGIMORI_ASSIGN_OR_RETURN(token->issuer, Required(claims.Text("iss"), "iss"));
  KAGIMORI_ASSIGN_OR_RETURN(token->subject, Required(claims.Text("sub"), "sub"));
  KAGIMORI_ASSIGN_OR_RETURN(token->audiences, Required(claims.TextOrTexts("aud", kMaxAudiences), "aud"));
  if (token->issuer.empty() || token->subject.empty() || token->audiences.empty()) return NotJwt("an empty claim");
  KAGIMORI_ASSIGN_OR_RETURN(token->authorized_party, claims.Text("azp"));
  KAGIMORI_ASSIGN_OR_RETURN(auto methods, claims.TextOrTexts("amr", kMaxMethods));
  token->methods = std::move(methods).value_or(std::vector<std::string>());
  KAGIMORI_ASSIGN_OR_RETURN(token->expires, Required(claims.Date("exp"), "exp"));
  KAGIMORI_ASSIGN_OR_RETURN(token->issued, Required(claims.Date("iat"), "iat"));
  KAGIMORI_ASSIGN_OR_RETURN(token->not_before, claims.Date("nbf"));
  return {};
}

struct Verification {
  SignatureScheme scheme;
  bool raw_halves;  // r || s, to be made DER of
};

Verification VerificationOf(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRs256:
      return {SignatureScheme::kRsaPkcs1Sha256, false};
    case Algorithm::kRs384:
      return {SignatureScheme::kRsaPkcs1Sha384, false};
    case Algorithm::kRs512:
      return {SignatureScheme::kRsaPkcs1Sha512, false};
    case Algorithm::kPs256:
      return {SignatureScheme::kRsaPssSha256, false};
    case Algorithm::kPs384:
      return {SignatureScheme::kRsaPssSha384, false};
    case Algorithm::kPs512:
      return {SignatureScheme::kRsaPssSha512, false};
    case Algorithm::kEs256:
      return {SignatureScheme::kEcdsaSha256, true};
    case Algorithm::kEs384:
      return {SignatureScheme::kEcdsaSha384, true};
    case Algorithm::kEs512:
      return {SignatureScheme::kEcdsaSha512, true};
    case Algorithm::kEdDsa:
      return {SignatureScheme::kEd25519, false};
  }
  std::unreachable();
}

bool MayHaveSigned(const Jwk& key, const Jwt& token) {
  if (!Fits(key.key.type(), token.algorithm)) return false;
  if (key.algorithm && *key.algorithm != token.algorithm) return false;
  return token.key_id.empty() || key.id == token.key_id;
}

}  // namespace

Result<Jwt> ParseJwt(std::string_view text) {
  if (text.size() > kMaxJwtSize) return NotJwt("it is too long");
  const auto parts = Split(text);
  if (!parts) return NotJwt("it does not have three parts");
  const auto& [header_part, claims_part, signature_part] = *parts;
  Jwt token;
  KAGIMORI_ASSIGN_OR_RETURN(const JsonObject header, DecodeObject(header_part));
  KAGIMORI_RETURN_IF_ERROR(ReadHeader(header, &token));
  KAGIMORI_ASSIGN_OR_RETURN(const JsonObject claims, DecodeObject(claims_part));
  KAGIMORI_RETURN_IF_ERROR(ReadClaims(claims, &token));
  std::optional<Bytes> signature = Base64UrlDecode(signature_part);
  if (!signature || signature->empty()) return NotJwt("its signature");
  token.signature = *std::move(signature);
  token.signed_text = text.substr(0, header_part.size() + 1 + claims_part.size());
  return token;
}

bool VerifySignature(const Jwt& token, const JwkSet& keys) {
  const auto [scheme, raw_halves] = VerificationOf(token.algorithm);
  const secret::SecretBytes message = secret::SecretBytes::CopyOf(AsBytes(token.signed_text));
  for (const Jwk& key : keys.keys()) {
    if (!MayHaveSigned(key, token)) continue;
    if (raw_halves && token.signature.size() != 2 * crypto::FieldSize(key.key.type())) continue;
    const Bytes signature = raw_halves ? crypto::DerSignature(token.signature) : token.signature;
    if (crypto::Verify(key.key, scheme, crypto::MessageForm::kRaw, message, signature)) return true;
  }
  return false;
}

}  // namespace kagimori::oidc
