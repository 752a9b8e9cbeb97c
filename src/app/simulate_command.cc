#include <memory>
#include <string>
#include <utility>

#include "app/decision_commands.h"
#include "app/decision_report.h"
#include "app/server_run.h"
#include "app/standard_output.h"

namespace kagimori::app {
namespace {

using policy::Document;
using DocumentPtr = std::shared_ptr<const Document>;

Result<DocumentPtr> Compile(const std::string& json, policy::Kind kind, const std::string& file) {
  auto unbound = Document::Compile(json, kind);
  if (!unbound) return Fail(ErrorKind::kInvalid, file + ": " + unbound.error().detail);
  const policy::PrincipalBindings bindings = PaperBindings(**unbound);
  if (bindings.empty()) return *std::move(unbound);
  auto bound = Document::Compile(json, kind, bindings);
  if (!bound) return Fail(ErrorKind::kInvalid, file + ": " + bound.error().detail);
  return *std::move(bound);
}

Result<identity::PolicyInForce> ReadPolicy(const std::filesystem::path& file, policy::Kind kind) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::string json, ReadTextFile(file, policy::kMaxPolicyBytes));
  KAGIMORI_ASSIGN_OR_RETURN(DocumentPtr document, Compile(json, kind, file.string()));
  return identity::PolicyInForce{.name = file.string(), .document = std::move(document)};
}

Result<PaperPolicies> ReadPolicies(const SimulateOptions& options, const WhatIf& call) {
  PaperPolicies policies;
  for (const std::filesystem::path& file : options.identity_policies) {
    KAGIMORI_ASSIGN_OR_RETURN(identity::PolicyInForce policy, ReadPolicy(file, policy::Kind::kIdentity));
    policies.own.identity.push_back(std::move(policy));
  }
  if (!options.boundary.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(identity::PolicyInForce policy, ReadPolicy(options.boundary, policy::Kind::kBoundary));
    policies.own.boundary = std::make_shared<const identity::PolicyInForce>(std::move(policy));
  }
  if (!call.session_policy.empty()) {
    const std::string name = options.call.session_policy_file.string();
    KAGIMORI_ASSIGN_OR_RETURN(DocumentPtr document, Compile(call.session_policy, policy::Kind::kSession, name));
    policies.session.push_back({.name = name, .document = std::move(document)});
  }
  return policies;
}

// The account of arn:<partition>:<service>:<region>:<account>:…; nothing for what has none.
std::optional<AccountId> OwnerOf(std::string_view arn) {
  for (int colon = 0; colon < 4; ++colon) {
    const size_t at = arn.find(':');
    if (at == arn.npos) return std::nullopt;
    arn.remove_prefix(at + 1);
  }
  return AccountId::Parse(arn.substr(0, arn.find(':')));
}

Result<std::string> DecideOnPaper(const SimulateOptions& options, WhatIf call) {
  KAGIMORI_ASSIGN_OR_RETURN(call.action, CanonicalAction(call.action));
  KAGIMORI_ASSIGN_OR_RETURN(const policy::PrincipalRef who, ParseWhatIfPrincipal(call.principal));
  KAGIMORI_ASSIGN_OR_RETURN(GivenContext context, GivenContext::Parse(call.context));
  KAGIMORI_ASSIGN_OR_RETURN(const Region region, WhatIfRegion(call.resource, call.region));
  KAGIMORI_ASSIGN_OR_RETURN(PaperPolicies policies, ReadPolicies(options, call));
  const Timestamp now = SystemClock().Wall();
  const identity::Caller caller = CallerOnPaper(who, std::move(policies), now);
  WhatIfTarget on{.resource = call.resource, .shown = call.resource, .target = {}, .key = nullptr, .alias = {}};
  identity::PolicyInForce key_policy;
  if (!options.key_policy.empty()) {
    const std::optional<AccountId> owner = OwnerOf(call.resource);
    if (!owner) return Fail(ErrorKind::kInvalid, "with a key policy the resource is the key's ARN");
    KAGIMORI_ASSIGN_OR_RETURN(key_policy, ReadPolicy(options.key_policy, policy::Kind::kKeyPolicy));
    on.target = {.kind = authz::Target::Kind::kKey,
                 .policy = authz::NamedPolicy{key_policy.document.get(), key_policy.name},
                 .owner = *owner,
                 .cross_account = WorksAcrossAccounts(call.action)};
    // Nothing is known of the key but whose it is.
    on.of = authz::KeyContext::Of::kNewKey;
  } else if (call.action.starts_with("kms:") && call.resource == "*") {
    on.resource = WholeAccount(who.account, region);
  }
  return DecideWhatIf(call, caller, context, on, region, now);
}

}  // namespace

Result<int> RunPolicySimulate(const SimulateOptions& options) {
  if (options.live) KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.seal.process));
  KAGIMORI_ASSIGN_OR_RETURN(const WhatIf call, ReadWhatIf(options.call));
  KAGIMORI_ASSIGN_OR_RETURN(const std::string json,
                            options.live ? DecideLive(options.seal, call) : DecideOnPaper(options, call));
  KAGIMORI_ASSIGN_OR_RETURN(const bool allowed, IsAllowed(json));
  if (options.json) {
    KAGIMORI_RETURN_IF_ERROR(Print(json + "\n"));
  } else {
    KAGIMORI_ASSIGN_OR_RETURN(const std::string text, DescribeDecision(json));
    KAGIMORI_RETURN_IF_ERROR(Print(text));
  }
  return allowed ? 0 : kExitDenied;
}

}  // namespace kagimori::app
