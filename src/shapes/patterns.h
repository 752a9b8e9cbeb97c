#ifndef KAGIMORI_SHAPES_PATTERNS_H_
#define KAGIMORI_SHAPES_PATTERNS_H_

#include <cstdint>
#include <string_view>

namespace kagimori::shapes {

// The model's regular expressions, each a hand-written match of the whole text (std::regex takes microseconds and
// recurses on hostile input). The generator maps a pattern's text to its name here and fails on one it does not know.
enum class Pattern : uint8_t {
  kNone,
  kAscii,                // ^\p{ASCII}+$
  kName,                 // ^[a-zA-Z0-9:/_-]+$
  kHex,                  // ^[a-f0-9]+$
  kAccount,              // [0-9]{12}
  kClusterId,            // cluster-[2-7a-zA-Z]{11,16}
  kMaterialDescription,  // ^[a-zA-Z0-9:/_\s.-]+$
  kLatin1,               // [\u0020-\u00FF]*
  kWord,                 // [\w]+
  kPolicy,               // [\u0009\u000A\u000D\u0020-\u00FF]+
  kPrincipal,            // ^[\w+=,.@:/-]+$
  kRegion,               // ^([a-z]+-){2,3}\d+$
  kXksKeyId,             // ^[a-zA-Z0-9-_.]+$
  kXksAccessKey,         // ^[A-Z2-7]+$
  kXksSecretKey,         // ^[a-zA-Z0-9\/+=]+$
  kXksEndpoint,          // ^https://[a-zA-Z0-9.-]+$
  kXksPath,              // ^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$
  kVpceService,          // ^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$
  kParameterKeyId,       // ^([a-zA-Z0-9:/_-]+)$
  kTagText,              // ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$
  kParameterFilterKey,   // tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType
};

bool Matches(Pattern pattern, std::string_view text);

// The regular expression, as a validation message prints it.
std::string_view PatternText(Pattern pattern);

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_PATTERNS_H_
