#ifndef KAGIMORI_SSM_VALUE_READER_H_
#define KAGIMORI_SSM_VALUE_READER_H_

#include <string_view>

#include "secret/secret_bytes.h"
#include "wire/secret_codec.h"

namespace kagimori::ssm {

class AllowedPattern;

// The one place that looks at a parameter's value: for its rules.
class ValueReader {
 public:
  // "{{…}}" somewhere in it: a reference to another parameter, which a value must not have.
  static bool HasReference(const secret::SecretBytes& value) {
    const std::string_view text = Read(value);
    const size_t open = text.find("{{");
    return open != text.npos && text.find("}}", open + 2) != text.npos;
  }

 private:
  friend class AllowedPattern;
  // Valid as long as the value stays where it is.
  static std::string_view Read(const secret::SecretBytes& value) { return wire::SecretCodec::Open(value); }
};

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_VALUE_READER_H_
