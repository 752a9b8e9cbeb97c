#ifndef KAGIMORI_BASE_BASE64URL_H_
#define KAGIMORI_BASE_BASE64URL_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kagimori {

// RFC 4648 section 5, without padding, as paging markers and JSON Web Tokens have it. For public bytes only.
std::string Base64UrlEncode(ByteView bytes);

// Nothing unless `text` is what Base64UrlEncode gives for some bytes: no padding, no stray bits, no other alphabet.
std::optional<Bytes> Base64UrlDecode(std::string_view text);

}  // namespace kagimori

#endif  // KAGIMORI_BASE_BASE64URL_H_
