#ifndef KAGIMORI_KMS_ON_LOADED_KEY_H_
#define KAGIMORI_KMS_ON_LOADED_KEY_H_

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "keys/key_spec.h"
#include "kms/on_key.h"
#include "kms/work_cost.h"

namespace kagimori::kms {

// The kind of operation that acts on one key and uses its asymmetric material.
template <class ApiTag, class ActionTag>
struct OnLoadedKey : OnKey<ApiTag, ActionTag> {
  using Inputs = typename OnKey<ApiTag, ActionTag>::Inputs;
  using Request = typename OnKey<ApiTag, ActionTag>::Request;
  using Ready = keys::Usable<ActionTag>;

  static std::optional<Ready> ReadyNow(Session& session, Inputs& inputs) {
    return session.loaded.ReadyNow(&session.loaded_view, inputs);
  }
  static Task<Result<Ready>> MakeReady(Session& session, Inputs inputs) {
    return session.loaded.Ready(&session.loaded_view, std::move(inputs));
  }
};

// "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256." unless the spec's list has it.
template <class Algorithm>
std::optional<shapes::TypedError<shapes::ErrorCode::kInvalidKeyUsage>> CheckAlgorithm(
    std::span<const Algorithm> of_spec, Algorithm asked, const keys::Key& key) {
  if (std::ranges::find(of_spec, asked) != of_spec.end()) return std::nullopt;
  return shapes::Errors::InvalidKeyUsage(IncompatibleAlgorithm(Name(asked), key));
}

inline WorkCost CostOfPrivateUse(const keys::Key& key) {
  const std::optional<crypto::KeyType> type = keys::TraitsOf(key.spec).type;
  return type ? CostOfPrivateUse(*type) : WorkCost::kCheap;
}
inline WorkCost CostOfPublicUse(const keys::Key& key) {
  const std::optional<crypto::KeyType> type = keys::TraitsOf(key.spec).type;
  return type ? CostOfPublicUse(*type) : WorkCost::kCheap;
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ON_LOADED_KEY_H_
