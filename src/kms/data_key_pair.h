#ifndef KAGIMORI_KMS_DATA_KEY_PAIR_H_
#define KAGIMORI_KMS_DATA_KEY_PAIR_H_

#include "crypto/key_pair.h"
#include "keys/engine.h"
#include "keys/key_spec.h"
#include "kms/data_key.h"
#include "kms/material_note.h"
#include "kms/on_key.h"
#include "kms/work_cost.h"

namespace kagimori::kms {

// What GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext have in common.

inline WorkCost CostOfPair(shapes::DataKeyPairSpec spec) { return CostOfGeneration(keys::TypeOf(spec)); }

// A new pair, its private half under the KMS key.
struct WrappedPair {
  crypto::NewKeyPair pair;
  keys::engine::Encrypted wrapped;
};
template <class Action>
Result<WrappedPair> MakePair(const keys::Authorized<Action, keys::Key>& key, shapes::DataKeyPairSpec spec) {
  crypto::NewKeyPair pair = crypto::GenerateKeyPair(keys::TypeOf(spec));
  KAGIMORI_ASSIGN_OR_RETURN(keys::engine::Encrypted wrapped, keys::engine::EncryptDataKey(key, pair.pkcs8));
  return WrappedPair{std::move(pair), std::move(wrapped)};
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_DATA_KEY_PAIR_H_
