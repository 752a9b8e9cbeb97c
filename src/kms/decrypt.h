#ifndef KAGIMORI_KMS_DECRYPT_H_
#define KAGIMORI_KMS_DECRYPT_H_

#include <optional>

#include "kms/ciphertext_key.h"
#include "kms/on_loaded_key.h"

namespace kagimori::kms {

struct Decrypt {
  using Api = shapes::op::Decrypt;
  using Action = keys::action::Decrypt;
  using Inputs = CiphertextKey<Action>;
  using Ready = ReadyCiphertextKey<Action>;
  using Request = Api::Request;
  static constexpr auto kUsage = shapes::KeyUsageType::kEncryptDecrypt;

  static void FillDefaults(Request& request);
  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(inputs.key.resource());
  }
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& inputs);
  static std::optional<Ready> ReadyNow(Session& session, Inputs& inputs);
  static Task<Result<Ready>> MakeReady(Session& session, Inputs inputs);
  static WorkCost CostOf(const Ready& ready, const Request&) { return CostOfPrivateUse(ready.key.key()); }
  static Outcome<Api> Run(const Call& call, Ready ready, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_DECRYPT_H_
