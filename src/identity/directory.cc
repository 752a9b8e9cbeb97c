#include "identity/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "identity/new_credentials.h"
#include "identity/root_key_reset.h"
#include "identity/stored_records.h"
#include "net/await.h"
#include "seal/path.h"
#include "store/blocking.h"

namespace kagimori::identity {
namespace {

constexpr size_t kCachedCredentials = 16'384;
constexpr int kMaxRootAccessKeys = 2;        // as in AWS
constexpr int kMaxFixedRootAccessKeys = 64;  // development; a bound on the record's size
constexpr int kAttempts = 8;                 // against a record that changes under us

store::Revision RevisionOf(const std::optional<store::Record>& record) { return record ? record->revision : 0; }

std::unexpected<Error> NoAccount(AccountId account) {
  return Fail(ErrorKind::kNotFound, fmt::format("there is no account {}", account.ToString()));
}

// One try to write a root access key and the account's list of them, under preconditions on both.
struct KeyWrite {
  const seal::KeyHierarchy& hierarchy;
  store::Store& store;
  AccountId account;
  std::string_view access_key_id;
  const secret::SecretBytes& secret_access_key;
  Timestamp now;
  bool replace;
  int limit;

  // kConflict with a revision behind it: rerun.
  Result<> Try(bool* rerun) const {
    *rerun = false;
    const std::string account_path = AccountPath(account);
    const std::string key_path = AccessKeyPath(hierarchy, access_key_id);
    KAGIMORI_ASSIGN_OR_RETURN(store::GetResult got, store::GetAndWait(store, {account_path, key_path}));
    if (!got.records.at(0)) return NoAccount(account);
    KAGIMORI_ASSIGN_OR_RETURN(OpenedAccount owner, OpenAccount(hierarchy, account, got.records[0]->value));

    store::Transaction transaction;
    transaction.preconditions = {{account_path, RevisionOf(got.records[0])}, {key_path, RevisionOf(got.records.at(1))}};
    uint64_t version = 1;
    if (got.records[1]) {
      KAGIMORI_ASSIGN_OR_RETURN(OpenedAccessKey old, OpenAccessKey(hierarchy, access_key_id, got.records[1]->value));
      if (!replace || old.account != account) return Fail(ErrorKind::kConflict, "the access key id is taken");
      version = old.version + 1;
    } else {
      if (owner.message.root_access_key_ids_size() >= limit) {
        return Fail(ErrorKind::kLimit,
                    fmt::format("the root user of {} has {} access keys", account.ToString(), limit));
      }
      owner.message.add_root_access_key_ids(std::string(access_key_id));
      transaction.puts.push_back({account_path, SealAccount(hierarchy, account, owner.message, owner.version + 1)});
    }
    Result<Bytes> sealed = SealKey(version);
    if (!sealed) {
      *rerun = sealed.error().kind == ErrorKind::kConflict;
      return std::unexpected(std::move(sealed).error());
    }
    transaction.puts.push_back({key_path, *std::move(sealed)});
    auto committed = store::CommitAndWait(store, std::move(transaction));
    if (committed) return {};
    *rerun = committed.error().kind == ErrorKind::kConflict;
    return std::unexpected(std::move(committed).error());
  }

 private:
  Result<Bytes> SealKey(uint64_t version) const {
    records::AccessKey message;
    message.set_account(account.number());
    message.set_access_key_id(std::string(access_key_id));
    message.set_status(records::AccessKey::STATUS_ACTIVE);
    message.set_created_millis(now.millis);
    message.set_generation(version);
    Bytes wrapped = WrapAccessKeySecret(hierarchy, account, access_key_id, secret_access_key);
    message.set_wrapped_secret(std::string(AsText(wrapped)));
    return SealAccessKey(hierarchy, message, version);
  }
};

// Whether the user's record names this version of the key.
bool Lists(const User& user, const OpenedAccessKey& key) {
  return std::ranges::any_of(user.access_keys, [&](const UserAccessKey& listed) {
    const bool active = key.message.status() == records::AccessKey::STATUS_ACTIVE;
    return listed.id == key.message.access_key_id() && listed.version == key.version && listed.active == active;
  });
}

bool IsAccountName(std::string_view name) {
  return !name.empty() && name.size() <= 50 && std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Directory::Directory(const seal::KeyHierarchy* hierarchy, store::Store* store, const Clock* clock)
    : hierarchy_(hierarchy),
      store_(store),
      clock_(clock),
      credentials_(kCachedCredentials),
      accounts_(hierarchy, store, &credentials_) {}

void Directory::LoadCredential(std::string access_key_id, LoadCallback callback) {
  if (!IsAccessKeyId(access_key_id)) return callback(Fail(ErrorKind::kNotFound, "not an access key id"));
  Detach([](Task<CredentialResult> read, LoadCallback answer) -> Task<void> {
    CredentialResult credential = co_await read;
    answer(std::move(credential));
  }(Read(std::move(access_key_id)), std::move(callback)));
}

Task<Directory::CredentialResult> Directory::Read(std::string access_key_id) {
  CredentialResult credential = Fail(ErrorKind::kInternal, "not tried");
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const uint64_t ticket = credentials_.BeginLoad();
    credential = co_await ReadOnce(access_key_id);
    if (!credential && credential.error().kind != ErrorKind::kConflict) break;
    if (credential && credentials_.Insert(ticket, access_key_id, *credential)) break;
    // It changed while it was read; what we have may be the old one.
    if (credential) credential = Fail(ErrorKind::kConflict, "the access key keeps changing");
  }
  co_return credential;
}

// kConflict: the key's record and its owner's are of different times, or one of them was put back.
Task<Directory::CredentialResult> Directory::ReadOnce(const std::string& access_key_id) {
  std::vector<std::string> paths = {AccessKeyPath(*hierarchy_, access_key_id)};
  Result<store::GetResult> got = co_await net::Await<Result<store::GetResult>>(
      [this, &paths](auto callback) { store_->Get(std::move(paths), std::move(callback)); });
  if (!got) co_return std::unexpected(std::move(got).error());
  if (got->records.size() != 1 || !got->records[0]) co_return Fail(ErrorKind::kNotFound, "no such access key");
  Result<OpenedAccessKey> key = OpenAccessKey(*hierarchy_, access_key_id, got->records[0]->value);
  if (!key) co_return std::unexpected(std::move(key).error());
  if (key->message.user_id().empty()) co_return MakeCredential(*hierarchy_, *key, RootPrincipal(key->account));

  Result<std::shared_ptr<const AccountSnapshot>> snapshot = co_await accounts_.Load(key->account);
  if (!snapshot) co_return std::unexpected(std::move(snapshot).error());
  std::shared_ptr<const User> user = (*snapshot)->FindById<User>(key->message.user_id());
  if (user == nullptr || !Lists(*user, *key)) {
    accounts_.accounts().Invalidate(key->account);
    co_return Fail(ErrorKind::kConflict, "an access key that its user does not list as it is");
  }
  co_return MakeCredential(*hierarchy_, *key, UserPrincipal(key->account, *user));
}

Result<> Directory::CreateAccount(AccountId account, std::string_view name) {
  if (!IsAccountName(name))
    return Fail(ErrorKind::kInvalid, "an account's name has 1 to 50 printable ASCII characters");
  records::Account message;
  message.set_account(account.number());
  message.set_name(std::string(name));
  message.set_created_millis(clock_->Service().millis);
  store::Transaction transaction;
  std::string path = AccountPath(account);
  transaction.preconditions.push_back({path, 0});
  transaction.puts.push_back({path, SealAccount(*hierarchy_, account, message, 1)});
  auto committed = store::CommitAndWait(*store_, std::move(transaction));
  if (committed) return {};
  if (committed.error().kind == ErrorKind::kConflict) {
    return Fail(ErrorKind::kConflict, fmt::format("there is an account {} already", account.ToString()));
  }
  return std::unexpected(std::move(committed).error());
}

Result<bool> Directory::AccountExists(AccountId account) {
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult got, store::GetAndWait(*store_, {AccountPath(account)}));
  if (!got.records.at(0)) return false;
  KAGIMORI_RETURN_IF_ERROR(OpenAccount(*hierarchy_, account, got.records[0]->value));
  return true;
}

Result<std::vector<AccountEntry>> Directory::ListAccounts() {
  constexpr size_t kPage = 256;
  std::vector<AccountEntry> accounts;
  std::string from = seal::Path(seal::RecordType::kAccount).text();
  const std::string end = seal::PrefixEnd(from);
  for (;;) {
    KAGIMORI_ASSIGN_OR_RETURN(const store::RangeResult page,
                              store::RangeAndWait(*store_, {.begin = from, .end = end, .limit = kPage}));
    for (const store::Record& record : page.records) {
      KAGIMORI_ASSIGN_OR_RETURN(AccountEntry entry, ReadAccountEntry(*hierarchy_, record));
      accounts.push_back(std::move(entry));
    }
    if (!page.more) return accounts;
    from = page.records.back().key + '\0';
  }
}

Result<Directory::NewAccessKey> Directory::CreateRootAccessKey(AccountId account) {
  NewAccessKey key{.access_key_id = NewAccessKeyId(), .secret_access_key = NewSecretAccessKey()};
  KAGIMORI_RETURN_IF_ERROR(PutKey(account, key.access_key_id, key.secret_access_key, /*replace=*/false));
  return key;
}

Result<Directory::RootKeyChange> Directory::ResetRootAccessKey(AccountId account) {
  RootKeyChange change{.key = {.access_key_id = NewAccessKeyId(), .secret_access_key = NewSecretAccessKey()},
                       .deactivated = {}};
  const RootKeyReset reset{.hierarchy = *hierarchy_,
                           .store = *store_,
                           .account = account,
                           .access_key_id = change.key.access_key_id,
                           .secret_access_key = change.key.secret_access_key,
                           .now = clock_->Service()};
  for (int attempt = 1;; ++attempt) {
    bool rerun = false;
    auto changed = reset.Try(&rerun);
    if (changed) {
      for (const std::string& id : changed->deactivated) credentials_.Invalidate(id);
      for (const std::string& id : changed->removed) credentials_.Invalidate(id);
      credentials_.Invalidate(change.key.access_key_id);
      change.deactivated = std::move(changed->deactivated);
      return change;
    }
    if (!rerun || attempt == kAttempts) return std::unexpected(std::move(changed).error());
  }
}

Result<> Directory::PutRootAccessKey(AccountId account, std::string_view access_key_id,
                                     const secret::SecretBytes& secret_access_key) {
  if (!IsAccessKeyId(access_key_id)) return Fail(ErrorKind::kInvalid, "not an access key id");
  if (secret_access_key.empty() || secret_access_key.size() > 128) {
    return Fail(ErrorKind::kInvalid, "a secret access key has 1 to 128 bytes");
  }
  if (hierarchy_->deployment_kind() != seal::DeploymentKind::kDevelopment) {
    return Fail(ErrorKind::kInvalid, "fixed access keys are for development deployments only");
  }
  return PutKey(account, access_key_id, secret_access_key, /*replace=*/true);
}

Result<> Directory::PutKey(AccountId account, std::string_view access_key_id,
                           const secret::SecretBytes& secret_access_key, bool replace) {
  KeyWrite write{.hierarchy = *hierarchy_,
                 .store = *store_,
                 .account = account,
                 .access_key_id = access_key_id,
                 .secret_access_key = secret_access_key,
                 .now = clock_->Service(),
                 .replace = replace,
                 .limit = replace ? kMaxFixedRootAccessKeys : kMaxRootAccessKeys};
  for (int attempt = 1;; ++attempt) {
    bool rerun = false;
    Result<> written = write.Try(&rerun);
    if (written) credentials_.Invalidate(std::string(access_key_id));
    if (!rerun || attempt == kAttempts) return written;
  }
}

}  // namespace kagimori::identity
