#include "policy/principal.h"

#include <algorithm>
#include <array>
#include <optional>

namespace kagimori::policy {
namespace {

using Kind = PrincipalRef::Kind;

bool IsAlphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// Of users, roles and sessions: [\w+=,.@-].
bool IsNameCharacter(char c) { return IsAlphanumeric(c) || std::string_view("_+=,.@-").contains(c); }

bool IsName(std::string_view text) {
  constexpr size_t kMaxName = 64;
  return !text.empty() && text.size() <= kMaxName && std::ranges::all_of(text, IsNameCharacter);
}

// A name behind a path: "Bob", "division_abc/subdivision_xyz/Bob".
bool IsPathAndName(std::string_view text) {
  constexpr size_t kMaxPath = 512;
  const size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return IsName(text);
  const std::string_view path = text.substr(0, slash);
  // IAM: a path has characters from ! to 0x7E; what could be a wildcard or part of another ARN is left out.
  return !path.empty() && path.size() <= kMaxPath && !path.starts_with('/') && IsName(text.substr(slash + 1)) &&
         std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7F && !std::string_view("*?:").contains(c); });
}

// The name of a host: what services and most identity providers are called.
bool IsDomain(std::string_view text) {
  return text.size() <= 255 && text.contains('.') && !text.starts_with('.') && !text.ends_with('.') &&
         std::ranges::all_of(text, [](char c) { return IsAlphanumeric(c) || c == '.' || c == '-'; });
}

struct Arn {
  std::string_view partition, service, region, account, resource;
};

std::optional<Arn> SplitArn(std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn") return std::nullopt;
  return Arn{parts[1], parts[2], parts[3], parts[4], text};
}

bool IsPartition(std::string_view text) {
  return text == "aws" ||
         (text.starts_with("aws-") && text.size() > 4 &&
          std::ranges::all_of(text.substr(4), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; }));
}

std::optional<std::string_view> After(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

std::optional<Kind> ArnKind(PrincipalType type, const Arn& arn) {
  if (type == PrincipalType::kFederated) {
    const bool provider = arn.service == "iam" &&
                          (arn.resource.starts_with("saml-provider/") || arn.resource.starts_with("oidc-provider/"));
    if (provider && arn.resource.size() > std::string_view("saml-provider/").size()) return Kind::kProvider;
    return std::nullopt;
  }
  if (arn.service == "iam") {
    if (arn.resource == "root") return Kind::kAccount;
    if (auto user = After(arn.resource, "user/"); user && IsPathAndName(*user)) return Kind::kUser;
    if (auto role = After(arn.resource, "role/"); role && IsPathAndName(*role)) return Kind::kRole;
  } else if (arn.service == "sts") {
    if (auto user = After(arn.resource, "federated-user/"); user && IsName(*user)) return Kind::kFederatedUser;
    if (auto session = After(arn.resource, "assumed-role/")) {
      const size_t slash = session->find('/');
      if (slash != std::string_view::npos && IsName(session->substr(0, slash)) && IsName(session->substr(slash + 1)))
        return Kind::kRoleSession;
    }
  }
  return std::nullopt;
}

std::expected<PrincipalRef, PrincipalFault> ParseArn(PrincipalType type, std::string_view text) {
  const auto arn = SplitArn(text);
  if (!arn || !IsPartition(arn->partition) || !arn->region.empty()) return std::unexpected(PrincipalFault::kInvalidArn);
  const auto account = AccountId::Parse(arn->account);
  const auto kind = ArnKind(type, *arn);
  if (!account || !kind) return std::unexpected(PrincipalFault::kInvalidArn);
  return PrincipalRef{.kind = *kind,
                      .type = type,
                      .text = std::string(text),
                      .partition = std::string(arn->partition),
                      .account = *account};
}

}  // namespace

bool IsUniqueId(std::string_view text) {
  return text.size() >= 16 && text.size() <= 128 && (text.starts_with("AIDA") || text.starts_with("AROA")) &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

std::expected<PrincipalRef, PrincipalFault> ParsePrincipal(PrincipalType type, std::string_view text) {
  const auto plain = [&](Kind kind) {
    return PrincipalRef{.kind = kind, .type = type, .text = std::string(text), .partition = "", .account = {}};
  };
  switch (type) {
    case PrincipalType::kAws:
      if (text == "*") return plain(Kind::kAny);
      if (text.starts_with("arn:")) return ParseArn(type, text);
      if (IsUniqueId(text)) return plain(Kind::kUniqueId);
      if (const auto account = AccountId::Parse(text)) {
        PrincipalRef ref = plain(Kind::kAccount);
        ref.account = *account;
        return ref;
      }
      break;
    case PrincipalType::kService:
      if (IsDomain(text)) return plain(Kind::kService);
      break;
    case PrincipalType::kFederated:
      if (text.starts_with("arn:")) return ParseArn(type, text);
      if (IsDomain(text)) return plain(Kind::kProvider);
      break;
    case PrincipalType::kCanonicalUser:
      if (!text.empty() && std::ranges::all_of(text, IsAlphanumeric)) return plain(Kind::kCanonicalUser);
      break;
  }
  return std::unexpected(PrincipalFault::kInvalidPrincipal);
}

}  // namespace kagimori::policy
