#ifndef KAGIMORI_SEAL_HIERARCHY_H_
#define KAGIMORI_SEAL_HIERARCHY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "seal/deployment.h"
#include "seal/path.h"
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

using TermId = uint32_t;  // 1, 2, 3, …; never given twice in one store

// When a term began: the service clock's time, and the uptime observed until then (keys/clock_keeper.h), which a clock
// that was wrong for a while does not change.
struct TermTime {
  Timestamp service;
  uint64_t uptime_seconds = 0;
};

struct TermInfo {
  TermId id = 0;
  TermTime began;
};

// Random 16 bytes that name this store for ever; a part of every record's associated data.
using StoreId = ByteArray<16>;

// Sealing terms at the same time. A rotation ends with one; more are left where rotations do not get to their end.
inline constexpr size_t kMaxSealingTerms = 16;

// root key → terms → keys per purpose and account.
//
// The root key is forgotten as soon as the terms are loaded. What stays, in secret memory, is the deployment key
// derived from it, which seals nothing but the deployment record with the terms in it, and the terms.
//
// There are two kinds of terms. The *naming term* (1) gives the keys of what must keep its value for the life of the
// store, kName and kLedger, and of nothing else. The *sealing terms* (2, 3, …) give all other keys. What is sealed is
// sealed under the current one; the others are there until nothing under them is left:
//
//   BeginTerm   a new current term        → the old one's records are sealed anew (keys/term_rotation.h)
//   CloseTerm   nothing may be put under it any more, by a writer that was slow (seal/term_guard.h)
//   DestroyTerm gone from the store and from memory
//
// Thread-safe. Derived keys are made on first use and kept, prepared for HMAC, in a bounded table: account numbers also
// come from what clients send.
class KeyHierarchy {
 public:
  // Both block until the store answers.
  //
  // Makes the store id and the first two terms in an empty store. kConflict: the store holds something already.
  static Result<std::unique_ptr<KeyHierarchy>> Create(secret::SecretKey256 root_key, store::Store* store,
                                                      const Deployment& deployment);
  // Loads the terms of a store. kNotFound: the store is empty; kAuthentication: the root key is not this store's, or
  // the record was changed; kInvalid: the store belongs to another deployment, or to one of another kind, than
  // `deployment` says.
  static Result<std::unique_ptr<KeyHierarchy>> Load(secret::SecretKey256 root_key, store::Store* store,
                                                    const Deployment& deployment);
  // The hierarchy of a deployment record by itself, as a backup has one; for reading only. kAuthentication, kInvalid:
  // as Load.
  static Result<std::unique_ptr<KeyHierarchy>> Open(const secret::SecretKey256& root_key, ByteView deployment_record,
                                                    const Deployment& deployment);
  ~KeyHierarchy();

  const StoreId& store_id() const;
  // As the sealed record has it, which nobody changes without the root key.
  DeploymentKind deployment_kind() const;
  // 1, and one more with every restore of a backup: what was given out in another epoch (session tokens) is worth
  // nothing in this one.
  uint64_t epoch() const;
  // The sealing term of what is written now.
  TermId current_term() const;
  // The term whose kName and kLedger keys are used; it seals nothing.
  TermId naming_term() const;
  // The sealing terms, oldest first; the last one is current.
  std::vector<TermInfo> SealingTerms() const;

  // kCorrupt for a term that does not exist, and for a purpose that this kind of term is not for. `account`: kNoAccount
  // for what belongs to the deployment.
  Result<std::shared_ptr<const crypto::HmacSha256Key>> PurposeKey(TermId term, Purpose purpose,
                                                                  AccountId account) const;
  // The key to seal with now. REQUIRES: a purpose of sealing terms.
  struct CurrentKey {
    TermId term = 0;
    std::shared_ptr<const crypto::HmacSha256Key> key;
  };
  CurrentKey KeyForSealing(Purpose purpose, AccountId account) const;
  // REQUIRES: kName or kLedger.
  std::shared_ptr<const crypto::HmacSha256Key> KeyForNaming(Purpose purpose, AccountId account) const;

  // `deployment_record`, as the store holds it or held it at one revision, sealed for another key in the root key's
  // place: for a backup. kAuthentication: it is not under the present root key.
  Result<Bytes> SealDeployment(ByteView deployment_record, const secret::SecretKey256& other_key) const;

  // Changes. They block, run one after the other, and count when the deployment record is on stable storage with them:
  // what failed has changed nothing here, and when the store does not say how it ended (kUnavailable, kIo), memory
  // keeps to what is right in both cases and the next change goes on from what the store then has. `store` is the
  // one of Create or Load.
  //
  // Adds a term and makes it the current one. kLimit: there are kMaxSealingTerms.
  Result<TermId> BeginTerm(store::Store* store, TermTime now);
  // Nothing may be put under the term any more. In memory only: after a start nobody is left who would. kInvalid: it is
  // the current or the naming term, or does not exist.
  Result<> CloseTerm(TermId term);
  // Whether a record that was sealed under the term may be put: the current one, or one that is neither closed nor
  // destroyed. As cheap as a load for the current one.
  bool MayBePut(TermId term) const;
  // As long as somebody has this, no term is destroyed: for long reads, who take it before their snapshot. Whatever is
  // in a snapshot taken afterwards can be opened until they let go.
  std::shared_ptr<const void> HoldTerms() const;
  // The term is gone for ever, and with it all that is sealed under it. kInvalid: it is not closed (or does not exist).
  // kUnavailable: somebody holds the terms; try again.
  Result<> DestroyTerm(store::Store* store, TermId term);
  // The terms are under the new root key from now on, in one step; for `kagimori root rotate`, on a store that nobody
  // serves. After an error of any other kind than kInvalid and kConflict, Load says which of the two keys it is.
  Result<> ReplaceRootKey(store::Store* store, secret::SecretKey256 new_root_key);

 private:
  struct State;
  explicit KeyHierarchy(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What a restore puts into the store in the place of the deployment record: the record of a backup, which is under
// `backup_key`, under a new root key and in a new epoch.
Result<Bytes> RenewDeployment(const secret::SecretKey256& backup_key, ByteView deployment_record,
                              const secret::SecretKey256& new_root_key);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_HIERARCHY_H_
