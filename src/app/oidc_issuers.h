#ifndef KAGIMORI_APP_OIDC_ISSUERS_H_
#define KAGIMORI_APP_OIDC_ISSUERS_H_

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "oidc/issuer_keys.h"

namespace kagimori::app {

// Whose identity tokens may be exchanged for credentials, as far as their keys go; that an account trusts an issuer is
// IAM's to say.
struct OidcChoices {                                                     // what every server takes
  std::map<std::string, std::filesystem::path> pinned;                   // issuer → file with its key set (JSON)
  std::vector<std::string> fetched;                                      // issuers that are asked for their keys
  std::filesystem::path ca_file = "/etc/ssl/certs/ca-certificates.crt";  // who may vouch for their hosts (PEM)
};

// "ISSUER=FILE,ISSUER=FILE" and "ISSUER,ISSUER". kInvalid: an issuer that is none, or twice.
Result<std::map<std::string, std::filesystem::path>> ParsePinnedIssuers(const std::string& text);
Result<std::vector<std::string>> ParseFetchedIssuers(const std::string& text);

// Reads the pinned key sets. kIo: a file cannot be read; kInvalid: it holds no keys, or an issuer is pinned and
// fetched.
Result<oidc::IssuerKeys::Options> LoadOidcIssuers(const OidcChoices& choices);

// Null when no issuer is configured. What is fetched comes over verified TLS, in bounded time and size.
std::unique_ptr<oidc::IssuerKeys> MakeIssuerKeys(oidc::IssuerKeys::Options options,
                                                 const std::filesystem::path& ca_file);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_OIDC_ISSUERS_H_
