#include "policy/grammar.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace kagimori::policy {
namespace {

using FaultKind = MalformedPolicy::Fault;

constexpr std::string_view kOldVersion = "2008-10-17";
constexpr std::string_view kNewVersion = "2012-10-17";

bool IsIdentityKind(Kind kind) { return kind == Kind::kIdentity || kind == Kind::kBoundary || kind == Kind::kSession; }

std::unexpected<Fault> Syntax(std::string detail, std::string text = {}) {
  return std::unexpected(Fault{FaultKind::kSyntax, std::move(detail), std::move(text)});
}

// Reads one statement's elements.
class StatementReader {
 public:
  StatementReader(Kind kind, bool variables, int index) : kind_(kind), variables_(variables) { out_.index = index; }

  std::expected<StatementSyntax, Fault> Read(const Json& statement) {
    if (!statement.is_object()) return Syntax("a statement is no object");
    for (const auto& [name, value] : statement.members) {
      if (auto read = Element(name, value); !read) return std::unexpected(std::move(read).error());
    }
    if (auto checked = CheckEffect(); !checked) return std::unexpected(std::move(checked).error());
    if (out_.action && out_.not_action) return Syntax("Action and NotAction");
    if (out_.resource && out_.not_resource) return Syntax("Resource and NotResource");
    if (principal_ != nullptr && not_principal_ != nullptr) return Syntax("Principal and NotPrincipal");
    return std::move(out_);
  }

  // Read later: their faults come after all others.
  const Json* principal() const { return principal_; }
  const Json* not_principal() const { return not_principal_; }
  // A fault of legacy parsing among the conditions.
  const std::optional<Fault>& legacy() const { return legacy_; }

 private:
  std::expected<void, Fault> Element(std::string_view name, const Json& value) {
    if (name == "Sid") return Text(value, &out_.sid);
    if (name == "Effect") return Text(value, &out_.effect);
    if (name == "Action") return List(value, &out_.action);
    if (name == "NotAction") return List(value, &out_.not_action);
    if (name == "Resource") return List(value, &out_.resource);
    if (name == "NotResource") return List(value, &out_.not_resource);
    if (name == "Condition") return Conditions(value);
    if (name == "Principal") {
      principal_ = &value;
    } else if (name == "NotPrincipal") {
      not_principal_ = &value;
    } else {
      return Syntax("unknown element \"" + std::string(name) + "\"");
    }
    return {};
  }

  static std::expected<void, Fault> Text(const Json& value, std::string* out) {
    if (!value.is_string()) return Syntax("an element is no string");
    *out = value.text;
    return {};
  }

  static std::expected<void, Fault> List(const Json& value, std::optional<std::vector<std::string>>* out) {
    out->emplace();
    if (value.is_string()) {
      (*out)->push_back(value.text);
      return {};
    }
    if (!value.is_array()) return Syntax("an element is neither a string nor a list");
    for (const Json& item : value.items) {
      if (!item.is_string()) return Syntax("a list of an element has something that is no string");
      (*out)->push_back(item.text);
    }
    return {};
  }

  std::expected<void, Fault> Conditions(const Json& value) {
    auto conditions = CompileConditions(value, variables_);
    if (conditions) {
      out_.conditions = *std::move(conditions);
    } else if (conditions.error().fault == FaultKind::kLegacy) {
      legacy_ = std::move(conditions).error();
    } else {
      return std::unexpected(std::move(conditions).error());
    }
    return {};
  }

  std::expected<void, Fault> CheckEffect() {
    if (out_.effect.empty()) return Syntax("Effect is missing", trust() ? "Missing required field Effect" : "");
    if (out_.effect == "Allow" || out_.effect == "Deny") return {};
    if (trust()) return Syntax("Effect", "Invalid effect: " + out_.effect);
    const std::string lower = ToLowerAscii(out_.effect);
    if (lower != "allow" && lower != "deny") return Syntax("Effect is neither Allow nor Deny");
    if (!legacy_) legacy_ = Fault{FaultKind::kLegacy, "Effect: only Allow and Deny are, in this case of letters", {}};
    return {};
  }

  bool trust() const { return kind_ == Kind::kTrust; }

  Kind kind_;
  bool variables_;
  StatementSyntax out_;
  const Json* principal_ = nullptr;
  const Json* not_principal_ = nullptr;
  std::optional<Fault> legacy_;
};

class PolicyReader {
 public:
  explicit PolicyReader(Kind kind) : kind_(kind) {}

  std::expected<PolicySyntax, Fault> Read(const Json& root) {
    if (auto fault = Top(root)) return std::unexpected(*std::move(fault));
    if (auto fault = Statements(*root.Find("Statement"))) return std::unexpected(*std::move(fault));
    if (auto fault = Rules()) return std::unexpected(*std::move(fault));
    if (auto fault = Principals()) return std::unexpected(*std::move(fault));
    return std::move(out_);
  }

 private:
  struct Elements {
    const Json* principal;
    const Json* not_principal;
  };

  static Fault Of(FaultKind kind, std::string detail, std::string text = {}) {
    return Fault{kind, std::move(detail), std::move(text)};
  }
  static std::string At(const StatementSyntax& statement) {
    return "Statement[" + std::to_string(statement.index) + "]";
  }

  std::optional<Fault> Top(const Json& root) {
    for (const auto& [name, value] : root.members) {
      if (name == "Version") {
        if (!value.is_string() || (value.text != kOldVersion && value.text != kNewVersion))
          return Of(trust() ? FaultKind::kVersion : FaultKind::kSyntax, "Version is neither 2008-10-17 nor 2012-10-17");
        out_.version = value.text;
      } else if (name == "Id") {
        if (!value.is_string()) return Of(FaultKind::kSyntax, "Id is no string");
        out_.id = value.text;
      } else if (name != "Statement") {
        return Of(FaultKind::kSyntax, "unknown element \"" + name + "\"");
      }
    }
    const Json* statement = root.Find("Statement");
    if (statement == nullptr || (statement->is_array() && statement->items.empty()))
      return Of(FaultKind::kSyntax, "no statement", trust() ? "Could not parse the policy: Statement is empty!" : "");
    if (!statement->is_array() && !statement->is_object())
      return Of(FaultKind::kSyntax, "Statement is neither an object nor a list");
    return std::nullopt;
  }

  std::optional<Fault> Statements(const Json& element) {
    const std::span<const Json> list =
        element.is_array() ? std::span<const Json>(element.items) : std::span(&element, 1);
    for (const Json& json : list) {
      const int index = static_cast<int>(out_.statements.size());
      StatementReader reader(kind_, out_.version == kNewVersion, index);
      auto statement = reader.Read(json);
      if (!statement) {
        Fault fault = std::move(statement).error();
        fault.detail = "Statement[" + std::to_string(index) + "]: " + fault.detail;
        return fault;
      }
      if (reader.legacy() && !legacy_) {
        legacy_ = reader.legacy();
        legacy_->detail = "Statement[" + std::to_string(index) + "]: " + legacy_->detail;
      }
      elements_.push_back({reader.principal(), reader.not_principal()});
      out_.statements.push_back(*std::move(statement));
    }
    if (out_.version.empty() && !IsIdentityKind(kind_)) out_.version = kOldVersion;
    return std::nullopt;
  }

  // Everything but principals, in AWS's order.
  std::optional<Fault> Rules() {
    const bool held_to_texts = IsIdentityKind(kind_) || kind_ == Kind::kResource;
    if (IsIdentityKind(kind_) && out_.version != kNewVersion) return Of(FaultKind::kVersion, "Version");
    if (auto fault = Prohibited()) return fault;
    if (legacy_) return legacy_;
    bool resource_legacy = false;
    std::optional<Fault> resource_fault;
    if (held_to_texts) resource_fault = CheckResourceTexts(out_.statements, &resource_legacy);
    if (resource_legacy) return resource_fault;
    if (auto fault = Sids()) return fault;
    if (auto fault = Required(held_to_texts)) return fault;
    if (resource_fault) return resource_fault;
    if (trust()) return TrustActions();
    return CheckActionTexts(out_.statements);
  }

  std::optional<Fault> Prohibited() const {
    for (size_t i = 0; i < out_.statements.size(); ++i) {
      const StatementSyntax& statement = out_.statements[i];
      if (IsIdentityKind(kind_) && (elements_[i].principal != nullptr || elements_[i].not_principal != nullptr))
        return Of(FaultKind::kProhibited, At(statement) + ": Principal");
      if (!trust()) continue;
      if (elements_[i].not_principal != nullptr) {
        return Of(FaultKind::kProhibited, At(statement) + ": NotPrincipal",
                  statement.denies() ? "AssumeRole policy must not contain NotPrincipal field."
                                     : "Allow with NotPrincipal is not allowed.");
      }
      if (statement.resource) return Of(FaultKind::kProhibited, At(statement) + ": Resource");
      if (statement.not_resource)
        return Of(FaultKind::kProhibited, At(statement) + ": NotResource",
                  "AssumeRole policy must not contain resources.");
    }
    return std::nullopt;
  }

  std::optional<Fault> Sids() const {
    std::set<std::string> seen;
    for (const StatementSyntax& statement : out_.statements) {
      if (!statement.sid.empty() && !seen.insert(statement.sid).second)
        return Of(FaultKind::kSid, At(statement) + ": Sid \"" + statement.sid + "\" occurs twice");
    }
    if (!IsIdentityKind(kind_)) return std::nullopt;
    const auto alphanumeric = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
    for (const StatementSyntax& statement : out_.statements) {
      if (std::ranges::all_of(statement.sid, alphanumeric)) continue;
      return Of(FaultKind::kSid, At(statement) + ": Sid",
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
                "[0-9A-Za-z]*");
    }
    return std::nullopt;
  }

  // A key policy's statements may lack both; they have no effect then. Lists, where there are any, may not be empty.
  std::optional<Fault> Required(bool resources) const {
    const auto missing = [](const auto& list, const auto& not_list, bool required) {
      if (!list && !not_list) return required;
      return list ? list->empty() : not_list->empty();
    };
    for (const StatementSyntax& statement : out_.statements) {
      if (missing(statement.action, statement.not_action, kind_ != Kind::kKeyPolicy))
        return Of(FaultKind::kNoAction, At(statement));
    }
    for (const StatementSyntax& statement : out_.statements) {
      if (missing(statement.resource, statement.not_resource, resources))
        return Of(FaultKind::kNoResource, At(statement));
    }
    return std::nullopt;
  }

  std::optional<Fault> TrustActions() const {
    for (const StatementSyntax& statement : out_.statements) {
      for (const auto* list : {&statement.action, &statement.not_action}) {
        for (const std::string& action : list->value_or(std::vector<std::string>())) {
          if (!ToLowerAscii(action).starts_with("sts:"))
            return Of(FaultKind::kAction, At(statement) + ": " + action,
                      "AssumeRole policy may only specify STS AssumeRole actions.");
        }
      }
    }
    return std::nullopt;
  }

  std::optional<Fault> Principals() {
    if (IsIdentityKind(kind_)) return std::nullopt;
    for (size_t i = 0; i < out_.statements.size(); ++i) {
      StatementSyntax& statement = out_.statements[i];
      const Json* element = elements_[i].principal != nullptr ? elements_[i].principal : elements_[i].not_principal;
      if (element == nullptr) return Of(FaultKind::kNoPrincipal, At(statement));
      auto principals = ReadPrincipals(*element, kind_);
      if (!principals) {
        Fault fault = std::move(principals).error();
        fault.detail = At(statement) + ": " + fault.detail;
        return fault;
      }
      (elements_[i].principal != nullptr ? statement.principal : statement.not_principal) = *std::move(principals);
    }
    return std::nullopt;
  }

  bool trust() const { return kind_ == Kind::kTrust; }

  Kind kind_;
  PolicySyntax out_;
  std::vector<Elements> elements_;
  std::optional<Fault> legacy_;
};

}  // namespace

std::expected<PolicySyntax, Fault> ReadPolicy(const Json& root, Kind kind) { return PolicyReader(kind).Read(root); }

}  // namespace kagimori::policy
