#include "crypto/sigv4_key.h"

#include <algorithm>

#include "crypto/secret_opener.h"

namespace kagimori::crypto {

HmacSha256Key DeriveSigV4Key(const secret::SecretBytes& secret_access_key, std::string_view date,
                             std::string_view region, std::string_view service) {
  static constexpr std::string_view kPrefix = "AWS4";
  secret::SecretBytes prefixed(kPrefix.size() + secret_access_key.size());
  const MutableByteView to = SecretOpener::OpenMutable(prefixed);
  std::ranges::copy(AsBytes(kPrefix), to.begin());
  std::ranges::copy(SecretOpener::Open(secret_access_key), to.begin() + kPrefix.size());

  secret::SecretKey256 key = HmacSha256Key::Create(prefixed).Derive({AsBytes(date)});
  for (std::string_view part : {region, service, std::string_view("aws4_request")}) {
    key = HmacSha256Key::Create(key).Derive({AsBytes(part)});
  }
  return HmacSha256Key::Create(key);
}

}  // namespace kagimori::crypto
