#ifndef KAGIMORI_CRYPTO_SECRET_OPENER_H_
#define KAGIMORI_CRYPTO_SECRET_OPENER_H_

#include "secret/access.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

// Opens secrets for the files of crypto/, which alone include this. The views are valid as those of SecretBytes::Open.
class SecretOpener {
 public:
  static constexpr secret::Access access() { return secret::Access(); }
  template <class Secret>
  static auto Open(const Secret& secret) {
    return secret.Open(access());
  }
  template <class Secret>
  static auto OpenMutable(Secret& secret) {
    return secret.OpenMutable(access());
  }
};

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_SECRET_OPENER_H_
