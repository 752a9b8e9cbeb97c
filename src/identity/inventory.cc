#include "identity/inventory.h"

#include "identity/account_records.h"
#include "identity/new_credentials.h"
#include "identity/stored_records.h"
#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::identity {

Result<AccountEntry> ReadAccountEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  const AccountId account = seal::SealingAccount(record.key);
  if (record.key != AccountPath(account)) return Fail(ErrorKind::kCorrupt, "an account's record in a wrong place");
  KAGIMORI_ASSIGN_OR_RETURN(const OpenedAccount opened, OpenAccount(hierarchy, account, record.value));
  return AccountEntry{.account = account, .name = opened.message.name(), .created = {opened.message.created_millis()}};
}

Result<AccessKeyEntry> ReadAccessKeyEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  // The path says nothing but a marker of the id: read the id first, then the record as whoever asks for that id would.
  KAGIMORI_ASSIGN_OR_RETURN(const seal::OpenedRecord raw,
                            seal::OpenRecord(hierarchy, record.key, seal::kNoAccount, record.value));
  records::AccessKey message;
  if (!message.ParseFromString(raw.message) || !IsAccessKeyId(message.access_key_id()) ||
      record.key != AccessKeyPath(hierarchy, message.access_key_id())) {
    return Fail(ErrorKind::kCorrupt, "an access key's record in a wrong place");
  }
  KAGIMORI_ASSIGN_OR_RETURN(const OpenedAccessKey opened,
                            OpenAccessKey(hierarchy, message.access_key_id(), record.value));
  return AccessKeyEntry{.access_key_id = message.access_key_id(),
                        .account = opened.account,
                        .created = {opened.message.created_millis()},
                        .active = opened.message.status() == records::AccessKey::STATUS_ACTIVE,
                        .user_id = opened.message.user_id()};
}

Result<IamEntry> ReadIamEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  const AccountId account = seal::SealingAccount(record.key);
  const std::optional<EntityPlace> place = ParseEntityPath(account, record.key);
  if (!place) return Fail(ErrorKind::kCorrupt, "a record of IAM in a wrong place");
  KAGIMORI_ASSIGN_OR_RETURN(const seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record.key, account, record.value));
  records::IamEntity message;
  if (!message.ParseFromString(opened.message) || message.id() != place->id) {
    return Fail(ErrorKind::kCorrupt, "the record of an entity is malformed");
  }
  return IamEntry{.account = account,
                  .kind = place->kind,
                  .id = place->id,
                  .arn = ArnOf(account, place->kind, message.path(), message.name())};
}

}  // namespace kagimori::identity
