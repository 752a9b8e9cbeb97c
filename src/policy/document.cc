#include "policy/document.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "policy/compiled.h"
#include "policy/grammar.h"
#include "policy/malformed.h"

namespace kagimori::policy {
namespace {

using FaultKind = MalformedPolicy::Fault;

void CompileActions(const std::vector<std::string>& texts, bool negated, CompiledStatement* out) {
  out->not_action = negated;
  for (const std::string& text : texts) {
    Pattern pattern = Pattern::Parse(ToLowerAscii(text), {}).value();  // without variables nothing can be wrong
    const auto known = KnownActions();
    for (size_t i = 0; i < known.size(); ++i) {
      if ((out->known_actions >> i & 1) == 0 && pattern.MatchesPlain(known[i])) out->known_actions |= ActionSet{1} << i;
    }
    out->actions.push_back(std::move(pattern));
  }
  if (negated) out->known_actions = ~out->known_actions;
}

std::expected<void, Fault> CompileResources(const std::vector<std::string>& texts, bool negated, bool variables,
                                            CompiledStatement* out) {
  constexpr int kColonsBeforeVariables = 5;
  out->not_resource = negated;
  for (const std::string& text : texts) {
    auto pattern = Pattern::Parse(text, {.variables = variables, .variables_after = kColonsBeforeVariables});
    if (!pattern) return std::unexpected(Fault{FaultKind::kLegacy, std::move(pattern).error(), {}});
    if (pattern->matches_all() && !negated) out->any_resource = true;
    out->resources.push_back(*std::move(pattern));
  }
  return {};
}

void CompilePrincipals(const std::vector<PrincipalRef>& refs, bool negated, const PrincipalBindings& bindings,
                       CompiledStatement* out) {
  out->principals = negated ? CompiledStatement::Principals::kOthers : CompiledStatement::Principals::kThese;
  for (const PrincipalRef& ref : refs) {
    const auto bound = ref.needs_binding() ? bindings.find(ref.text) : bindings.end();
    out->principal_list.push_back({ref, bound != bindings.end() ? bound->second : std::string()});
    out->unbound |= ref.needs_binding() && bound == bindings.end();
  }
}

}  // namespace

// The one maker of documents.
class Compiler {
 public:
  Compiler(Kind kind, const PrincipalBindings& bindings) : kind_(kind), bindings_(bindings) {}

  std::expected<std::shared_ptr<const Document>, Fault> Compile(std::string_view text) {
    if (text.size() > kMaxPolicyBytes)
      return std::unexpected(Fault{FaultKind::kTooLarge, "larger than 131072 bytes", {}});
    const auto json = ParseJson(text);
    if (!json) {
      return std::unexpected(
          Fault{FaultKind::kSyntax, json.error(), kind_ == Kind::kTrust ? "This policy contains invalid Json" : ""});
    }
    auto syntax = ReadPolicy(*json, kind_);
    if (!syntax) return std::unexpected(std::move(syntax).error());

    std::shared_ptr<Document> document(new Document(kind_));
    document->id_ = std::move(syntax->id);
    std::vector<CompiledStatement> allows;
    Program program;
    for (StatementSyntax& statement : syntax->statements) {
      document->sids_.push_back(statement.sid);
      AddPrincipals(statement, &document->principals_);
      auto compiled = CompileStatement(std::move(statement), syntax->version == "2012-10-17");
      if (!compiled) return std::unexpected(std::move(compiled).error());
      if (!*compiled) continue;
      ((*compiled)->deny ? program.statements : allows).push_back(**std::move(compiled));
    }
    std::ranges::move(allows, std::back_inserter(program.statements));
    document->program_ = std::make_unique<const Program>(std::move(program));
    return document;
  }

 private:
  void AddPrincipals(const StatementSyntax& statement, std::vector<PrincipalRef>* all) {
    for (const auto* list : {&statement.principal, &statement.not_principal}) {
      if (!*list) continue;
      for (const PrincipalRef& ref : **list) {
        if (seen_.emplace(ref.type, ref.text).second) all->push_back(ref);
      }
    }
  }

  // Nothing for a statement that can have no effect: without actions or without resources.
  std::expected<std::optional<CompiledStatement>, Fault> CompileStatement(StatementSyntax statement,
                                                                          bool variables) const {
    CompiledStatement out;
    out.index = statement.index;
    out.deny = statement.denies();
    if (!statement.action && !statement.not_action) return std::nullopt;
    CompileActions(statement.action ? *statement.action : *statement.not_action, !statement.action, &out);
    if (kind_ == Kind::kTrust) {
      out.any_resource = true;
    } else if (!statement.resource && !statement.not_resource) {
      return std::nullopt;
    } else {
      auto compiled = CompileResources(statement.resource ? *statement.resource : *statement.not_resource,
                                       !statement.resource, variables, &out);
      if (!compiled) return std::unexpected(std::move(compiled).error());
    }
    if (statement.principal) CompilePrincipals(*statement.principal, false, bindings_, &out);
    if (statement.not_principal) CompilePrincipals(*statement.not_principal, true, bindings_, &out);
    out.conditions = std::move(statement.conditions);
    return out;
  }

  Kind kind_;
  const PrincipalBindings& bindings_;
  std::set<std::pair<PrincipalType, std::string>> seen_;
};

Document::Document(Kind kind) : kind_(kind) {}
Document::~Document() = default;

std::expected<std::shared_ptr<const Document>, MalformedPolicy> Document::Compile(std::string_view json, Kind kind,
                                                                                  const PrincipalBindings& bindings) {
  auto document = Compiler(kind, bindings).Compile(json);
  if (!document) return std::unexpected(Malformed(kind, std::move(document).error()));
  return *std::move(document);
}

}  // namespace kagimori::policy
