// SimulatePrincipalPolicy, SimulateCustomPolicy.

#include <algorithm>
#include <set>

#include "authz/simulation.h"
#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/rules.h"
#include "iam/statement_position.h"

namespace kagimori::iam {
namespace {

using authz::Finding;
using authz::PolicyType;
using authz::Simulation;
using identity::Group;
using identity::ManagedPolicy;
using identity::PolicyHolder;
using identity::Role;
using identity::User;
using Effect = policy::Outcome::Effect;
using DocumentPtr = std::shared_ptr<const policy::Document>;

constexpr size_t kMostPolicies = 100;
constexpr size_t kMostNames = 1000;
constexpr size_t kMostResults = 10'000;
// Bytes of policies times results of one page: what one request may cost.
constexpr size_t kMostWork = size_t{4} << 20;

// A policy of the simulation with what the answer says of it.
struct Source {
  std::string id;         // SourcePolicyId, and the name in the findings
  std::string_view type;  // SourcePolicyType
  std::string text;
  DocumentPtr document;
};

OrError<Source> Given(std::string id, std::string_view type, const std::string& text, policy::Kind kind,
                      const policy::PrincipalBindings& bindings = {}) {
  auto compiled = policy::Document::Compile(text, kind, bindings);
  // Guess: the code, which is the operation's only one that fits.
  if (!compiled) return InvalidInput(std::move(compiled).error().text);
  return Source{.id = std::move(id), .type = type, .text = text, .document = *std::move(compiled)};
}

// What is simulated: the caller and its policies.
struct Subject {
  std::string arn;  // who the request is from
  std::string user_name;
  std::string unique_id;
  std::vector<Source> identity;
  std::optional<Source> boundary;
  bool unreadable = false;

  void AddManaged(const Call& call, const std::string& arn_of_policy) {
    const auto managed = call.account->FindPolicy(arn_of_policy);
    if (managed == nullptr || managed->Default().policy.compiled == nullptr) {
      unreadable = true;
      return;
    }
    identity.push_back({.id = managed->name,
                        .type = managed->by_aws ? "aws-managed" : "user-managed",
                        .text = managed->Default().policy.document,
                        .document = managed->Default().policy.compiled});
  }
  void Add(const Call& call, std::string_view type, const PolicyHolder& holder) {
    for (const identity::InlinePolicy& policy : holder.inline_policies) {
      unreadable |= policy.policy.compiled == nullptr;
      if (policy.policy.compiled == nullptr) continue;
      identity.push_back(
          {.id = policy.name, .type = type, .text = policy.policy.document, .document = policy.policy.compiled});
    }
    for (const std::string& arn_of_policy : holder.attached) AddManaged(call, arn_of_policy);
  }
  void Bound(const Call& call, const std::optional<std::string>& arn_of_policy) {
    if (!arn_of_policy) return;
    const auto managed = call.account->FindPolicy(*arn_of_policy);
    unreadable |= managed == nullptr || managed->Default().policy.compiled == nullptr;
    if (managed == nullptr || managed->Default().policy.compiled == nullptr) return;
    boundary = Source{.id = managed->name,
                      .type = managed->by_aws ? "aws-managed" : "user-managed",
                      .text = managed->Default().policy.document,
                      .document = managed->Default().policy.compiled};
  }
};

// The condition keys that follow from who calls.
void SetCaller(const Call& call, const Subject& subject, policy::MapContext* context) {
  context->Set("aws:PrincipalAccount", call.id().ToString());
  if (subject.arn.empty()) return;
  context->Set("aws:PrincipalArn", subject.arn);
  if (subject.user_name.empty()) return;
  context->Set("aws:PrincipalType", "User");
  context->Set("aws:username", subject.user_name);
  context->Set("aws:userid", subject.unique_id);
}

void WritePosition(std::string_view name, const TextPosition& position, ResultWriter& out) {
  out.Open(name);
  out.Number("Line", position.line);
  out.Number("Column", position.column);
  out.Close(name);
}

class SimulationCall : public OperationCall {
 public:
  SimulationCall(Parameters& in, bool policies_required)
      : policies_(in.Texts("PolicyInputList", kMostPolicies, kDocument)),
        boundaries_(in.Texts("PermissionsBoundaryPolicyInputList", 1, kDocument)),
        actions_(in.Texts("ActionNames", kMostNames, kActionName)),
        resources_(in.Texts("ResourceArns", kMostNames, kResourceName)),
        resource_policy_(in.Optional("ResourcePolicy", kDocument)),
        owner_(in.Optional("ResourceOwner", kResourceName)),
        caller_(in.Optional("CallerArn", kResourceName)),
        context_(in.ContextEntries()),
        page_(ReadPage(in)) {
    in.Optional("ResourceHandlingOption", kHandling);
    in.RequireList("ActionNames");
    if (policies_required) in.RequireList("PolicyInputList");
    if (resources_.empty()) resources_.push_back("*");
  }

 protected:
  // What the caller is known by, beside the policies of `subject`.
  OrError<void> SetCallerArn(const Call& call, Subject* subject) const {
    if (!caller_) {
      if (resource_policy_ && subject->user_name.empty())
        return InvalidInput("CallerArn is required when a resource policy is given.");  // guess: the text
      return {};
    }
    const auto arn = identity::ParseEntityArn(*caller_);
    if (!arn || arn->kind != identity::EntityKind::kUser || arn->account != call.id())
      return InvalidInput("Invalid CallerArn: " + *caller_);  // guess: the text
    const auto user = call.account->Find<User>(arn->name);
    subject->arn = *caller_;
    subject->user_name = arn->name;
    subject->unique_id = user == nullptr ? std::string() : user->id;
    return {};
  }

  Outcome Simulate(const Call& call, Subject subject, ResultWriter& out, std::string_view operation) const {
    for (size_t i = 0; i < policies_.size(); ++i) {
      KAGIMORI_ASSIGN_OR_RETURN(Source source, Given(fmt::format("PolicyInputList.{}", i + 1), "none", policies_[i],
                                                     policy::Kind::kIdentity));
      subject.identity.push_back(std::move(source));
    }
    if (!boundaries_.empty()) {
      KAGIMORI_ASSIGN_OR_RETURN(Source source, Given("PermissionsBoundaryPolicyInputList.1", "none", boundaries_[0],
                                                     policy::Kind::kBoundary));
      subject.boundary = std::move(source);
    }
    policy::MapContext given;
    SetCaller(call, subject, &given);
    for (const Parameters::ContextEntry& entry : context_) {
      if (!given.Set(entry.name, entry.values)) return InvalidInput("Invalid context key: " + entry.name);  // guess
    }
    KAGIMORI_ASSIGN_OR_RETURN(const std::optional<Source> resource_policy, ResourcePolicy(call));
    KAGIMORI_ASSIGN_OR_RETURN(const AccountId owner, Owner(call));
    if (actions_.size() * resources_.size() > kMostResults)
      return InvalidInput("Too many actions and resources in one request.");  // guess: the limit
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, std::string(operation)));
    WriteResults(call, subject, resource_policy, owner, given, page, out);
    return std::nullopt;
  }

 private:
  static constexpr shapes::TextRule kHandling{.min = 1, .max = 64, .pattern = {}, .matches = nullptr, .secret = true};

  // Users and roles of this account are meant by their unique ids; others match nobody here.
  OrError<std::optional<Source>> ResourcePolicy(const Call& call) const {
    if (!resource_policy_) return std::optional<Source>();
    KAGIMORI_ASSIGN_OR_RETURN(const Source unbound, Given("", "", *resource_policy_, policy::Kind::kResource));
    policy::PrincipalBindings bindings;
    for (const policy::PrincipalRef& principal : unbound.document->principals()) {
      if (!principal.needs_binding() || principal.account != call.id()) continue;
      if (std::string id = call.account->IdOfPrincipal(principal.text); !id.empty())
        bindings.emplace(principal.text, std::move(id));
    }
    KAGIMORI_ASSIGN_OR_RETURN(
        Source bound, Given("ResourcePolicy", "resource", *resource_policy_, policy::Kind::kResource, bindings));
    return std::optional<Source>(std::move(bound));
  }

  // An account's number or an ARN with one; the caller's account where nothing is given.
  OrError<AccountId> Owner(const Call& call) const {
    if (!owner_) return call.id();
    if (const auto account = AccountId::Parse(*owner_)) return *account;
    const auto root = policy::ParsePrincipal(policy::PrincipalType::kAws, *owner_);
    if (root && root->kind == policy::PrincipalRef::Kind::kAccount) return root->account;
    return InvalidInput("Invalid ResourceOwner: " + *owner_);  // guess: the text
  }

  void WriteResults(const Call& call, const Subject& subject, const std::optional<Source>& resource_policy,
                    AccountId owner, const policy::MapContext& given, Page& page, ResultWriter& out) const {
    std::vector<authz::NamedPolicy> identity;
    size_t bytes = resource_policy ? resource_policy->text.size() : 0;
    for (const Source& source : subject.identity) {
      identity.push_back({source.document.get(), source.id});
      bytes += source.text.size();
    }
    authz::IdentitySide side{.identity = identity, .boundary = {}, .session = {}};
    if (subject.boundary) side.boundary = authz::NamedPolicy{subject.boundary->document.get(), subject.boundary->id};
    authz::Target target{.kind = authz::Target::Kind::kResource, .owner = owner};
    if (resource_policy) target.policy = authz::NamedPolicy{resource_policy->document.get(), resource_policy->id};
    const policy::Caller caller{
        .kind = policy::Caller::Kind::kUser, .account = call.id(), .arn = subject.arn, .unique_id = subject.unique_id};
    size_t work = 0;
    size_t number = 0;
    out.OpenList("EvaluationResults");
    for (const std::string& action : actions_) {
      for (const std::string& resource : resources_) {
        if (!page.Takes(fmt::format("{:05}", number++))) continue;
        const authz::WhatIfContext context(given, nullptr);
        const policy::Action asked(action);
        Simulation made = authz::Simulate({.action = asked, .resource = resource, .caller = caller, .context = context},
                                          resource, side, target);
        if (subject.unreadable && made.decision == Simulation::Decision::kAllowed)
          made.decision = Simulation::Decision::kImplicitDeny;
        out.OpenMember();
        WriteResult(subject, resource_policy, action, resource, made, context.absent(), out);
        out.CloseMember();
        work += bytes;
        if (work >= kMostWork) page.End();
      }
    }
    out.CloseList("EvaluationResults");
    page.Finish(call, out);
  }

  static void WriteResult(const Subject& subject, const std::optional<Source>& resource_policy, std::string_view action,
                          std::string_view resource, const Simulation& made, const std::set<std::string>& absent,
                          ResultWriter& out) {
    out.Text("EvalActionName", action);
    out.Text("EvalResourceName", resource);
    out.Text("EvalDecision", Name(made.decision));
    out.OpenList("MatchedStatements");
    WriteMatched(subject, resource_policy, made, out);
    out.CloseList("MatchedStatements");
    out.OpenList("MissingContextValues");
    for (const std::string& name : absent) out.MemberText(name);
    out.CloseList("MissingContextValues");
    if (!subject.boundary) return;
    const bool allowed = std::ranges::any_of(made.findings, [](const Finding& finding) {
      return finding.type == PolicyType::kBoundary && finding.effect == Effect::kAllow;
    });
    out.Open("PermissionsBoundaryDecisionDetail");
    out.Boolean("AllowedByPermissionsBoundary", allowed);
    out.Close("PermissionsBoundaryDecisionDetail");
  }

  // The statements that denied, or those that allowed: of each policy the one that counts.
  static void WriteMatched(const Subject& subject, const std::optional<Source>& resource_policy, const Simulation& made,
                           ResultWriter& out) {
    if (made.decision == Simulation::Decision::kImplicitDeny) return;
    const Effect effect = made.decision == Simulation::Decision::kAllowed ? Effect::kAllow : Effect::kDeny;
    size_t place = 0;  // findings of identity policies come in the policies' order
    for (const Finding& finding : made.findings) {
      const Source* source = nullptr;
      if (finding.type == PolicyType::kIdentity) source = &subject.identity[place++];
      if (finding.type == PolicyType::kBoundary && effect == Effect::kDeny) source = &*subject.boundary;
      if (finding.type == PolicyType::kResource) source = &*resource_policy;
      if (source == nullptr || finding.effect != effect) continue;
      out.OpenMember();
      out.Text("SourcePolicyId", source->id);
      out.Text("SourcePolicyType", source->type);
      if (const auto position = FindStatement(source->text, finding.statement)) {
        WritePosition("StartPosition", position->start, out);
        WritePosition("EndPosition", position->end, out);
      }
      out.CloseMember();
    }
  }

  std::vector<std::string> policies_;
  std::vector<std::string> boundaries_;
  std::vector<std::string> actions_;
  std::vector<std::string> resources_;
  std::optional<std::string> resource_policy_;
  std::optional<std::string> owner_;
  std::optional<std::string> caller_;
  std::vector<Parameters::ContextEntry> context_;
  PageRequest page_;
};

class SimulateCustomPolicy : public SimulationCall {
 public:
  explicit SimulateCustomPolicy(Parameters& in) : SimulationCall(in, /*policies_required=*/true) {}

  OrError<std::vector<Access>> Ask(const Call&) const override { return Only(AccessToAll("SimulateCustomPolicy")); }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    Subject subject;
    KAGIMORI_RETURN_IF_ERROR(SetCallerArn(call, &subject));
    return Simulate(call, std::move(subject), out, "SimulateCustomPolicy");
  }
};

class SimulatePrincipalPolicy : public SimulationCall {
 public:
  explicit SimulatePrincipalPolicy(Parameters& in)
      : SimulationCall(in, /*policies_required=*/false), source_(in.Required("PolicySourceArn", kArn)) {}

  OrError<std::vector<Access>> Ask(const Call&) const override {
    return Only({.action = "iam:SimulatePrincipalPolicy", .resource = source_, .shown = source_});
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(Subject subject, FindSubject(call));
    KAGIMORI_RETURN_IF_ERROR(SetCallerArn(call, &subject));
    return Simulate(call, std::move(subject), out, "SimulatePrincipalPolicy/" + source_);
  }

 private:
  OrError<Subject> FindSubject(const Call& call) const {
    const auto arn = identity::ParseEntityArn(source_);
    if (!arn || arn->account != call.id()) return Unclear();
    Subject subject;
    switch (arn->kind) {
      case identity::EntityKind::kUser: {
        KAGIMORI_ASSIGN_OR_RETURN(const auto user, FindNamed<User>(call, arn->name));
        subject.arn = identity::ArnOf(call.id(), *user);
        subject.user_name = user->name;
        subject.unique_id = user->id;
        subject.Add(call, "user", *user);
        for (const std::string& id : user->groups) {
          const auto group = call.account->FindById<Group>(id);
          if (group == nullptr) {
            subject.unreadable = true;
          } else {
            subject.Add(call, "group", *group);
          }
        }
        subject.Bound(call, user->boundary);
        return subject;
      }
      case identity::EntityKind::kGroup: {
        KAGIMORI_ASSIGN_OR_RETURN(const auto group, FindNamed<Group>(call, arn->name));
        subject.Add(call, "group", *group);
        return subject;
      }
      case identity::EntityKind::kRole: {
        KAGIMORI_ASSIGN_OR_RETURN(const auto role, FindNamed<Role>(call, arn->name));
        subject.arn = identity::ArnOf(call.id(), *role);
        subject.Add(call, "role", *role);
        subject.Bound(call, role->boundary);
        return subject;
      }
      default:
        return Unclear();
    }
  }

  std::unexpected<ApiError> Unclear() const {
    return InvalidInput(fmt::format("Invalid Entity Arn: {} does not clearly define entity type and name.", source_));
  }

  std::string source_;
};

constexpr Operation kOperations[] = {Reads<SimulateCustomPolicy>("SimulateCustomPolicy"),
                                     Reads<SimulatePrincipalPolicy>("SimulatePrincipalPolicy")};

}  // namespace

std::span<const Operation> SimulationOperations() { return kOperations; }

}  // namespace kagimori::iam
