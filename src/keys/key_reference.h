#ifndef KAGIMORI_KEYS_KEY_REFERENCE_H_
#define KAGIMORI_KEYS_KEY_REFERENCE_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "keys/key.h"

namespace kagimori::keys {

// A KeyId as a client wrote it, taken apart without looking anything up. Which forms an operation takes, and what a bad
// one is answered with, is in reference order (alias form, Region, syntax): see ParseKeyReference.
struct KeyReference {
  KeyName name;
  std::string arn;        // as the client gave it, else made from the id as it was given (case kept)
  bool canonical = true;  // false: an id in a form that names no key (upper-case hex)
};
struct AliasReference {
  AliasName name;
  std::string arn;
};
enum class BadReference {
  kAliasNotAllowed,  // InvalidArnException "Key Aliases are not supported for this operation."
  kOtherRegion,      // NotFoundException "Invalid arn <Region named>"
  kBadId,            // NotFoundException "Invalid keyId '<text>'"
  kBadIdInArn,       // NotFoundException "Invalid keyId <last part>"
  kBadArn,           // wrong partition, service or number of parts (guess: NotFoundException "Invalid arn <text>")
};
struct BadKeyReference {
  BadReference reason;
  std::string text;  // what the message repeats
};

using ParsedReference = std::variant<KeyReference, AliasReference, BadKeyReference>;

enum class AliasForms { kAllowed, kRefused };

// The hot path's share of it: the key that a key id or key ARN in canonical form names, without building any text.
// Nothing: ask ParseKeyReference.
std::optional<KeyName> ParsePlainKeyReference(std::string_view text, AccountId caller, Region region);

ParsedReference ParseKeyReference(std::string_view text, AccountId caller, Region region, AliasForms aliases);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_KEY_REFERENCE_H_
