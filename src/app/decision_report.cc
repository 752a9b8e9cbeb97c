#include "app/decision_report.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <vector>

#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

using authz::Finding;
using authz::PolicyType;
using authz::Target;
using policy::PrincipalMatch;
using Effect = policy::Outcome::Effect;

constexpr size_t kMostBytes = 48 * 1024;  // an answer of the socket has 64 KiB at most

struct Layer {
  PolicyType type;
  std::string_view name;
};

std::vector<Layer> LayersOf(Target::Kind kind) {
  std::vector<Layer> layers;
  if (kind == Target::Kind::kKey) layers.push_back({PolicyType::kResource, "key policy"});
  if (kind == Target::Kind::kResource) layers.push_back({PolicyType::kResource, "resource policy"});
  if (kind == Target::Kind::kRole) layers.push_back({PolicyType::kTrust, "trust policy"});
  layers.push_back({PolicyType::kIdentity, "identity policies"});
  layers.push_back({PolicyType::kBoundary, "permissions boundary"});
  layers.push_back({PolicyType::kSession, "session policies"});
  if (kind == Target::Kind::kKey) layers.push_back({PolicyType::kGrant, "grants"});
  return layers;
}

std::string_view EffectName(Effect effect) {
  switch (effect) {
    case Effect::kAllow:
      return "Allow";
    case Effect::kDeny:
      return "Deny";
    case Effect::kNone:
      break;
  }
  return "none";
}

// Whom the statement means: more than one reader of a key policy has been surprised that its account is not enough.
std::string_view MatchName(PrincipalMatch match) {
  switch (match) {
    case PrincipalMatch::kAccount:
      return "the caller's account";
    case PrincipalMatch::kIssuingUser:
      return "the user that issued the session";
    case PrincipalMatch::kRole:
      return "the session's role";
    case PrincipalMatch::kAny:
      return "anybody";
    case PrincipalMatch::kProvider:
      return "the identity provider";
    case PrincipalMatch::kService:
      return "the service";
    case PrincipalMatch::kDirect:
      return "the caller itself";
    case PrincipalMatch::kNone:
      break;
  }
  return "";
}

void Member(std::string_view name, std::string_view value, wire::JsonSeparator* separator, std::string* out) {
  separator->Next(out);
  wire::AppendJsonString(name, out);
  out->push_back(':');
  wire::AppendJsonString(value, out);
}

void AppendFinding(const Finding& finding, std::string* out) {
  out->push_back('{');
  wire::JsonSeparator separator;
  Member("policy", finding.policy, &separator, out);
  Member("effect", EffectName(finding.effect), &separator, out);
  if (finding.statement >= 0) {
    separator.Key("\"statement\":", out);
    wire::AppendJsonInteger(finding.statement, out);
  }
  if (!finding.sid.empty()) Member("sid", finding.sid, &separator, out);
  if (const auto names = MatchName(finding.match); !names.empty()) Member("names", names, &separator, out);
  out->push_back('}');
}

std::string TextOf(simdjson::dom::element object, std::string_view name) {
  std::string_view text;
  return object[name].get_string().get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::string DescribeFinding(simdjson::dom::element finding, bool grants) {
  const std::string effect = TextOf(finding, "effect");
  const std::string policy = TextOf(finding, "policy");
  const std::string names = TextOf(finding, "names");
  if (grants) {
    if (effect != "Allow") return "  none that allows it\n";
    return fmt::format("  {} allows it{}\n", policy, names.empty() ? "" : ", to the caller's account");
  }
  if (effect == "none") return fmt::format("  {}: no statement applies\n", policy);
  int64_t statement = 0;
  std::string text = fmt::format("  {}: {}", policy, effect == "Deny" ? "DENIED" : "allowed");
  if (finding["statement"].get_int64().get(statement) == simdjson::SUCCESS)
    text += fmt::format(" by statement {}", statement);
  if (const std::string sid = TextOf(finding, "sid"); !sid.empty()) text += fmt::format(" \"{}\"", sid);
  if (!names.empty()) text += fmt::format(", which names {}", names);
  return text + "\n";
}

}  // namespace

std::string DecisionJson(const DecidedCall& call, const authz::Simulation& made) {
  std::string out = "{";
  wire::JsonSeparator separator;
  Member("decision", Name(made.decision), &separator, &out);
  Member("principal", call.principal, &separator, &out);
  Member("action", call.action, &separator, &out);
  Member("resource", call.resource, &separator, &out);
  Member("explanation", made.explanation, &separator, &out);
  if (!made.message.empty()) Member("message", made.message, &separator, &out);
  size_t not_shown = 0;
  separator.Key("\"layers\":[", &out);
  wire::JsonSeparator layers;
  for (const Layer& layer : LayersOf(call.kind)) {
    // A grant is no policy of which there could be none.
    if (layer.type == PolicyType::kGrant && !call.grants_asked) continue;
    layers.Next(&out);
    out += "{\"layer\":";
    wire::AppendJsonString(layer.name, &out);
    out += ",\"policies\":[";
    wire::JsonSeparator policies;
    for (const Finding& finding : made.findings) {
      if (finding.type != layer.type) continue;
      if (out.size() > kMostBytes) {
        ++not_shown;
        continue;
      }
      policies.Next(&out);
      AppendFinding(finding, &out);
    }
    out += "]}";
  }
  out.push_back(']');
  separator.Key("\"absent_context_keys\":[", &out);
  wire::JsonSeparator absent;
  for (const std::string& name : *call.absent) {
    if (out.size() > kMostBytes) {
      ++not_shown;
      continue;
    }
    absent.Next(&out);
    wire::AppendJsonString(name, &out);
  }
  out.push_back(']');
  if (not_shown > 0) {
    separator.Key("\"not_shown\":", &out);
    wire::AppendJsonInteger(not_shown, &out);
  }
  return out + "}";
}

Result<std::string> DescribeDecision(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element decision;
  simdjson::dom::array layers;
  if (parser.parse(simdjson::padded_string(json)).get(decision) != simdjson::SUCCESS ||
      decision["layers"].get_array().get(layers) != simdjson::SUCCESS || TextOf(decision, "decision").empty()) {
    return Fail(ErrorKind::kCorrupt, "the decision cannot be read");
  }
  const std::string name = TextOf(decision, "decision");
  std::string text = fmt::format("{}: {}\n", name == "allowed" ? "ALLOWED" : "DENIED", TextOf(decision, "explanation"));
  for (const char* member : {"principal", "action", "resource"})
    text += fmt::format("{:<10} {}\n", member, TextOf(decision, member));
  for (simdjson::dom::element layer : layers) {
    const std::string title = TextOf(layer, "layer");
    text += title + ":\n";
    bool any = false;
    simdjson::dom::array policies;
    if (layer["policies"].get_array().get(policies) != simdjson::SUCCESS) continue;
    for (simdjson::dom::element finding : policies) {
      text += DescribeFinding(finding, title == "grants");
      any = true;
    }
    if (!any) text += "  there is none\n";
  }
  simdjson::dom::array absent;
  if (decision["absent_context_keys"].get_array().get(absent) == simdjson::SUCCESS && absent.size() > 0) {
    text += "condition keys that policies ask for and the call does not have:\n";
    for (simdjson::dom::element one : absent) {
      std::string_view key;
      if (one.get_string().get(key) == simdjson::SUCCESS) text += fmt::format("  {}\n", key);
    }
  }
  if (int64_t more = 0; decision["not_shown"].get_int64().get(more) == simdjson::SUCCESS)
    text += fmt::format("and {} more that are not shown\n", more);
  return text;
}

Result<bool> IsAllowed(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element decision;
  if (parser.parse(simdjson::padded_string(json)).get(decision) != simdjson::SUCCESS ||
      TextOf(decision, "decision").empty())
    return Fail(ErrorKind::kCorrupt, "the decision cannot be read");
  return TextOf(decision, "decision") == "allowed";
}

}  // namespace kagimori::app
