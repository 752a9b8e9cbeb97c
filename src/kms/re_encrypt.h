#ifndef KAGIMORI_KMS_RE_ENCRYPT_H_
#define KAGIMORI_KMS_RE_ENCRYPT_H_

#include "kms/ciphertext_key.h"
#include "kms/on_loaded_key.h"

namespace kagimori::kms {

struct ReEncrypt {
  using Api = shapes::op::ReEncrypt;
  using Request = Api::Request;
  struct Inputs {
    CiphertextKey<keys::action::ReEncryptFrom> source;
    keys::Authorized<keys::action::ReEncryptTo, keys::Key> destination;
  };
  struct Ready {
    ReadyCiphertextKey<keys::action::ReEncryptFrom> source;
    keys::Usable<keys::action::ReEncryptTo> destination;
  };
  static constexpr auto kUsage = shapes::KeyUsageType::kEncryptDecrypt;

  static void FillDefaults(Request& request);
  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(inputs.source.key.resource());
    visit(inputs.destination.resource());
  }
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& inputs);
  static std::optional<Ready> ReadyNow(Session& session, Inputs& inputs);
  static Task<Result<Ready>> MakeReady(Session& session, Inputs inputs);
  static WorkCost CostOf(const Ready& ready, const Request& request);
  static Outcome<Api> Run(const Call& call, Ready ready, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_RE_ENCRYPT_H_
