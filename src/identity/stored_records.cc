#include "identity/stored_records.h"

#include <fmt/format.h>

#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::identity {
namespace {

constexpr uint64_t kAccountNumbers = 1'000'000'000'000;
constexpr auto kAccessKeyName = static_cast<uint8_t>(seal::RecordType::kAccessKey);

std::unexpected<Error> Malformed(const char* what) {
  return Fail(ErrorKind::kCorrupt, fmt::format("the record of {} is malformed", what));
}

}  // namespace

std::string AccessKeySecretBinding(std::string_view access_key_id) {
  return fmt::format("access-key/{}", access_key_id);
}

std::string AccountPath(AccountId account) { return seal::Path(seal::RecordType::kAccount).Account(account).text(); }

std::string AccessKeyPath(const seal::KeyHierarchy& hierarchy, std::string_view access_key_id) {
  ByteArray<16> marker = seal::NameMarker(hierarchy, seal::kNoAccount, kAccessKeyName, 0, access_key_id);
  return seal::Path(seal::RecordType::kAccessKey).Raw(marker).text();
}

Result<OpenedAccount> OpenAccount(const seal::KeyHierarchy& hierarchy, AccountId account, ByteView stored) {
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord record,
                            seal::OpenRecord(hierarchy, AccountPath(account), account, stored));
  OpenedAccount opened;
  opened.version = record.version;
  if (!opened.message.ParseFromString(record.message) || opened.message.account() != account.number()) {
    return Malformed("an account");
  }
  return opened;
}

Bytes SealAccount(const seal::KeyHierarchy& hierarchy, AccountId account, const records::Account& message,
                  uint64_t version) {
  std::string path = AccountPath(account);
  return seal::SealRecord(hierarchy, {.path = path, .account = account, .version = version},
                          message.SerializeAsString());
}

Result<OpenedAccessKey> OpenAccessKey(const seal::KeyHierarchy& hierarchy, std::string_view access_key_id,
                                      ByteView stored) {
  KAGIMORI_ASSIGN_OR_RETURN(
      seal::OpenedRecord record,
      seal::OpenRecord(hierarchy, AccessKeyPath(hierarchy, access_key_id), seal::kNoAccount, stored));
  OpenedAccessKey opened;
  opened.version = record.version;
  records::AccessKey& message = opened.message;
  if (!message.ParseFromString(record.message) || message.access_key_id() != access_key_id ||
      message.account() >= kAccountNumbers) {
    return Malformed("an access key");
  }
  if (message.status() != records::AccessKey::STATUS_ACTIVE &&
      message.status() != records::AccessKey::STATUS_INACTIVE) {
    return Malformed("an access key");
  }
  opened.account = AccountId::FromNumber(message.account());
  return opened;
}

Result<Bytes> SealAccessKey(const seal::KeyHierarchy& hierarchy, const records::AccessKey& message, uint64_t version) {
  std::string path = AccessKeyPath(hierarchy, message.access_key_id());
  return seal::SealRecordWithSecret(hierarchy, {.path = path, .account = seal::kNoAccount, .version = version},
                                    AsBytes(message.wrapped_secret()), message.SerializeAsString());
}

Bytes WrapAccessKeySecret(const seal::KeyHierarchy& hierarchy, AccountId account, std::string_view access_key_id,
                          const secret::SecretBytes& secret_access_key) {
  return seal::WrapSecret(hierarchy, account, AccessKeySecretBinding(access_key_id), secret_access_key);
}

std::shared_ptr<const Principal> RootPrincipal(AccountId account) {
  std::string number = account.ToString();
  return std::make_shared<const Principal>(Principal{.kind = Principal::Kind::kRoot,
                                                     .account = account,
                                                     .arn = fmt::format("arn:aws:iam::{}:root", number),
                                                     .unique_id = number,
                                                     .name = {}});
}

std::shared_ptr<const Principal> UserPrincipal(AccountId account, const User& user) {
  return std::make_shared<const Principal>(Principal{.kind = Principal::Kind::kUser,
                                                     .account = account,
                                                     .arn = ArnOf(account, user),
                                                     .unique_id = user.id,
                                                     .name = user.name});
}

Result<std::shared_ptr<const Credential>> MakeCredential(const seal::KeyHierarchy& hierarchy,
                                                         const OpenedAccessKey& key,
                                                         std::shared_ptr<const Principal> owner) {
  const std::string& access_key_id = key.message.access_key_id();
  auto credential = std::make_shared<Credential>();
  KAGIMORI_ASSIGN_OR_RETURN(credential->secret_access_key,
                            seal::UnwrapSecret(hierarchy, key.account, AccessKeySecretBinding(access_key_id),
                                               AsBytes(key.message.wrapped_secret())));
  credential->access_key_id = access_key_id;
  credential->principal = std::move(owner);
  credential->generation = key.message.generation();
  credential->active = key.message.status() == records::AccessKey::STATUS_ACTIVE;
  return std::shared_ptr<const Credential>(std::move(credential));
}

}  // namespace kagimori::identity
