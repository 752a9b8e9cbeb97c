#ifndef KAGIMORI_IDENTITY_STORED_RECORDS_H_
#define KAGIMORI_IDENTITY_STORED_RECORDS_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "identity/entities.h"
#include "identity/identity.h"
#include "identity/records.pb.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"
#include "store/store.h"

namespace kagimori::identity {

// The records of this room, sealed and opened; private to the files of identity/.

std::string AccountPath(AccountId account);
std::string AccessKeyPath(const seal::KeyHierarchy& hierarchy, std::string_view access_key_id);

struct OpenedAccount {
  records::Account message;
  uint64_t version = 0;
};
// kCorrupt: not what this room wrote at this place.
Result<OpenedAccount> OpenAccount(const seal::KeyHierarchy& hierarchy, AccountId account, ByteView stored);
Bytes SealAccount(const seal::KeyHierarchy& hierarchy, AccountId account, const records::Account& message,
                  uint64_t version);

struct OpenedAccessKey {
  records::AccessKey message;
  uint64_t version = 0;
  AccountId account;
};
Result<OpenedAccessKey> OpenAccessKey(const seal::KeyHierarchy& hierarchy, std::string_view access_key_id,
                                      ByteView stored);
// Under the term of the secret in it. kConflict: that term is gone; wrap again.
Result<Bytes> SealAccessKey(const seal::KeyHierarchy& hierarchy, const records::AccessKey& message, uint64_t version);

// What the secret of an access key is bound to.
std::string AccessKeySecretBinding(std::string_view access_key_id);
Bytes WrapAccessKeySecret(const seal::KeyHierarchy& hierarchy, AccountId account, std::string_view access_key_id,
                          const secret::SecretBytes& secret_access_key);

std::shared_ptr<const Principal> RootPrincipal(AccountId account);
std::shared_ptr<const Principal> UserPrincipal(AccountId account, const User& user);

// Of the key as it was opened, for its owner.
Result<std::shared_ptr<const Credential>> MakeCredential(const seal::KeyHierarchy& hierarchy,
                                                         const OpenedAccessKey& key,
                                                         std::shared_ptr<const Principal> owner);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_STORED_RECORDS_H_
