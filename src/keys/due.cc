#include "keys/due.h"

#include "keys/paths.h"
#include "keys/records.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

void TakeEarlier(std::optional<Timestamp> candidate, std::optional<Timestamp>* due) {
  if (candidate && (!*due || *candidate < **due)) *due = candidate;
}

void TakeExpiry(const MaterialEntry& material, std::optional<Timestamp>* due) {
  if (material.version != 0) TakeEarlier(material.valid_to, due);
}

}  // namespace

std::optional<Timestamp> DueAt(const Key& key) {
  std::optional<Timestamp> due = key.deletion_due;
  for (const MaterialEntry& material : key.materials) TakeExpiry(material, &due);
  if (key.staged) TakeExpiry(*key.staged, &due);
  // In every other state a rotation waits, and comes at once when the key is enabled again. One on demand waits here:
  // its key may be an imported one, whose state in a snapshot (AsOf) may be another than the head has, and both must
  // give the same place.
  TakeEarlier(key.rotation.on_demand_started, &due);
  if (key.stored_state == KeyState::kEnabled && key.rotation.period_days != 0) TakeEarlier(key.rotation.next, &due);
  return due;
}

void MoveDue(const seal::KeyHierarchy& hierarchy, const Key* before, const Key& after,
             store::Transaction* transaction) {
  const std::optional<Timestamp> old_due = before != nullptr ? DueAt(*before) : std::nullopt;
  const std::optional<Timestamp> due = DueAt(after);
  if (old_due == due) return;
  if (old_due) transaction->deletes.push_back(DuePath(*old_due, after.name));
  if (!due) return;
  std::string path = DuePath(*due, after.name);
  Bytes sealed =
      seal::SealRecord(hierarchy, {.path = path, .account = after.name.account, .version = after.head_version},
                       records::EncodeDue(after.name));
  transaction->puts.push_back({std::move(path), std::move(sealed)});
}

Result<KeyName> OpenDue(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  const ByteView path = AsBytes(record.key);
  if (path.size() < 15) return Fail(ErrorKind::kCorrupt, "a path of the schedule is too short");
  const AccountId account = AccountId::FromNumber(ReadBe(path.subspan(9, 6)));
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened, seal::OpenRecord(hierarchy, record.key, account, record.value));
  return records::DecodeDue(opened.message);
}

}  // namespace kagimori::keys
