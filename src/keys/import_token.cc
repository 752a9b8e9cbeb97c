#include "keys/import_token.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "keys/key_spec.h"
#include "seal/client_secret.h"

namespace kagimori::keys {
namespace {

using shapes::AlgorithmSpec;
using shapes::WrappingKeySpec;

// Region (2) ‖ kind of key id (1) ‖ key id (16) ‖ algorithm (1) ‖ wrapping key spec (1) ‖ valid to (8)
constexpr size_t kNameSize = 2 + 1 + 16;
constexpr size_t kOpenSize = kNameSize + 1 + 1 + 8;

// The numbers in tokens. The index is the number.
constexpr AlgorithmSpec kAlgorithms[] = {AlgorithmSpec::kRsaesOaepSha1, AlgorithmSpec::kRsaesOaepSha256,
                                         AlgorithmSpec::kRsaAesKeyWrapSha1, AlgorithmSpec::kRsaAesKeyWrapSha256,
                                         AlgorithmSpec::kSm2Pke};
constexpr WrappingKeySpec kWrappingKeys[] = {WrappingKeySpec::kRsa2048, WrappingKeySpec::kRsa3072,
                                             WrappingKeySpec::kRsa4096, WrappingKeySpec::kSm2};

template <class T, size_t N>
uint8_t NumberOf(const T (&table)[N], T value) {
  return static_cast<uint8_t>(std::ranges::find(table, value) - table);
}

Bytes EncodeName(const KeyName& key) {
  Bytes bytes;
  bytes.reserve(kOpenSize);
  AppendBe16(key.region.number(), &bytes);
  bytes.push_back(static_cast<uint8_t>(key.id.kind));
  bytes.insert(bytes.end(), key.id.bytes.begin(), key.id.bytes.end());
  return bytes;
}

bool IsOaep(AlgorithmSpec algorithm) {
  return algorithm == AlgorithmSpec::kRsaesOaepSha1 || algorithm == AlgorithmSpec::kRsaesOaepSha256;
}

bool IsAesKeyWrap(AlgorithmSpec algorithm) {
  return algorithm == AlgorithmSpec::kRsaAesKeyWrapSha1 || algorithm == AlgorithmSpec::kRsaAesKeyWrapSha256;
}

}  // namespace

Bytes SealImportToken(const seal::KeyHierarchy& hierarchy, const ImportToken& token) {
  Bytes open = EncodeName(token.key);
  open.push_back(NumberOf(kAlgorithms, token.algorithm));
  open.push_back(NumberOf(kWrappingKeys, token.wrapping_key));
  AppendBe64(static_cast<uint64_t>(token.valid_to.millis), &open);
  return seal::SealForClient(hierarchy, token.key.account, open, token.private_key);
}

Result<ImportToken> OpenImportToken(const seal::KeyHierarchy& hierarchy, const KeyName& key, ByteView token) {
  auto not_ours = [] { return Fail(ErrorKind::kInvalid, "not an import token of this key"); };
  if (token.size() < seal::kClientSecretHead + kOpenSize) return not_ours();
  const ByteView open = token.subspan(seal::kClientSecretHead, kOpenSize);
  if (!std::ranges::equal(open.first(kNameSize), EncodeName(key))) return not_ours();
  Result<secret::SecretBytes> secret = seal::OpenFromClient(hierarchy, key.account, kOpenSize, token);
  if (!secret) return not_ours();
  const uint8_t algorithm = open[kNameSize];
  const uint8_t wrapping_key = open[kNameSize + 1];
  if (algorithm >= std::size(kAlgorithms) || wrapping_key >= std::size(kWrappingKeys)) return not_ours();
  return ImportToken{.key = key,
                     .algorithm = kAlgorithms[algorithm],
                     .wrapping_key = kWrappingKeys[wrapping_key],
                     .valid_to = {static_cast<int64_t>(ReadBe(open.subspan(kNameSize + 2, 8)))},
                     .private_key = *std::move(secret)};
}

crypto::KeyType TypeOf(WrappingKeySpec spec) {
  switch (spec) {
    case WrappingKeySpec::kRsa2048:
      return crypto::KeyType::kRsa2048;
    case WrappingKeySpec::kRsa3072:
      return crypto::KeyType::kRsa3072;
    case WrappingKeySpec::kRsa4096:
      return crypto::KeyType::kRsa4096;
    case WrappingKeySpec::kSm2:
      return crypto::KeyType::kSm2;
  }
  std::abort();
}

crypto::UnwrappingScheme SchemeOf(AlgorithmSpec algorithm) {
  switch (algorithm) {
    case AlgorithmSpec::kRsaesOaepSha1:
      return crypto::UnwrappingScheme::kOaepSha1;
    case AlgorithmSpec::kRsaesOaepSha256:
      return crypto::UnwrappingScheme::kOaepSha256;
    case AlgorithmSpec::kRsaAesKeyWrapSha1:
      return crypto::UnwrappingScheme::kOaepSha1AesWrap;
    case AlgorithmSpec::kRsaAesKeyWrapSha256:
      return crypto::UnwrappingScheme::kOaepSha256AesWrap;
    case AlgorithmSpec::kSm2Pke:
      return crypto::UnwrappingScheme::kSm2;
    case AlgorithmSpec::kRsaesPkcs1V15:
      break;  // REQUIRES
  }
  std::abort();
}

bool MayWrap(KeySpec material, AlgorithmSpec algorithm, WrappingKeySpec wrapping_key) {
  const std::optional<crypto::KeyType> type = TraitsOf(material).type;
  if (algorithm == AlgorithmSpec::kRsaesPkcs1V15) return false;
  if ((algorithm == AlgorithmSpec::kSm2Pke) != (wrapping_key == WrappingKeySpec::kSm2)) return false;
  if (algorithm == AlgorithmSpec::kSm2Pke) return type.has_value();
  if (!type) return IsOaep(algorithm);
  if (crypto::IsRsa(*type)) return IsAesKeyWrap(algorithm);
  if (*type == crypto::KeyType::kSm2) return IsOaep(algorithm);
  // 241 bytes of PKCS#8 do not fit into what RSA_2048 carries.
  return !(*type == crypto::KeyType::kP521 && IsOaep(algorithm) && wrapping_key == WrappingKeySpec::kRsa2048);
}

}  // namespace kagimori::keys
