#include "iam/policy_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "iam/quotas.h"
#include "policy/document.h"
#include "wire/utf16.h"

namespace kagimori::iam {
namespace {

std::unexpected<ApiError> Malformed(policy::MalformedPolicy why) {
  return MalformedPolicyDocument(std::move(why.text));
}

std::string_view MemberOf(policy::PrincipalType type) {
  switch (type) {
    case policy::PrincipalType::kAws:
      return "AWS";
    case policy::PrincipalType::kService:
      return "SERVICE";
    case policy::PrincipalType::kFederated:
      return "FEDERATED";
    case policy::PrincipalType::kCanonicalUser:
      return "CANONICAL";
  }
  return "AWS";
}

SnapshotPtr AccountOf(const Call& call, AccountId account) {
  if (account == call.id()) return call.account;
  const auto found = call.others.find(account);
  return found == call.others.end() ? nullptr : found->second;
}

}  // namespace

size_t PolicySize(std::string_view document) {
  std::string dense(document);
  std::erase_if(dense, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
  return wire::Utf16Length(dense);
}

OrError<identity::PolicyText> AcceptIdentityPolicy(std::string document) {
  auto compiled = policy::Document::Compile(document, policy::Kind::kIdentity);
  if (!compiled) return Malformed(std::move(compiled).error());
  return identity::PolicyText{.document = std::move(document), .compiled = *std::move(compiled)};
}

std::vector<AccountId> AccountsInTrustPolicy(const std::string& document) {
  if (PolicySize(document) > kTrustPolicySize) return {};
  std::set<AccountId> accounts;
  auto compiled = policy::Document::Compile(document, policy::Kind::kTrust);
  if (!compiled) return {};
  for (const policy::PrincipalRef& principal : (*compiled)->principals()) {
    if (principal.needs_binding()) accounts.insert(principal.account);
  }
  return {accounts.begin(), accounts.end()};
}

OrError<void> AcceptTrustPolicy(const Call& call, std::string document, identity::Role* role) {
  if (PolicySize(document) > kTrustPolicySize) return QuotaExceeded("ACLSizePerRole", kTrustPolicySize);
  auto unbound = policy::Document::Compile(document, policy::Kind::kTrust);
  if (!unbound) return Malformed(std::move(unbound).error());
  policy::PrincipalBindings bindings;
  for (const policy::PrincipalRef& principal : (*unbound)->principals()) {
    const bool gone = principal.kind == policy::PrincipalRef::Kind::kUniqueId;
    if (!principal.needs_binding() && !gone) continue;
    const SnapshotPtr account = gone ? nullptr : AccountOf(call, principal.account);
    std::string id = account == nullptr ? std::string() : account->IdOfPrincipal(principal.text);
    if (id.empty()) {
      return MalformedPolicyDocument(
          fmt::format("Invalid principal in policy: \"{}\":\"{}\"", MemberOf(principal.type), principal.text));
    }
    bindings.emplace(principal.text, std::move(id));
  }
  auto compiled = policy::Document::Compile(document, policy::Kind::kTrust, bindings);
  if (!compiled) return Malformed(std::move(compiled).error());
  role->trust = {.document = std::move(document), .compiled = *std::move(compiled)};
  role->trust_bindings = std::move(bindings);
  return {};
}

std::string ShownTrustPolicy(const identity::AccountSnapshot& account, const identity::Role& role) {
  std::string shown = role.trust.document;
  for (const auto& [arn, id] : role.trust_bindings) {
    const std::optional<identity::EntityArn> parsed = identity::ParseEntityArn(arn);
    if (!parsed || parsed->account != account.account()) continue;
    std::string now = account.ArnOfPrincipal(id);
    if (now == arn) continue;
    if (now.empty()) now = id;
    const std::string quoted = "\"" + arn + "\"";
    for (size_t at = shown.find(quoted); at != shown.npos; at = shown.find(quoted, at + now.size())) {
      shown.replace(at + 1, arn.size(), now);
    }
  }
  return shown;
}

}  // namespace kagimori::iam
