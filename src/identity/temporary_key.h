#ifndef KAGIMORI_IDENTITY_TEMPORARY_KEY_H_
#define KAGIMORI_IDENTITY_TEMPORARY_KEY_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "secret/secret_bytes.h"

namespace kagimori::identity {

// The access key id of temporary credentials: "ASIA", the account's number in eight characters A-Z2-7, and eight random
// ones (40 bits). As with AWS the account can be read from it: that is how GetAccessKeyInfo answers for keys that no
// record exists of, and how a session token's key is found before the token is opened.
std::string NewTemporaryAccessKeyId(AccountId account);

// The account that an id of that form names. Nothing for another form. Proves nothing.
std::optional<AccountId> AccountOfTemporaryKey(std::string_view access_key_id);

// Of the secret of a session token (seal/sealed_token.h): the 30 bytes whose base64 is the secret access key, and that
// text. REQUIRES: 32 bytes; 30 bytes.
secret::SecretBytes TemporarySecret(secret::SecretBytes token_secret);
secret::SecretBytes TemporarySecretAccessKey(const secret::SecretBytes& temporary_secret);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_TEMPORARY_KEY_H_
