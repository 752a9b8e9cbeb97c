#ifndef KAGIMORI_CRYPTO_TESTING_KEY_PAIRS_H_
#define KAGIMORI_CRYPTO_TESTING_KEY_PAIRS_H_

#include <cstdlib>
#include <initializer_list>

#include "base/bytes.h"
#include "crypto/key_pair.h"
#include "crypto/key_type_internal.h"

namespace kagimori::crypto {

inline PrivateKey ParsedPair(KeyType type) {
  Result<PrivateKey> key = PrivateKey::Parse(type, GenerateKeyPair(type).pkcs8);
  if (!key) std::abort();
  return *std::move(key);
}

// One TLV of DER.
inline Bytes Der(uint8_t tag, ByteView content) {
  Bytes der = {tag};
  if (content.size() >= 256) {
    der.push_back(0x82);
    AppendBe16(static_cast<uint16_t>(content.size()), &der);
  } else {
    if (content.size() >= 128) der.push_back(0x81);
    der.push_back(static_cast<uint8_t>(content.size()));
  }
  der.insert(der.end(), content.begin(), content.end());
  return der;
}

inline Bytes Concatenated(std::initializer_list<ByteView> parts) {
  Bytes whole;
  for (ByteView part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

// The AlgorithmIdentifier of a type that has a curve: the first part of its SubjectPublicKeyInfo.
inline Bytes AlgorithmOf(KeyType type) {
  const Bytes spki = PrefixBytes(TraitsOf(type).spki_prefix_hex);
  const size_t start = spki[1] < 0x80 ? 2 : 2 + (spki[1] & 0x7f);  // behind the sequence's header
  const ByteView algorithm = ByteView(spki).subspan(start, 2 + spki[start + 1]);
  return Bytes(algorithm.begin(), algorithm.end());
}

// The PKCS#8 structure of an elliptic-curve key of which only the scalar is known (RFC 5915 without the public key).
// REQUIRES: the type has a curve; `scalar` is as long as its field's elements.
inline Bytes Pkcs8OfScalar(KeyType type, ByteView scalar) {
  const Bytes version = {2, 1, 0};
  const Bytes ec_version = {2, 1, 1};
  const Bytes key = Der(0x30, Concatenated({ec_version, Der(4, scalar)}));
  return Der(0x30, Concatenated({version, AlgorithmOf(type), Der(4, key)}));
}

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_TESTING_KEY_PAIRS_H_
