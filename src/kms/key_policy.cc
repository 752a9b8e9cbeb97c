#include "kms/key_policy.h"

#include <utility>

#include "base/log.h"
#include "keys/default_policy.h"
#include "kms/errors.h"
#include "policy/overly_permissive.h"

namespace kagimori::kms {
namespace {

using policy::PrincipalRef;
using shapes::ApiError;
using shapes::Errors;
using DocumentPtr = std::shared_ptr<const policy::Document>;

std::expected<DocumentPtr, ApiError> Compile(const std::string& text, const policy::PrincipalBindings& bindings,
                                             Trail& trail) {
  auto document = policy::Document::Compile(text, policy::Kind::kKeyPolicy, bindings);
  if (document) return *std::move(document);
  policy::MalformedPolicy why = std::move(document).error();
  trail.decision = "the policy is refused: " + why.detail;
  if (why.fault == policy::MalformedPolicy::Fault::kPrincipalArn)
    return std::unexpected(Errors::InvalidArn(std::move(why.text)));
  return std::unexpected(Errors::MalformedPolicyDocument(std::move(why.text)));
}

ApiError InvalidPrincipal(const PrincipalRef& principal, Trail& trail) {
  trail.decision = "the policy is refused: no such principal: " + principal.text;
  return Errors::MalformedPolicyDocument("Policy contains a statement with one or more invalid principals.");
}

// What has to exist does; users and roles are bound to their unique ids. A service and an identity provider are taken
// by their form alone. A bare unique id stands for somebody who is gone.
Task<std::expected<policy::PrincipalBindings, ApiError>> Bind(Session& session, const policy::Document& document) {
  policy::PrincipalBindings bindings;
  for (const PrincipalRef& principal : document.principals()) {
    switch (principal.kind) {
      case PrincipalRef::Kind::kAny:
      case PrincipalRef::Kind::kService:
      case PrincipalRef::Kind::kProvider:
        continue;
      case PrincipalRef::Kind::kUniqueId:
      case PrincipalRef::Kind::kCanonicalUser:
        co_return std::unexpected(InvalidPrincipal(principal, session.trail));
      default:
        break;
    }
    Result<std::optional<std::string>> id = co_await session.grants.principals().FindId(principal);
    if (!id) co_return std::unexpected(Internal(std::move(id).error(), session.trail));
    if (!*id) co_return std::unexpected(InvalidPrincipal(principal, session.trail));
    if (principal.needs_binding()) bindings[principal.text] = **std::move(id);
  }
  co_return bindings;
}

void ReplaceAll(std::string_view what, std::string_view with, std::string* text) {
  for (size_t at = text->find(what); at != text->npos; at = text->find(what, at + with.size()))
    text->replace(at, what.size(), with);
}

}  // namespace

void SetPolicy(NewKeyPolicy policy, keys::Key* key) {
  const bool is_default = policy.text == keys::DefaultKeyPolicy(key->name.account, key->name.region);
  key->policy.reset();
  key->policy_bindings.clear();
  if (!is_default) {
    key->policy = std::move(policy.text);
    key->policy_bindings = std::move(policy.bindings);
  }
  key->policy_document = std::move(policy.document);
}

Task<std::expected<NewKeyPolicy, ApiError>> PrepareKeyPolicy(Session& session, std::string text, const keys::Key& key,
                                                             bool bypass_lockout_check) {
  // Guess: the text.
  if (text.size() > kMaxPolicyBytes)
    co_return std::unexpected(Errors::LimitExceeded("The key policy is larger than 32768 bytes."));
  auto unbound = Compile(text, {}, session.trail);
  if (!unbound) co_return std::unexpected(std::move(unbound).error());
  // Guess: the exception's name.
  if (const std::string_view refusal = policy::OverlyPermissiveCondition(**unbound); !refusal.empty()) {
    session.trail.decision = "the policy is refused: ForAllValues with a key of one value";
    co_return std::unexpected(Errors::MalformedPolicyDocument(std::string(refusal)));
  }
  auto bindings = co_await Bind(session, **unbound);
  if (!bindings) co_return std::unexpected(std::move(bindings).error());
  auto document = Compile(text, *bindings, session.trail);
  if (!document) co_return std::unexpected(std::move(document).error());
  if (!bypass_lockout_check &&
      !session.authorizer.WouldAllow(session.asking, authz::PolicyAction<keys::action::PutKeyPolicy>(), key,
                                     **document)) {
    session.trail.decision = "the policy is refused: it would not let its author replace it";
    co_return std::unexpected(Errors::MalformedPolicyDocument(
        "The new key policy will not allow you to update the key policy in the future."));
  }
  co_return NewKeyPolicy{std::move(text), *std::move(bindings), *std::move(document)};
}

Task<Result<std::string>> ShownPolicy(Session& session, std::shared_ptr<const keys::Key> key) {
  if (!key->policy) co_return keys::DefaultKeyPolicy(key->name.account, key->name.region);
  std::string text = *key->policy;
  for (const auto& [arn, unique_id] : key->policy_bindings) {
    auto principal = policy::ParsePrincipal(policy::PrincipalType::kAws, arn);
    if (!principal) continue;
    const keys::PrincipalForm form{
        .kind = principal->kind == PrincipalRef::Kind::kUser ? keys::PrincipalKind::kUser : keys::PrincipalKind::kRole,
        .id = unique_id};
    Result<std::optional<std::string>> now = co_await session.grants.principals().FindArn(principal->account, form);
    if (!now) co_return std::unexpected(std::move(now).error());
    const std::string_view shown = *now ? std::string_view(**now) : std::string_view(unique_id);
    if (shown != arn) ReplaceAll('"' + arn + '"', '"' + std::string(shown) + '"', &text);
  }
  co_return text;
}

}  // namespace kagimori::kms
