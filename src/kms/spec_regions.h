#ifndef KAGIMORI_KMS_SPEC_REGIONS_H_
#define KAGIMORI_KMS_SPEC_REGIONS_H_

#include <string>
#include <string_view>

#include "crypto/key_type.h"
#include "kms/operation.h"

namespace kagimori::kms {

// AWS has SM2 in its Regions in China alone, and ML-KEM everywhere else.
inline bool IsInRegion(crypto::KeyType type, const Call& call) {
  const bool in_china = call.region.partition() == "aws-cn";
  if (type == crypto::KeyType::kSm2)
    return call.sm2 == Sm2Regions::kAll || (call.sm2 == Sm2Regions::kChina && in_china);
  return !in_china || !crypto::IsMlKem(type);
}

// `member`: of the request, "KeySpec" or "KeyPairSpec".
inline std::string NotInRegion(std::string_view member, std::string_view spec) {
  return std::string(member).append(" ").append(spec).append(" is not supported in this Region");
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_SPEC_REGIONS_H_
