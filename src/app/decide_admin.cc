#include <array>
#include <utility>

#include "app/admin_commands.h"
#include "app/decision_report.h"
#include "app/what_if.h"
#include "base/sync_wait.h"
#include "keys/actions.h"
#include "keys/grant_lookup.h"
#include "keys/key_reference.h"
#include "keys/key_table.h"
#include "sts/trust.h"

namespace kagimori::app {
namespace {

using Kind = AdminMember::Kind;
using SnapshotPtr = std::shared_ptr<const identity::AccountSnapshot>;
using Target = authz::Target;

constexpr auto kMembers = std::to_array<AdminMember>(
    {{.name = "principal", .kind = Kind::kText, .least = 1, .most = kMaxWhatIfArn},
     {.name = "action", .kind = Kind::kText, .least = 3, .most = kMaxWhatIfAction},
     {.name = "resource", .kind = Kind::kText, .least = 1, .most = kMaxWhatIfArn},
     {.name = "region", .kind = Kind::kText, .required = false, .least = 1, .most = 64},
     {.name = "context", .kind = Kind::kText, .required = false, .least = 2, .most = kMaxWhatIfContext},
     {.name = "session_policy", .kind = Kind::kText, .required = false, .least = 1, .most = kMaxWhatIfPolicy}});

WhatIf CallOf(const AdminParameters& parameters) {
  const auto text = [&](std::string_view name) { return std::string(parameters.Text(name).value_or("")); };
  return {.principal = text("principal"),
          .action = text("action"),
          .resource = text("resource"),
          .region = text("region"),
          .context = text("context"),
          .session_policy = text("session_policy")};
}

// One question to the live state, from its texts to the answer.
class LiveDecision {
 public:
  LiveDecision(Node* node, WhatIf call) : node_(*node), call_(std::move(call)), now_(node->clock().Wall()) {}

  Result<std::string> Json() {
    KAGIMORI_ASSIGN_OR_RETURN(call_.action, CanonicalAction(call_.action));
    if (call_.action == keys::action::RetireGrant::kName)
      return Fail(ErrorKind::kInvalid,
                  "who may retire a grant is for the grant to say; its policies alone tell nothing");
    KAGIMORI_ASSIGN_OR_RETURN(const policy::PrincipalRef who, ParseWhatIfPrincipal(call_.principal));
    KAGIMORI_ASSIGN_OR_RETURN(const GivenContext context, GivenContext::Parse(call_.context));
    KAGIMORI_ASSIGN_OR_RETURN(const Region region, WhatIfRegion(call_.resource, call_.region));
    KAGIMORI_ASSIGN_OR_RETURN(const auto session_policy, SessionPolicy(who));
    KAGIMORI_ASSIGN_OR_RETURN(const bool there, node_.directory().AccountExists(who.account));
    if (!there) return Fail(ErrorKind::kNotFound, "there is no account " + who.account.ToString());
    KAGIMORI_ASSIGN_OR_RETURN(SnapshotPtr iam, Account(who.account));
    KAGIMORI_ASSIGN_OR_RETURN(const identity::Caller caller, CallerOf(who, std::move(iam), session_policy, now_));
    WhatIfTarget on{.resource = call_.resource, .shown = call_.resource, .target = {}, .key = nullptr, .alias = {}};
    KAGIMORI_RETURN_IF_ERROR(Aim(caller, context, region, &on));
    return DecideWhatIf(call_, caller, context, on, region, now_);
  }

 private:
  Result<SnapshotPtr> Account(AccountId account) { return SyncWait(node_.directory().accounts().Load(account)); }

  Result<std::shared_ptr<const policy::Document>> SessionPolicy(const policy::PrincipalRef& who) const {
    using RefKind = policy::PrincipalRef::Kind;
    if (call_.session_policy.empty()) return nullptr;
    if (who.kind != RefKind::kRole && who.kind != RefKind::kRoleSession)
      return Fail(ErrorKind::kInvalid, "only a role's session has a session policy here");
    auto compiled = policy::Document::Compile(call_.session_policy, policy::Kind::kSession);
    if (!compiled) return Fail(ErrorKind::kInvalid, "the session policy: " + compiled.error().detail);
    return *std::move(compiled);
  }

  Result<> Aim(const identity::Caller& caller, const GivenContext& context, Region region, WhatIfTarget* on) {
    if (call_.action.starts_with("sts:") && call_.resource.find(":role/") != std::string::npos) return AimAtRole(on);
    if (!call_.action.starts_with("kms:")) return {};
    const AccountId account = caller.principal->account;
    if (call_.resource == "*") {
      if (!IsKeylessAction(call_.action))
        return Fail(ErrorKind::kInvalid, call_.action + " is about a key or alias: its ARN is needed");
      on->resource = WholeAccount(account, region);
      if (call_.action == keys::action::CreateKey::kName) on->of = authz::KeyContext::Of::kNewKey;
      return {};
    }
    if (call_.action == keys::action::ListRetirableGrants::kName) return {};
    const auto reference = keys::ParseKeyReference(call_.resource, account, region, keys::AliasForms::kAllowed);
    if (const auto* alias = std::get_if<keys::AliasReference>(&reference)) {
      if (!IsAliasAction(call_.action)) return AimThroughAlias(*alias, caller, context, on);
      if (alias->name.account != account)
        return Fail(ErrorKind::kInvalid, "an alias of another account is nobody else's to change");
      on->resource = on->shown = alias->name.Arn();
      return {};
    }
    if (const auto* key = std::get_if<keys::KeyReference>(&reference); key != nullptr && key->canonical)
      return AimAtKey(key->name, caller, context, on);
    return Fail(ErrorKind::kInvalid, "the resource is no ARN of a key or alias: " + call_.resource);
  }

  Result<> AimAtRole(WhatIfTarget* on) {
    const auto arn = sts::ParseRoleArn(call_.resource);
    if (!arn) return Fail(ErrorKind::kInvalid, "the resource is no ARN of a role");
    KAGIMORI_ASSIGN_OR_RETURN(const SnapshotPtr account, Account(arn->account));
    role_ = sts::FindRole(*arn, *account);
    if (role_ == nullptr) return Fail(ErrorKind::kNotFound, "there is no role " + call_.resource);
    if (role_->trust.compiled == nullptr) return Fail(ErrorKind::kCorrupt, "the role's trust policy cannot be read");
    on->target = {.kind = Target::Kind::kRole,
                  .policy = authz::NamedPolicy{role_->trust.compiled.get(), call_.resource},
                  .owner = arn->account};
    return {};
  }

  Result<> AimThroughAlias(const keys::AliasReference& reference, const identity::Caller& caller,
                           const GivenContext& context, WhatIfTarget* on) {
    KAGIMORI_ASSIGN_OR_RETURN(const auto alias, SyncWait(node_.keys().LoadAlias(reference.name)));
    if (alias == nullptr) return Fail(ErrorKind::kNotFound, "there is no alias " + reference.arn);
    on->alias = alias->name.name;
    return AimAtKey({.account = alias->name.account, .region = alias->name.region, .id = alias->target}, caller,
                    context, on);
  }

  Result<> AimAtKey(keys::KeyName name, const identity::Caller& caller, const GivenContext& context, WhatIfTarget* on) {
    const std::string arn = name.Arn();
    KAGIMORI_ASSIGN_OR_RETURN(on->key, SyncWait(node_.keys().LoadKey(name)));
    if (on->key == nullptr || on->key->GoneAt(node_.clock().Service()))
      return Fail(ErrorKind::kNotFound, "there is no key " + arn);
    if (on->key->policy_document == nullptr)
      return Fail(ErrorKind::kCorrupt, "the key's policy cannot be read, and nobody is let in");
    on->resource = on->shown = on->key->arn;
    on->of = authz::KeyContext::Of::kKey;
    on->target = {.kind = Target::Kind::kKey,
                  .policy = authz::NamedPolicy{on->key->policy_document.get(), on->key->arn},
                  .owner = name.account,
                  .cross_account = WorksAcrossAccounts(call_.action)};
    return AskGrants(caller, context, on);
  }

  Result<> AskGrants(const identity::Caller& caller, const GivenContext& context, WhatIfTarget* on) {
    const auto operation = keys::GrantOperationFor(call_.action);
    // What a grant that gives CreateGrant allows depends on the new grant, of which nothing is known here.
    if (!operation || *operation == keys::GrantOperation::kCreateGrant) return {};
    keys::GrantTable& table = node_.keys().grants();
    keys::GrantCache::View view(&table.cache());
    const keys::CallerForms forms = keys::FormsOf(caller.AsPolicySees(on->key->name.region.partition()));
    KAGIMORI_ASSIGN_OR_RETURN(grants_, SyncWait(keys::LookUpGrants(&table, &view, on->key->name, forms)));
    const auto match = keys::FindAllowing(
        grants_, {.operation = *operation, .encryption_context = &context.encryption_context, .source_arn = {}});
    authz::GrantVerdict verdict;
    if (match) {
      grant_id_ = match->grant->id.ToString();
      const bool root = caller.principal->kind == identity::Principal::Kind::kRoot;
      verdict = {.allows = true, .through_account = match->through_account && !root, .grant_id = grant_id_};
    }
    on->target.grants = [verdict] { return verdict; };
    return {};
  }

  Node& node_;
  WhatIf call_;
  Timestamp now_;
  std::shared_ptr<const identity::Role> role_;
  keys::CallerGrants grants_;
  std::string grant_id_;
};

Result<AdminReply> Decide(AdminCall& call) {
  LiveDecision decision(call.node, CallOf(call.parameters));
  KAGIMORI_ASSIGN_OR_RETURN(std::string json, decision.Json());
  return AdminReply{.result_json = std::move(json), .audited_json = {}, .secrets = {}};
}

}  // namespace

constinit const AdminCommand kDecideCommand = {
    .name = "decide", .audited = "SimulateDecision", .read_only = true, .members = kMembers, .run = Decide};

}  // namespace kagimori::app
