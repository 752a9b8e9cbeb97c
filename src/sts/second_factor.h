#ifndef KAGIMORI_STS_SECOND_FACTOR_H_
#define KAGIMORI_STS_SECOND_FACTOR_H_

#include "sts/parameters.h"

namespace kagimori::sts {

// There are no MFA devices here, so that no code can be right: whoever names one is refused, never believed.

// Whether SerialNumber or TokenCode was sent.
inline bool ReadSecondFactor(shapes::QueryMembers* members) {
  const bool serial = members->Optional("SerialNumber", kSerialNumberRule).has_value();
  const bool code = members->Optional("TokenCode", kTokenCodeRule).has_value();
  return serial || code;
}

// AWS's answer to a device that is not the caller's.
inline std::unexpected<StsError> NoSecondFactor() {
  return AccessDenied(
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid "
      "and associated with this user.");
}

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_SECOND_FACTOR_H_
