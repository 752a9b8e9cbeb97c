#ifndef KAGIMORI_PARAMETERS_RESEAL_H_
#define KAGIMORI_PARAMETERS_RESEAL_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace kagimori::parameters {

// For whoever wraps the secrets of stored records anew (keys/reseal.h), without knowing the records.

// Whether the record at `path` may hold a value: a parameter's head, an older version.
bool MayHoldValue(std::string_view path);

struct WrappedValue {
  std::string binding;
  Bytes wrapped;
};
// Nothing: it holds none (a SecureString). REQUIRES: MayHoldValue(path). kCorrupt: the message does not read.
Result<std::optional<WrappedValue>> ValueIn(std::string_view path, std::string_view message);
// The message with `wrapped` in the place of its value and nothing else changed.
Result<std::string> WithValue(std::string_view path, std::string_view message, ByteView wrapped);

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_RESEAL_H_
