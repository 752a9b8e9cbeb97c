#ifndef KAGIMORI_CRYPTO_KEY_TYPE_H_
#define KAGIMORI_CRYPTO_KEY_TYPE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kagimori::crypto {

// The kinds of asymmetric key pairs.
enum class KeyType : uint8_t {
  kRsa2048,
  kRsa3072,
  kRsa4096,
  kP256,
  kP384,
  kP521,
  kSecp256k1,
  kEd25519,
  kSm2,
  kMlDsa44,
  kMlDsa65,
  kMlDsa87,
  kMlKem512,
  kMlKem768,
  kMlKem1024,
};
inline constexpr size_t kKeyTypes = 15;

// "RSA-2048", for the operator.
std::string_view Name(KeyType type);

constexpr bool IsRsa(KeyType type) { return type <= KeyType::kRsa4096; }
// A prime-field curve of NIST.
constexpr bool IsNistCurve(KeyType type) { return type >= KeyType::kP256 && type <= KeyType::kP521; }
constexpr bool IsMlDsa(KeyType type) { return type >= KeyType::kMlDsa44 && type <= KeyType::kMlDsa87; }
constexpr bool IsMlKem(KeyType type) { return type >= KeyType::kMlKem512; }

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_KEY_TYPE_H_
