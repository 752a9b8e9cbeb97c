#ifndef KAGIMORI_SEAL_HIERARCHY_H_
#define KAGIMORI_SEAL_HIERARCHY_H_

#include <cstdint>
#include <memory>

#include "base/ids.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "seal/deployment.h"
#include "secret/secret_bytes.h"
#include "store/store.h"

namespace kagimori::seal {

// What a key derived from a term is for; a part of its derivation and never two things at once.
enum class Purpose : uint8_t {
  kRecord = 1,        // sealing stored records
  kMaterial = 2,      // wrapping key material and secret access keys
  kSessionToken = 3,  // STS session tokens
  kImportToken = 4,   // GetParametersForImport
  kMarker = 5,        // paging markers
  kName = 6,          // HMACs of names in paths
  kLedger = 7,        // HMACs of records in the ledger's sums
};

using TermId = uint32_t;  // 1, 2, 3, …

// Random 16 bytes that name this store for ever; a part of every record's associated data.
using StoreId = ByteArray<16>;

// The account number of what belongs to no account: the largest that six bytes hold, which no AWS account can have.
inline constexpr uint64_t kNoAccountNumber = 0xFFFFFFFFFFFF;
inline constexpr AccountId kNoAccount = AccountId::FromNumber(kNoAccountNumber);

// root key → terms → keys per purpose and account. The root key is used for nothing but the deployment record, which
// holds the terms; it is forgotten as soon as they are loaded.
//
// Thread-safe. Derived keys are made on first use and kept, prepared for HMAC, in a bounded table: account numbers also
// come from what clients send.
class KeyHierarchy {
 public:
  // Both block until the store answers.
  //
  // Makes the store id and the first term in an empty store. kConflict: the store has a deployment record already.
  static Result<std::unique_ptr<KeyHierarchy>> Create(secret::SecretKey256 root_key, store::Store* store,
                                                      const Deployment& deployment);
  // Loads the terms of a store. kNotFound: the store is empty; kAuthentication: the root key is not this store's, or
  // the record was changed; kInvalid: the store belongs to another deployment, or to one of another kind, than
  // `deployment` says.
  static Result<std::unique_ptr<KeyHierarchy>> Load(secret::SecretKey256 root_key, store::Store* store,
                                                    const Deployment& deployment);
  ~KeyHierarchy();

  const StoreId& store_id() const;
  // As the sealed record has it, which nobody changes without the root key.
  DeploymentKind deployment_kind() const;
  TermId current_term() const;
  // The term whose kName keys the paths are made with; not always the current one.
  TermId naming_term() const;

  // kCorrupt for a term that does not exist. `account`: kNoAccount for what belongs to the deployment.
  Result<std::shared_ptr<const crypto::HmacSha256Key>> PurposeKey(TermId term, Purpose purpose,
                                                                  AccountId account) const;

 private:
  struct State;
  explicit KeyHierarchy(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_HIERARCHY_H_
