// A key set as an identity provider, or whoever has taken its place, may answer with. Nothing crashes; what is read has
// keys of types that are taken, with algorithms that fit them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/init.h"
#include "oidc/jwk_set.h"

namespace kagimori::oidc {
namespace {

void Require(bool holds) {
  if (!holds) abort();
}

void Try(std::string_view json) {
  const auto set = JwkSet::Parse(json);
  if (!set) return;
  Require(!(*set)->keys().empty() && (*set)->keys().size() <= kMaxJwks);
  for (const Jwk& key : (*set)->keys()) {
    const crypto::KeyType type = key.key.type();
    Require(crypto::IsRsa(type) || crypto::IsNistCurve(type) || type == crypto::KeyType::kEd25519);
    Require(!key.algorithm || Fits(type, *key.algorithm));
    Require((*set)->Has(key.id));
    // What was built is what is parsed again.
    Require(crypto::PublicKey::Parse(type, key.key.spki()).has_value());
  }
}

}  // namespace
}  // namespace kagimori::oidc

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  kagimori::crypto::InitOpenSsl();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kagimori::oidc::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
