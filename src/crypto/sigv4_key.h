#ifndef KAGIMORI_CRYPTO_SIGV4_KEY_H_
#define KAGIMORI_CRYPTO_SIGV4_KEY_H_

#include <string_view>

#include "crypto/digest.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

// The signing key of AWS Signature Version 4, prepared for use:
// HMAC(HMAC(HMAC(HMAC("AWS4" || secret, date), region), service), "aws4_request"). Every step stays in secret memory.
// `date`: "20130609".
HmacSha256Key DeriveSigV4Key(const secret::SecretBytes& secret_access_key, std::string_view date,
                             std::string_view region, std::string_view service);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_SIGV4_KEY_H_
