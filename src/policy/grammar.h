#ifndef KAGIMORI_POLICY_GRAMMAR_H_
#define KAGIMORI_POLICY_GRAMMAR_H_

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "policy/condition.h"
#include "policy/document.h"
#include "policy/json_tree.h"
#include "policy/malformed.h"
#include "policy/principal.h"

namespace kagimori::policy {

// One statement, its elements read and of the right types.
struct StatementSyntax {
  int index = 0;
  std::string sid;
  std::string effect;  // as written
  std::optional<std::vector<std::string>> action, not_action, resource, not_resource;
  std::optional<std::vector<PrincipalRef>> principal, not_principal;
  std::vector<Condition> conditions;

  bool denies() const { return effect == "Deny"; }
};

struct PolicySyntax {
  std::string version;  // "2008-10-17" where the document has none
  std::string id;
  std::vector<StatementSyntax> statements;
};

// Reads a document and holds it against the grammar of its kind. Of several faults the one that AWS finds first:
// syntax, version, legacy parsing, Sids, actions, resources, their texts; principals last. Source: "Grammar of the IAM
// JSON policy language"; the order as IAM's answers show it.
std::expected<PolicySyntax, Fault> ReadPolicy(const Json& root, Kind kind);

// The first fault among resources and actions, by their text alone. Only identity policies and policies of other
// resources than keys are held to it.
std::optional<Fault> CheckResourceTexts(const std::vector<StatementSyntax>& statements, bool* legacy);
std::optional<Fault> CheckActionTexts(const std::vector<StatementSyntax>& statements);

// The element Principal or NotPrincipal.
std::expected<std::vector<PrincipalRef>, Fault> ReadPrincipals(const Json& element, Kind kind);

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_GRAMMAR_H_
