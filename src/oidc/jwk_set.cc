#include "oidc/jwk_set.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/base64url.h"
#include "crypto/raw_form.h"
#include "oidc/json_object.h"

namespace kagimori::oidc {
namespace {

using crypto::KeyType;

struct NamedAlgorithm {
  std::string_view name;
  Algorithm algorithm;
};
constexpr std::array kAlgorithms = {
    NamedAlgorithm{"RS256", Algorithm::kRs256}, NamedAlgorithm{"RS384", Algorithm::kRs384},
    NamedAlgorithm{"RS512", Algorithm::kRs512}, NamedAlgorithm{"PS256", Algorithm::kPs256},
    NamedAlgorithm{"PS384", Algorithm::kPs384}, NamedAlgorithm{"PS512", Algorithm::kPs512},
    NamedAlgorithm{"ES256", Algorithm::kEs256}, NamedAlgorithm{"ES384", Algorithm::kEs384},
    NamedAlgorithm{"ES512", Algorithm::kEs512}, NamedAlgorithm{"EdDSA", Algorithm::kEdDsa},
};

constexpr size_t kMaxOperations = 16;  // entries of `key_ops`

std::unexpected<Error> Unusable() { return Fail(ErrorKind::kInvalid, "a key that is not used here"); }

// A member that has to be there.
Result<std::string> Required(const JsonObject& object, std::string_view name) {
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<std::string> text, object.Text(name));
  if (!text) return Unusable();
  return *std::move(text);
}

Result<Bytes> RequiredBytes(const JsonObject& object, std::string_view name) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::string text, Required(object, name));
  std::optional<Bytes> bytes = Base64UrlDecode(text);
  if (!bytes) return Unusable();
  return *std::move(bytes);
}

Result<crypto::PublicKey> RsaKey(const JsonObject& object) {
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes modulus, RequiredBytes(object, "n"));
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes exponent, RequiredBytes(object, "e"));
  return crypto::RsaPublicKey(modulus, exponent);
}

Result<crypto::PublicKey> CurveKey(const JsonObject& object) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::string curve, Required(object, "crv"));
  const KeyType type = curve == "P-256" ? KeyType::kP256 : curve == "P-384" ? KeyType::kP384 : KeyType::kP521;
  if (type == KeyType::kP521 && curve != "P-521") return Unusable();
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes x, RequiredBytes(object, "x"));
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes y, RequiredBytes(object, "y"));
  return crypto::CurvePublicKey(type, x, y);
}

Result<crypto::PublicKey> EdwardsKey(const JsonObject& object) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::string curve, Required(object, "crv"));
  if (curve != "Ed25519") return Unusable();
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes x, RequiredBytes(object, "x"));
  return crypto::Ed25519PublicKey(x);
}

Result<crypto::PublicKey> PublicKeyOf(const JsonObject& object) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::string type, Required(object, "kty"));
  if (type == "RSA") return RsaKey(object);
  if (type == "EC") return CurveKey(object);
  if (type == "OKP") return EdwardsKey(object);
  return Unusable();
}

// RFC 7517 sections 4.2 and 4.3.
Result<bool> IsForSignatures(const JsonObject& object) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::optional<std::string> use, object.Text("use"));
  if (use && *use != "sig") return false;
  KAGIMORI_ASSIGN_OR_RETURN(const auto operations, object.Texts("key_ops", kMaxOperations));
  return !operations || std::ranges::find(*operations, "verify") != operations->end();
}

Result<Jwk> ReadKey(const JsonObject& object) {
  // A private key in a public place is nobody's to rely on.
  if (object.Has("d") || object.Has("k")) return Unusable();
  KAGIMORI_ASSIGN_OR_RETURN(const bool for_signatures, IsForSignatures(object));
  if (!for_signatures) return Unusable();
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<std::string> id, object.Text("kid"));
  KAGIMORI_ASSIGN_OR_RETURN(const std::optional<std::string> name, object.Text("alg"));
  const std::optional<Algorithm> algorithm = name ? ParseAlgorithm(*name) : std::nullopt;
  if (name && !algorithm) return Unusable();
  KAGIMORI_ASSIGN_OR_RETURN(crypto::PublicKey key, PublicKeyOf(object));
  if (algorithm && !Fits(key.type(), *algorithm)) return Unusable();
  return Jwk{.id = std::move(id).value_or(""), .algorithm = algorithm, .key = std::move(key)};
}

}  // namespace

std::optional<Algorithm> ParseAlgorithm(std::string_view name) {
  for (const NamedAlgorithm& known : kAlgorithms) {
    if (known.name == name) return known.algorithm;
  }
  return std::nullopt;
}

bool Fits(KeyType type, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRs256:
    case Algorithm::kRs384:
    case Algorithm::kRs512:
    case Algorithm::kPs256:
    case Algorithm::kPs384:
    case Algorithm::kPs512:
      return crypto::IsRsa(type);
    case Algorithm::kEs256:
      return type == KeyType::kP256;
    case Algorithm::kEs384:
      return type == KeyType::kP384;
    case Algorithm::kEs512:
      return type == KeyType::kP521;
    case Algorithm::kEdDsa:
      return type == KeyType::kEd25519;
  }
  return false;
}

Result<std::shared_ptr<const JwkSet>> JwkSet::Parse(std::string_view json) {
  if (json.size() > kMaxJwkSetSize) return Fail(ErrorKind::kInvalid, "a key set that is too large");
  KAGIMORI_ASSIGN_OR_RETURN(const JsonObject root, JsonObject::Parse(json));
  KAGIMORI_ASSIGN_OR_RETURN(const auto objects, root.Objects("keys", kMaxJwks));
  if (!objects) return Fail(ErrorKind::kInvalid, "a key set without keys");
  std::vector<Jwk> keys;
  for (const JsonObject& object : *objects) {
    Result<Jwk> key = ReadKey(object);
    if (key) keys.push_back(*std::move(key));
  }
  if (keys.empty()) return Fail(ErrorKind::kInvalid, "a key set without a key that can be used");
  return std::shared_ptr<const JwkSet>(new JwkSet(std::move(keys)));
}

bool JwkSet::Has(std::string_view key_id) const { return std::ranges::find(keys_, key_id, &Jwk::id) != keys_.end(); }

}  // namespace kagimori::oidc
