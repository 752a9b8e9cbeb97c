#include "secret/compare.h"

#include <openssl/crypto.h>

namespace kagimori::secret {

bool Equal(ByteView a, ByteView b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

bool Equal(const SecretBytes& a, ByteView b) { return Equal(ByteView(a.data_, a.size_), b); }

bool Equal(const SecretBytes& a, const SecretBytes& b) { return Equal(a, ByteView(b.data_, b.size_)); }

}  // namespace kagimori::secret
