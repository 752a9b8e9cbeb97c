#ifndef KAGIMORI_SSM_KEY_SERVICE_H_
#define KAGIMORI_SSM_KEY_SERVICE_H_

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/task.h"
#include "secret/secret_bytes.h"
#include "ssm/error.h"

namespace kagimori::ssm {

inline constexpr std::string_view kDefaultKey = "alias/aws/ssm";

// KMS, called for the caller of an operation: with its permissions, through this service. The encryption context is
// always the parameter's ARN. Errors are what the operation answers: KMS's own, wrapped as AWS wraps them.
class KeyService {
 public:
  virtual ~KeyService() = default;

  // `key`: any form of a KeyId; kDefaultKey is made where it is not there yet.
  virtual Task<OrError<Bytes>> Encrypt(std::string key, std::string parameter_arn,
                                       const secret::SecretBytes& plaintext) = 0;
  struct DataKey {
    secret::SecretBytes plaintext;  // 32 bytes
    Bytes ciphertext;
    std::string key_arn;
  };
  virtual Task<OrError<DataKey>> GenerateDataKey(std::string key, std::string parameter_arn) = 0;
  virtual Task<OrError<secret::SecretBytes>> Decrypt(Bytes ciphertext, std::string parameter_arn) = 0;
};

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_KEY_SERVICE_H_
