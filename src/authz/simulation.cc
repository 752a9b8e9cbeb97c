#include "authz/simulation.h"

#include <utility>

#include "authz/explanation.h"

namespace kagimori::authz {
namespace {

Verdict Decide(const Question& question, const Target& target, Findings* findings) {
  switch (target.kind) {
    case Target::Kind::kKey:
      return DecideOnKey(question, *target.policy, target.owner, target.cross_account, target.grants, findings);
    case Target::Kind::kRole:
      return DecideAssumeRole(question, *target.policy, target.owner, findings);
    case Target::Kind::kResource:
      return DecideOnResource(question, target.policy, target.owner, findings);
    case Target::Kind::kIdentityOnly:
      break;
  }
  return DecideByIdentity(question, findings);
}

}  // namespace

policy::ConditionValues WhatIfContext::Find(const policy::ConditionKey& key) const {
  policy::ConditionValues found = given_.Find(key);
  if (found.absent() && known_ != nullptr) found = known_->Find(key);
  if (found.absent()) absent_.insert(key.ToString());
  return found;
}

Simulation Simulate(const policy::Request& request, std::string_view shown, const IdentitySide& identity,
                    const Target& target) {
  Simulation result;
  Verdict verdict =
      Decide({.request = request, .shown_resource = shown, .identity = identity}, target, &result.findings);
  if (verdict) {
    result.decision = Simulation::Decision::kAllowed;
    result.explanation = Explain(*verdict);
    return result;
  }
  const bool denied = verdict.error().cause == Refusal::Cause::kExplicitDeny;
  result.decision = denied ? Simulation::Decision::kExplicitDeny : Simulation::Decision::kImplicitDeny;
  result.explanation = Explain(verdict.error());
  result.message = std::move(verdict).error().message;
  return result;
}

std::string_view Name(Simulation::Decision decision) {
  switch (decision) {
    case Simulation::Decision::kAllowed:
      return "allowed";
    case Simulation::Decision::kExplicitDeny:
      return "explicitDeny";
    case Simulation::Decision::kImplicitDeny:
      break;
  }
  return "implicitDeny";
}

}  // namespace kagimori::authz
