#ifndef KAGIMORI_SECRET_COMPARE_H_
#define KAGIMORI_SECRET_COMPARE_H_

#include "base/bytes.h"
#include "secret/secret_bytes.h"

namespace kagimori::secret {

// Time depends on the lengths only, which are taken to be public. (CRYPTO_memcmp)
bool Equal(ByteView a, ByteView b);
bool Equal(const SecretBytes& a, ByteView b);
bool Equal(const SecretBytes& a, const SecretBytes& b);
template <size_t N>
bool Equal(const SecretArray<N>& a, ByteView b) {
  return Equal(a.bytes_, b);
}
template <size_t N>
bool Equal(const SecretArray<N>& a, const SecretArray<N>& b) {
  return Equal(a.bytes_, b.bytes_);
}

}  // namespace kagimori::secret

#endif  // KAGIMORI_SECRET_COMPARE_H_
