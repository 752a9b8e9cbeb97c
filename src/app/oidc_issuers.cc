#include "app/oidc_issuers.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>

#include "net/tls_client.h"

namespace kagimori::app {
namespace {

constexpr std::chrono::milliseconds kTimeout{5'000};  // for one document

std::vector<std::string> Parts(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
  }
  return parts;
}

Result<> CheckNew(const std::string& issuer, const std::vector<std::string>& others) {
  Result<> good = oidc::CheckIssuer(issuer);
  if (!good) return Fail(good.error().kind, issuer + ": " + good.error().text);
  if (std::ranges::any_of(others, [&](const auto& other) { return oidc::SameIssuer(issuer, other); }))
    return Fail(ErrorKind::kInvalid, "an issuer twice: " + issuer);
  return {};
}

Result<std::shared_ptr<const oidc::JwkSet>> ReadKeys(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string json(oidc::kMaxJwkSetSize + 1, '\0');
  in.read(json.data(), static_cast<std::streamsize>(json.size()));
  json.resize(static_cast<size_t>(in.gcount()));
  if (in.bad() || !in.eof() || json.empty())
    return Fail(ErrorKind::kIo, "the keys of an identity provider cannot be read from " + file.string());
  auto keys = oidc::JwkSet::Parse(json);
  if (!keys) return Fail(keys.error().kind, file.string() + ": " + keys.error().text);
  return keys;
}

}  // namespace

Result<std::map<std::string, std::filesystem::path>> ParsePinnedIssuers(const std::string& text) {
  std::map<std::string, std::filesystem::path> pinned;
  std::vector<std::string> issuers;
  for (const std::string& part : Parts(text)) {
    const size_t equals = part.find('=');
    if (equals == part.npos || equals + 1 == part.size())
      return Fail(ErrorKind::kInvalid, "expected ISSUER=FILE, not " + part);
    const std::string issuer = part.substr(0, equals);
    KAGIMORI_RETURN_IF_ERROR(CheckNew(issuer, issuers));
    issuers.push_back(issuer);
    pinned[issuer] = part.substr(equals + 1);
  }
  return pinned;
}

Result<std::vector<std::string>> ParseFetchedIssuers(const std::string& text) {
  std::vector<std::string> issuers;
  for (const std::string& issuer : Parts(text)) {
    KAGIMORI_RETURN_IF_ERROR(CheckNew(issuer, issuers));
    issuers.push_back(issuer);
  }
  return issuers;
}

Result<oidc::IssuerKeys::Options> LoadOidcIssuers(const OidcChoices& choices) {
  oidc::IssuerKeys::Options options{.pinned = {}, .fetched = choices.fetched};
  for (const auto& [issuer, file] : choices.pinned) {
    KAGIMORI_RETURN_IF_ERROR(CheckNew(issuer, choices.fetched));
    KAGIMORI_ASSIGN_OR_RETURN(options.pinned[issuer], ReadKeys(file));
  }
  return options;
}

std::unique_ptr<oidc::IssuerKeys> MakeIssuerKeys(oidc::IssuerKeys::Options options,
                                                 const std::filesystem::path& ca_file) {
  if (options.pinned.empty() && options.fetched.empty()) return nullptr;
  return std::make_unique<oidc::IssuerKeys>(
      std::move(options), [ca_file](const std::string& text, size_t limit) -> Result<std::string> {
        KAGIMORI_ASSIGN_OR_RETURN(const net::ClientUrl url, net::ParseClientUrl(text));
        if (!url.tls) return Fail(ErrorKind::kInvalid, "keys come over https alone");
        return net::Get(url, limit, {.ca_file = ca_file, .timeout = kTimeout});
      });
}

}  // namespace kagimori::app
