#ifndef KAGIMORI_AUTHZ_SIMULATION_H_
#define KAGIMORI_AUTHZ_SIMULATION_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "authz/findings.h"
#include "policy/request_context.h"

// What would be decided on a request that nobody makes, and why: the same combination and the same evaluator as for
// real ones. Nothing is let in by it.
namespace kagimori::authz {

// The condition keys of such a request: what is given, before what is known of caller, connection and resource. Notes
// the keys that a policy asked for and nobody has.
class WhatIfContext final : public policy::RequestContext {
 public:
  // `known`: may be null. REQUIRES: both outlive this.
  WhatIfContext(const policy::RequestContext& given, const policy::RequestContext* known)
      : given_(given), known_(known) {}

  policy::ConditionValues Find(const policy::ConditionKey& key) const override;
  // In lower case.
  const std::set<std::string>& absent() const { return absent_; }

 private:
  const policy::RequestContext& given_;
  const policy::RequestContext* known_;
  mutable std::set<std::string> absent_;
};

// What rules over the resource beside the caller's own policies.
struct Target {
  enum class Kind : uint8_t {
    kIdentityOnly,  // nothing: a list, a new key, an alias, an entity of IAM
    kKey,           // its key policy, and grants
    kResource,      // a policy of the resource, if it has one
    kRole,          // a trust policy
  };
  Kind kind = Kind::kIdentityOnly;
  std::optional<NamedPolicy> policy = {};  // REQUIRES: there for kKey and kRole
  AccountId owner = {};                    // but for kIdentityOnly
  bool cross_account = true;               // kKey: the action means something on another account's key
  GrantLookup grants = {};                 // kKey; empty: grants are not looked at
};

struct Simulation {
  enum class Decision : uint8_t { kAllowed, kImplicitDeny, kExplicitDeny };
  Decision decision = Decision::kImplicitDeny;
  std::string explanation;  // which statement or grant decided, or what was missing
  std::string message;      // what the client would read; empty where it is allowed
  Findings findings;        // of every policy that was asked, in order: the resource's, identity, session, boundary
};

// `shown`: the resource as the message names it.
Simulation Simulate(const policy::Request& request, std::string_view shown, const IdentitySide& identity,
                    const Target& target);

// "allowed", "implicitDeny", "explicitDeny": AWS's names in the answers of its simulator.
std::string_view Name(Simulation::Decision decision);

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_SIMULATION_H_
