#ifndef KAGIMORI_SEAL_HIERARCHY_H_
#define KAGIMORI_SEAL_HIERARCHY_H_

#include <cstdint>
#include <memory>

#include "base/ids.h"
#include "base/result.h"
#include "crypto/digest.h"
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
};

using TermId = uint32_t;  // 1, 2, 3, …

// Random 16 bytes that name this store for ever; a part of every record's associated data.
using StoreId = ByteArray<16>;

// root key → terms → keys per purpose and account. The root key is used for nothing but wrapping terms.
//
// Thread-safe. The terms are loaded once; derived keys are made on first use and kept, prepared for HMAC.
class KeyHierarchy {
 public:
  // Makes the first term in an empty store / loads the terms of a store. kAuthentication: the root key is not this store's.
  static Result<std::unique_ptr<KeyHierarchy>> Create(secret::SecretKey256 root_key, store::Store* store);
  static Result<std::unique_ptr<KeyHierarchy>> Load(secret::SecretKey256 root_key, store::Store* store);
  ~KeyHierarchy();

  const StoreId& store_id() const;
  TermId current_term() const;
  // The term whose kName keys the paths are made with; not always the current one.
  TermId naming_term() const;

  // The reference lives as long as the hierarchy. kCorrupt for a term that does not exist.
  // `account`: AccountId::FromNumber(kNoAccount) for what belongs to the deployment.
  Result<const crypto::HmacSha256Key*> PurposeKey(TermId term, Purpose purpose, AccountId account) const;

 private:
  struct State;
  explicit KeyHierarchy(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The account number of what belongs to no account: the largest that six bytes hold, which no AWS account can have.
inline constexpr uint64_t kNoAccountNumber = 0xFFFFFFFFFFFF;
inline constexpr AccountId kNoAccount = AccountId::FromNumber(kNoAccountNumber);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_HIERARCHY_H_
