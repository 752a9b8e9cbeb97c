#ifndef KAGIMORI_IDENTITY_NEW_CREDENTIALS_H_
#define KAGIMORI_IDENTITY_NEW_CREDENTIALS_H_

#include <string>
#include <string_view>

#include "secret/secret_bytes.h"

namespace kagimori::identity {

// "AKIA" and 16 random characters A-Z2-7: 80 bits, in AWS's form.
std::string NewAccessKeyId();

// 40 characters of base64 (30 random bytes), in AWS's form.
secret::SecretBytes NewSecretAccessKey();
// The same, with the bytes: who answers with it writes their base64 (wire::SecretCodec).
struct SecretAccessKeyParts {
  secret::SecretBytes bytes;
  secret::SecretBytes text;
};
SecretAccessKeyParts NewSecretAccessKeyParts();

// 1..128 of [A-Za-z0-9_], which is AWS's pattern without its lower bound of 16, so that emulators' `test` passes. What
// is not in this form names no access key.
bool IsAccessKeyId(std::string_view text);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_NEW_CREDENTIALS_H_
