#include "identity/entities.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/random.h"

namespace kagimori::identity {
namespace {

constexpr std::string_view kArnPrefix = "arn:aws:iam::";
constexpr std::string_view kAws = "aws";  // stands for the account in the ARNs of AWS's own policies

struct KindNames {
  EntityKind kind;
  std::string_view in_arn;
  std::string_view id_prefix;
};
constexpr KindNames kKinds[] = {{EntityKind::kUser, "user", "AIDA"},
                                {EntityKind::kGroup, "group", "AGPA"},
                                {EntityKind::kRole, "role", "AROA"},
                                {EntityKind::kPolicy, "policy", "ANPA"},
                                {EntityKind::kOidcProvider, "oidc-provider", "AOIP"}};

const KindNames& NamesOf(EntityKind kind) { return *std::ranges::find(kKinds, kind, &KindNames::kind); }

std::string ArnIn(std::string_view account, EntityKind kind, std::string_view path, std::string_view name) {
  return fmt::format("{}{}:{}{}{}", kArnPrefix, account, NamesOf(kind).in_arn, path, name);
}

}  // namespace

const ManagedPolicyVersion& ManagedPolicy::Default() const { return *Find(default_version); }

const ManagedPolicyVersion* ManagedPolicy::Find(int number) const {
  const auto found = std::ranges::find(versions, number, &ManagedPolicyVersion::number);
  return found == versions.end() ? nullptr : &*found;
}

std::string ArnOf(AccountId account, EntityKind kind, std::string_view path, std::string_view name) {
  return ArnIn(account.ToString(), kind, path, name);
}

std::string ArnOf(AccountId account, const ManagedPolicy& policy) {
  return ArnIn(policy.by_aws ? std::string(kAws) : account.ToString(), EntityKind::kPolicy, policy.path, policy.name);
}

std::optional<EntityArn> ParseEntityArn(std::string_view arn) {
  if (!arn.starts_with(kArnPrefix)) return std::nullopt;
  std::string_view rest = arn.substr(kArnPrefix.size());
  const size_t colon = rest.find(':');
  if (colon == rest.npos) return std::nullopt;
  EntityArn parsed;
  if (const std::string_view account = rest.substr(0, colon); account != kAws) {
    parsed.account = AccountId::Parse(account);
    if (!parsed.account) return std::nullopt;
  }
  rest.remove_prefix(colon + 1);
  const size_t slash = rest.find('/');
  if (slash == rest.npos) return std::nullopt;
  const auto kind = std::ranges::find(kKinds, rest.substr(0, slash), &KindNames::in_arn);
  if (kind == std::end(kKinds)) return std::nullopt;
  parsed.kind = kind->kind;
  rest.remove_prefix(slash);
  // A provider's name is a URL, whose slashes are its own.
  const size_t name_at = parsed.kind == EntityKind::kOidcProvider ? 1 : rest.rfind('/') + 1;
  parsed.path = rest.substr(0, name_at);
  parsed.name = rest.substr(name_at);
  if (parsed.name.empty()) return std::nullopt;
  return parsed;
}

std::string FoldName(std::string_view name) {
  std::string folded(name);
  std::ranges::transform(folded, folded.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return folded;
}

std::string NewUniqueId(EntityKind kind) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  ByteArray<17> random;
  crypto::FillRandom(random);
  std::string id(NamesOf(kind).id_prefix);
  for (uint8_t byte : random) id.push_back(kAlphabet[byte & 31]);  // 256 is a multiple of 32: no bias
  return id;
}

}  // namespace kagimori::identity
