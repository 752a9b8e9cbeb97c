#ifndef KAGIMORI_POLICY_COMPILED_H_
#define KAGIMORI_POLICY_COMPILED_H_

#include <cstdint>
#include <string>
#include <vector>

#include "policy/actions.h"
#include "policy/condition.h"
#include "policy/pattern.h"
#include "policy/principal.h"

namespace kagimori::policy {

struct BoundPrincipal {
  PrincipalRef ref;
  std::string id;  // of a user or role; empty when it is not bound
};

// One statement, ready to be held against a request.
struct CompiledStatement {
  enum class Principals : uint8_t { kEveryone, kThese, kOthers };  // no element, Principal, NotPrincipal

  int index = 0;
  bool deny = false;
  ActionSet known_actions = 0;  // those of KnownActions() that it covers, NotAction reckoned in
  bool not_action = false;
  std::vector<Pattern> actions;  // for the others; in lower case
  Principals principals = Principals::kEveryone;
  std::vector<BoundPrincipal> principal_list;
  bool unbound = false;       // a user or role in the list has no id
  bool any_resource = false;  // all there are: "*", or a document without the element
  bool not_resource = false;
  std::vector<Pattern> resources;
  std::vector<Condition> conditions;
};

// Statements that can have an effect; those that deny come first.
struct Program {
  std::vector<CompiledStatement> statements;
};

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_COMPILED_H_
