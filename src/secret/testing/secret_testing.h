#ifndef KAGIMORI_SECRET_TESTING_SECRET_TESTING_H_
#define KAGIMORI_SECRET_TESTING_SECRET_TESTING_H_

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "secret/access.h"
#include "secret/secret_bytes.h"

namespace kagimori::secret {

// Opens secrets for tests. Linked into no program: the layer check refuses it outside of *_test.cc, testing/, fuzz/ and
// bench/.
class SecretTesting {
 public:
  static Access access() { return Access(); }

  static Bytes BytesOf(const SecretBytes& secret) {
    ByteView view = secret.Open(access());
    return Bytes(view.begin(), view.end());
  }
  template <size_t N>
  static Bytes BytesOf(const SecretArray<N>& secret) {
    auto view = secret.Open(access());
    return Bytes(view.begin(), view.end());
  }
  static SecretBytes FromText(std::string_view text) { return SecretBytes::CopyOf(AsBytes(text)); }
  template <size_t N>
  static SecretArray<N> Filled(uint8_t byte) {
    ByteArray<N> bytes;
    bytes.fill(byte);
    return SecretArray<N>::CopyOf(bytes);
  }
};

}  // namespace kagimori::secret

#endif  // KAGIMORI_SECRET_TESTING_SECRET_TESTING_H_
