#ifndef KAGIMORI_KMS_DATA_KEY_H_
#define KAGIMORI_KMS_DATA_KEY_H_

#include "kms/on_key.h"

namespace kagimori::kms {

// What GenerateDataKey and GenerateDataKeyWithoutPlaintext have in common.

// Exactly one of KeySpec and NumberOfBytes; checked before the key is looked at.
template <class Request>
bool NamesOneLength(const Request& request) {
  return request.key_spec.has_value() != request.number_of_bytes.has_value();
}
inline constexpr std::string_view kNameOneLength = "Please specify either number of bytes or key spec.";

// REQUIRES: NamesOneLength.
template <class Request>
size_t DataKeyLength(const Request& request) {
  if (request.number_of_bytes) return static_cast<size_t>(*request.number_of_bytes);
  return *request.key_spec == shapes::DataKeySpec::kAes128 ? 16 : 32;
}

// A data key is wrapped by a symmetric key alone; usage and state have been looked at.
template <class Api>
std::optional<shapes::OpError<Api>> CheckWrappingKey(const keys::Key& key) {
  if (key.spec == keys::KeySpec::kSymmetricDefault) return std::nullopt;
  return shapes::Errors::InvalidKeyUsage("You cannot generate a data key with an asymmetric CMK");
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_DATA_KEY_H_
