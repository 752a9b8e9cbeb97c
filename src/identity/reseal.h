#ifndef KAGIMORI_IDENTITY_RESEAL_H_
#define KAGIMORI_IDENTITY_RESEAL_H_

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace kagimori::identity {

// For whoever wraps the secrets of stored records anew (keys/reseal.h), without knowing the records.

struct WrappedSecret {
  AccountId account;    // under whose keys it is wrapped
  std::string binding;  // what it is bound to
  Bytes wrapped;
};

// The secret in the message of an access key's record. kCorrupt: that is none.
Result<WrappedSecret> SecretOfAccessKey(std::string_view message);
// The message with `wrapped` in the place of its secret and nothing else changed.
Result<std::string> WithSecretOfAccessKey(std::string_view message, ByteView wrapped);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_RESEAL_H_
