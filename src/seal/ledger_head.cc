#include "seal/ledger_head.h"

#include <algorithm>

#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::seal {
namespace {

constexpr size_t kSumSize = 32 + 8;
constexpr size_t kAccountHeadSize = kSumSize;
constexpr size_t kAnchorSize = 8 + 32 + 8 + 8;
constexpr size_t kDeploymentHeadSize = 2 * kSumSize + kAnchorSize;

template <size_t n>
ByteArray<n> TakeArray(ByteView* from) {
  ByteArray<n> taken;
  std::ranges::copy(from->first(n), taken.begin());
  *from = from->subspan(n);
  return taken;
}

uint64_t TakeNumber(ByteView* from) {
  uint64_t taken = ReadBe(from->first(8));
  *from = from->subspan(8);
  return taken;
}

void Append(ByteView bytes, Bytes* out) { out->insert(out->end(), bytes.begin(), bytes.end()); }

void AppendSum(const RecordSum& sum, Bytes* out) {
  Append(sum.hash.ToBytes(), out);
  AppendBe64(sum.count, out);
}

RecordSum TakeSum(ByteView* from) {
  RecordSum sum{.hash = crypto::MultisetHash(TakeArray<32>(from)), .count = 0};
  sum.count = TakeNumber(from);
  return sum;
}

Bytes Seal(const KeyHierarchy& hierarchy, AccountId account, store::Revision revision, const Bytes& message) {
  std::string path = LedgerHeadPath(account);
  return SealRecord(hierarchy, {.path = path, .account = account, .version = revision}, AsText(message));
}

Result<OpenedRecord> Open(const KeyHierarchy& hierarchy, AccountId account, ByteView stored, size_t size) {
  KAGIMORI_ASSIGN_OR_RETURN(OpenedRecord opened, OpenRecord(hierarchy, LedgerHeadPath(account), account, stored));
  if (opened.message.size() != size) return Fail(ErrorKind::kCorrupt, "a head of the ledger has a wrong size");
  return opened;
}

}  // namespace

std::string LedgerHeadPath(AccountId account) {
  Path path(RecordType::kHead);
  if (account != kNoAccount) path.Account(account);
  return std::move(path).text();
}

Result<crypto::Sha256Digest> LedgerTag(const KeyHierarchy& hierarchy, AccountId account, std::string_view path,
                                       ByteView value) {
  // The naming term: its keys never change, so a sum outlives every rotation of the terms.
  KAGIMORI_ASSIGN_OR_RETURN(auto key, hierarchy.PurposeKey(hierarchy.naming_term(), Purpose::kLedger, account));
  ByteArray<2> path_size{static_cast<uint8_t>(path.size() >> 8), static_cast<uint8_t>(path.size())};
  return key->Sign({path_size, AsBytes(path), value.first(std::min(value.size(), kTaggedValueSize))});
}

Bytes SealAccountHead(const KeyHierarchy& hierarchy, AccountId account, const AccountHead& head) {
  Bytes message;
  AppendSum(head.records, &message);
  return Seal(hierarchy, account, head.revision, message);
}

Bytes SealDeploymentHead(const KeyHierarchy& hierarchy, const DeploymentHead& head) {
  Bytes message;
  AppendSum(head.records, &message);
  AppendSum(head.heads, &message);
  AppendBe64(head.anchor.sequence, &message);
  Append(head.anchor.link, &message);
  AppendBe64(head.anchor.file, &message);
  AppendBe64(head.anchor.offset, &message);
  return Seal(hierarchy, kNoAccount, head.revision, message);
}

Result<AccountHead> OpenAccountHead(const KeyHierarchy& hierarchy, AccountId account, ByteView stored) {
  KAGIMORI_ASSIGN_OR_RETURN(OpenedRecord opened, Open(hierarchy, account, stored, kAccountHeadSize));
  ByteView rest = AsBytes(opened.message);
  AccountHead head;
  head.records = TakeSum(&rest);
  head.revision = opened.version;
  return head;
}

Result<DeploymentHead> OpenDeploymentHead(const KeyHierarchy& hierarchy, ByteView stored) {
  KAGIMORI_ASSIGN_OR_RETURN(OpenedRecord opened, Open(hierarchy, kNoAccount, stored, kDeploymentHeadSize));
  ByteView rest = AsBytes(opened.message);
  DeploymentHead head;
  head.records = TakeSum(&rest);
  head.heads = TakeSum(&rest);
  head.anchor.sequence = TakeNumber(&rest);
  head.anchor.link = TakeArray<32>(&rest);
  head.anchor.file = TakeNumber(&rest);
  head.anchor.offset = TakeNumber(&rest);
  head.revision = opened.version;
  return head;
}

}  // namespace kagimori::seal
