#ifndef KAGIMORI_SEAL_LEDGER_HEAD_H_
#define KAGIMORI_SEAL_LEDGER_HEAD_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/anchor.h"
#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "crypto/multiset_hash.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::seal {

// The ledger's records and what they are made of (docs/storage-format.md, "Ledger"); private to the files of seal/.

// The records of one account, or those that belong to no account, summed up.
struct RecordSum {
  crypto::MultisetHash hash;
  uint64_t count = 0;
  bool operator==(const RecordSum&) const = default;

  void Add(const crypto::Sha256Digest& tag) { hash.Add(tag), ++count; }
  void Remove(const crypto::Sha256Digest& tag) { hash.Remove(tag), --count; }
};

struct AccountHead {
  RecordSum records;
  store::Revision revision = 0;  // of the last transaction that wrote a record of the account
};

struct DeploymentHead {
  RecordSum records;             // those that belong to no account
  RecordSum heads;               // the accounts' heads
  store::Revision revision = 0;  // of the last transaction of all
  audit::Anchor anchor;          // on stable storage in the audit log when this was written
};

// Where the head of `account` is; kNoAccount: the deployment's.
std::string LedgerHeadPath(AccountId account);

// The tag of a record in the sum of `account`. Of the value its first kTaggedValueSize bytes: the envelope's head and
// salt, which no two sealings share, so that they stand for all of it; whether the rest belongs to them, opening says.
inline constexpr size_t kTaggedValueSize = 64;
Result<crypto::Sha256Digest> LedgerTag(const KeyHierarchy& hierarchy, AccountId account, std::string_view path,
                                       ByteView value);

Bytes SealAccountHead(const KeyHierarchy& hierarchy, AccountId account, const AccountHead& head);
Bytes SealDeploymentHead(const KeyHierarchy& hierarchy, const DeploymentHead& head);
// kCorrupt: not sealed there by this store, or of a layout that this program does not know.
Result<AccountHead> OpenAccountHead(const KeyHierarchy& hierarchy, AccountId account, ByteView stored);
Result<DeploymentHead> OpenDeploymentHead(const KeyHierarchy& hierarchy, ByteView stored);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_LEDGER_HEAD_H_
