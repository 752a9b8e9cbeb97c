#ifndef KAGIMORI_APP_DECISION_REPORT_H_
#define KAGIMORI_APP_DECISION_REPORT_H_

#include <set>
#include <string>
#include <string_view>

#include "authz/simulation.h"
#include "base/result.h"

namespace kagimori::app {

// A decision told: as JSON, which travels over the administration socket and is the output of --json, and as text for
// people, which is made of that.

struct DecidedCall {
  std::string_view principal;
  std::string_view action;
  std::string_view resource;
  authz::Target::Kind kind = authz::Target::Kind::kIdentityOnly;
  bool grants_asked = false;
  const std::set<std::string>* absent = nullptr;  // condition keys that policies asked for in vain
};

// {"decision":"allowed","principal":…,"action":…,"resource":…,"explanation":…,"message":…,
//  "layers":[{"layer":"key
//  policy","policies":[{"policy":…,"effect":"Allow","statement":0,"sid":…,"names":"account"}]},…],
//  "absent_context_keys":[…]}
// Bounded: what is beyond some 48 KiB is counted in "not_shown" instead.
std::string DecisionJson(const DecidedCall& call, const authz::Simulation& made);

// kCorrupt: `json` is none of DecisionJson's.
Result<std::string> DescribeDecision(std::string_view json);
Result<bool> IsAllowed(std::string_view json);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_DECISION_REPORT_H_
