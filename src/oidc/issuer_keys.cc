#include "oidc/issuer_keys.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "oidc/json_object.h"

namespace kagimori::oidc {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr size_t kMaxIssuer = 255;  // as AWS bounds a provider's URL
constexpr size_t kMaxConfiguration = 64 * 1024;
constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";

std::string_view WithoutSlash(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return issuer;
}

bool IsUrlCharacter(char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>'; }

}  // namespace

Result<> CheckIssuer(std::string_view issuer) {
  const auto bad = [](const char* why) { return Fail(ErrorKind::kInvalid, why); };
  if (issuer.size() > kMaxIssuer) return bad("an issuer's URL has at most 255 characters");
  if (!issuer.starts_with(kScheme)) return bad("an issuer's URL begins with https://");
  const std::string_view rest = issuer.substr(kScheme.size());
  if (rest.empty() || rest.front() == '/' || rest.front() == ':') return bad("an issuer's URL has a host");
  if (!std::ranges::all_of(rest, IsUrlCharacter) || rest.find_first_of("?#@") != rest.npos)
    return bad("an issuer's URL has no query, no fragment, no user and no white space");
  return {};
}

bool SameIssuer(std::string_view a, std::string_view b) { return WithoutSlash(a) == WithoutSlash(b); }

IssuerKeys::IssuerKeys(Options options, Get get, Now now) : get_(std::move(get)), now_(std::move(now)) {
  for (const std::string& issuer : options.fetched) {
    issuers_.try_emplace(std::string(WithoutSlash(issuer)), std::make_unique<Issuer>());
  }
  for (auto& [issuer, keys] : options.pinned) {
    auto& known = issuers_[std::string(WithoutSlash(issuer))];
    known = std::make_unique<Issuer>();
    known->pinned = std::move(keys);
  }
}

IssuerKeys::Issuer* IssuerKeys::FindIssuer(std::string_view issuer) const {
  const auto found = issuers_.find(WithoutSlash(issuer));
  return found == issuers_.end() ? nullptr : found->second.get();
}

Result<std::shared_ptr<const JwkSet>> IssuerKeys::Known(const Issuer& issuer, std::string_view key_id) const {
  if (issuer.pinned != nullptr) return issuer.pinned;
  const auto now = now_();
  std::lock_guard lock(issuer.mutex);
  const bool may_try = !issuer.tried_at || now - *issuer.tried_at >= kBetweenFetches;
  const bool fresh = issuer.keys != nullptr && now - issuer.fetched_at < kFreshFor;
  const bool has_key = fresh && (key_id.empty() || issuer.keys->Has(key_id));
  if (has_key || (fresh && !may_try)) return issuer.keys;
  return Fail(ErrorKind::kUnavailable, may_try ? "the issuer's keys are to be fetched" : "the issuer did not answer");
}

Result<std::shared_ptr<const JwkSet>> IssuerKeys::Find(std::string_view issuer, std::string_view key_id) const {
  const Issuer* known = FindIssuer(issuer);
  if (known == nullptr) return Fail(ErrorKind::kNotFound, "an issuer that is not configured");
  return Known(*known, key_id);
}

Result<std::shared_ptr<const JwkSet>> IssuerKeys::Fetch(std::string_view issuer, std::string_view key_id) {
  Issuer* known = FindIssuer(issuer);
  if (known == nullptr) return Fail(ErrorKind::kNotFound, "an issuer that is not configured");
  std::lock_guard one_at_a_time(known->fetching);
  // Whoever waited here may have what the one before has fetched, and does not ask again what has just failed.
  if (auto keys = Known(*known, key_id)) return keys;
  {
    std::lock_guard lock(known->mutex);
    const auto now = now_();
    if (known->tried_at && now - *known->tried_at < kBetweenFetches)
      return Fail(ErrorKind::kUnavailable, "the issuer did not answer");
    known->tried_at = now;
  }
  auto fetched = GetKeys(std::string(WithoutSlash(issuer)));
  std::lock_guard lock(known->mutex);
  if (fetched) {
    known->keys = *std::move(fetched);
    known->fetched_at = now_();
    return known->keys;
  }
  log::Warning("the keys of an identity provider cannot be fetched",
               {{"issuer", std::string(issuer)}, {"error", Describe(fetched.error())}});
  // What is still fresh goes on serving; the key id is simply not among it.
  if (known->keys != nullptr && now_() - known->fetched_at < kFreshFor) return known->keys;
  return Fail(ErrorKind::kUnavailable, "the issuer does not answer with its keys");
}

Result<std::shared_ptr<const JwkSet>> IssuerKeys::GetKeys(const std::string& issuer) const {
  KAGIMORI_ASSIGN_OR_RETURN(const std::string text, get_(issuer + std::string(kWellKnown), kMaxConfiguration));
  KAGIMORI_ASSIGN_OR_RETURN(const JsonObject configuration, JsonObject::Parse(text));
  KAGIMORI_ASSIGN_OR_RETURN(const auto named, configuration.Text("issuer"));
  if (!named || !SameIssuer(*named, issuer)) {
    return Fail(ErrorKind::kInvalid, "the configuration names another issuer");  // Discovery section 4.3
  }
  KAGIMORI_ASSIGN_OR_RETURN(const auto url, configuration.Text("jwks_uri"));
  if (!url || !url->starts_with(kScheme)) return Fail(ErrorKind::kInvalid, "no https URL of keys (jwks_uri)");
  KAGIMORI_ASSIGN_OR_RETURN(const std::string keys, get_(*url, kMaxJwkSetSize));
  return JwkSet::Parse(keys);
}

}  // namespace kagimori::oidc
