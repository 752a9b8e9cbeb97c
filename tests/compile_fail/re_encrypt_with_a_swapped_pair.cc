// expect: invalid initialization of reference|no matching function|no known conversion
// Source and destination have permissions of their own.
#include "keys/asymmetric_engine.h"

namespace keys = kagimori::keys;

auto Use(const keys::Usable<keys::action::ReEncryptFrom>& source, const keys::engine::SourceCiphertext& ciphertext,
         const keys::Usable<keys::action::ReEncryptTo>& destination) {
  constexpr auto kAlgorithm = kagimori::shapes::EncryptionAlgorithmSpec::kSymmetricDefault;
#ifdef TWIN
  return keys::engine::ReEncrypt(source, ciphertext, destination, kAlgorithm);
#else
  return keys::engine::ReEncrypt(destination, ciphertext, source, kAlgorithm);
#endif
}
