#ifndef KAGIMORI_GATEWAY_KMS_FOR_SSM_H_
#define KAGIMORI_GATEWAY_KMS_FOR_SSM_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/request_scope.h"
#include "ssm/key_service.h"

namespace kagimori::gateway {

// KMS as SSM calls it: the operations of the kms room, under the caller's own permissions with kms:ViaService, each
// with its record in the audit log. The records are on their way when a call returns; `recorded` says before the answer
// goes out whether one of them was lost. REQUIRES: the scope outlives it.
class KmsForSsm final : public ssm::KeyService {
 public:
  explicit KmsForSsm(RequestScope* scope);

  Task<ssm::OrError<Bytes>> Encrypt(std::string key, std::string parameter_arn,
                                    const secret::SecretBytes& plaintext) override;
  Task<ssm::OrError<DataKey>> GenerateDataKey(std::string key, std::string parameter_arn) override;
  Task<ssm::OrError<secret::SecretBytes>> Decrypt(Bytes ciphertext, std::string parameter_arn) override;

  // Of the calls so far. REQUIRES: a record of the scope's own was appended after them.
  bool recorded() const { return !*lost_; }

 private:
  template <class Op>
  Task<ssm::OrError<typename Op::Api::Response>> Call(typename Op::Request request);
  // The error that the operation answers in place of KMS's.
  ssm::ApiError Wrapped(const shapes::ApiError& error, const ByteArray<16>& request_id);
  Task<std::optional<ssm::ApiError>> MakeDefaultKey(const std::string& key);

  RequestScope* scope_;
  std::string via_service_;     // "ssm.eu-west-1.amazonaws.com"
  std::shared_ptr<bool> lost_;  // outlives the calls whose records are under way
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_KMS_FOR_SSM_H_
