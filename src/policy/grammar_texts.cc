// Faults in the texts of resources, actions and principals.

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "policy/grammar.h"

namespace kagimori::policy {
namespace {

using FaultKind = MalformedPolicy::Fault;

constexpr std::string_view kIamPaths[] = {"user/",
                                          "federated-user/",
                                          "role/",
                                          "group/",
                                          "instance-profile/",
                                          "mfa/",
                                          "server-certificate/",
                                          "policy/",
                                          "sms-mfa/",
                                          "saml-provider/",
                                          "oidc-provider/",
                                          "report/",
                                          "access-report/"};

// The text before the first colon, and what follows it; `colon` says whether there was one.
struct Cut {
  std::string_view head, tail;
  bool colon;
};

Cut CutAtColon(std::string_view text) {
  const size_t at = text.find(':');
  if (at == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, at), text.substr(at + 1), true};
}

std::string IamPathText() {
  std::string text = "IAM resource path must either be \"*\" or start with ";
  for (const std::string_view path : kIamPaths) text.append(path).append(path == kIamPaths[12] ? "." : ", ");
  return text;
}

// "arn:<partition>:…" as IAM prints it, with "*" for the parts that are missing.
std::string PartitionText(std::string_view partition, std::string_view rest) {
  std::array<std::string_view, 4> parts{"*", "*", "*", "*"};
  for (size_t i = 0; i < parts.size() && (i > 0 || !rest.empty()); ++i) {
    const Cut cut = CutAtColon(rest);
    if (i == 3 || !cut.colon) {
      parts[i] = rest;
      break;
    }
    parts[i] = cut.head;
    rest = cut.tail;
  }
  std::string text = "Partition \"" + std::string(partition) + "\" is not valid for resource \"arn:";
  text.append(partition);
  for (const std::string_view part : parts) text.append(":").append(part);
  return text.append("\".");
}

bool IsPartition(std::string_view text) { return text == "*" || text == "aws" || text.starts_with("aws-"); }

// IAM's text of what is wrong with a resource; empty when nothing is.
std::string ResourceFault(std::string_view resource) {
  if (resource == "*") return {};
  const std::string quoted(resource);
  const Cut arn = CutAtColon(resource);
  if (!arn.colon) return "Resource " + quoted + " must be in ARN format or \"*\".";
  const Cut partition = CutAtColon(arn.tail);
  if (!IsPartition(partition.head)) return PartitionText(partition.head, partition.tail);
  if (arn.head != "arn") return "Resource " + quoted + " must be in ARN format or \"*\".";
  if (!partition.colon) return "Resource vendor must be fully qualified and cannot contain regexes.";
  const Cut service = CutAtColon(partition.tail);
  if (service.head.find_first_of("*?") != std::string_view::npos)
    return "Resource vendor must be fully qualified and cannot contain regexes.";
  const bool has_region = !service.tail.starts_with(':');
  if (service.head == "s3" && has_region) return "Resource " + quoted + " can not contain region information.";
  if (service.head != "iam") return {};
  if (has_region) return "IAM resource " + quoted + " cannot contain region information.";
  const std::string_view path = CutAtColon(CutAtColon(service.tail).tail).tail;
  const bool known = path == "*" || std::ranges::any_of(kIamPaths, [&](auto start) { return path.starts_with(start); });
  return known ? std::string() : IamPathText();
}

// What IAM's older parser refuses: an ARN without a service, or with "::" and too few colons.
bool FailsLegacyParsing(std::string_view resource) {
  if (resource == "*") return false;
  if (std::ranges::count(resource, ':') < 5 && resource.contains("::")) return true;
  const Cut partition = CutAtColon(CutAtColon(resource).tail);
  return partition.colon && CutAtColon(partition.tail).head.empty();
}

std::string ActionFault(std::string_view action) {
  const auto vendor_character = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
  };
  if (action == "*") return {};
  const Cut cut = CutAtColon(action);
  if (!cut.colon) return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  if (cut.tail.contains(':')) return "Actions/Condition can contain only one colon.";
  if (cut.head == "*") return {};
  if (!cut.head.empty() && std::ranges::all_of(cut.head, vendor_character)) return {};
  return "Vendor " + std::string(cut.head) + " is not valid";
}

std::string At(const StatementSyntax& statement) { return "Statement[" + std::to_string(statement.index) + "]"; }

}  // namespace

std::optional<Fault> CheckResourceTexts(const std::vector<StatementSyntax>& statements, bool* legacy) {
  std::optional<Fault> fault;
  for (const auto list : {&StatementSyntax::resource, &StatementSyntax::not_resource}) {
    for (const StatementSyntax& statement : statements) {
      if (!(statement.*list)) continue;
      std::vector<std::string> resources = *(statement.*list);
      std::ranges::sort(resources, std::greater());  // the last one that is wrong is the one that IAM names
      for (const std::string& resource : resources) {
        if (std::string text = ResourceFault(resource); !text.empty())
          fault = Fault{FaultKind::kResourceText, At(statement) + ": " + resource, std::move(text)};
      }
      if (!fault && std::ranges::any_of(resources, FailsLegacyParsing)) {
        *legacy = true;
        return Fault{FaultKind::kLegacy, At(statement) + ": a resource that is no ARN", {}};
      }
    }
  }
  return fault;
}

std::optional<Fault> CheckActionTexts(const std::vector<StatementSyntax>& statements) {
  for (const auto list : {&StatementSyntax::action, &StatementSyntax::not_action}) {
    for (const StatementSyntax& statement : statements) {
      for (const std::string& action : (statement.*list).value_or(std::vector<std::string>())) {
        if (std::string text = ActionFault(action); !text.empty())
          return Fault{FaultKind::kAction, At(statement) + ": " + action, std::move(text)};
      }
    }
  }
  return std::nullopt;
}

namespace {

std::optional<PrincipalType> TypeOf(std::string_view name) {
  if (name == "AWS") return PrincipalType::kAws;
  if (name == "Service") return PrincipalType::kService;
  if (name == "Federated") return PrincipalType::kFederated;
  if (name == "CanonicalUser") return PrincipalType::kCanonicalUser;
  return std::nullopt;
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

Fault InvalidPrincipal(FaultKind fault, Kind kind, std::string_view type, std::string_view principal) {
  Fault out{fault, "principal " + std::string(principal), {}};
  if (kind == Kind::kKeyPolicy) return out;
  std::string upper(type);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
  out.text = "Invalid principal in policy: " + Quoted(upper) + ":" + Quoted(principal);
  return out;
}

// The bare string that a Principal may be instead of an object.
std::expected<std::vector<PrincipalRef>, Fault> ReadPrincipalString(const std::string& text, Kind kind) {
  if (kind == Kind::kTrust) {
    return std::unexpected(text == "*" ? Fault{FaultKind::kPrincipal, "principal *",
                                               "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\"."}
                                       : Fault{FaultKind::kSyntax, "Principal", "Principal must be a JSON object."});
  }
  if (text != "*") return std::unexpected(Fault{FaultKind::kSyntax, "Principal is neither \"*\" nor an object", {}});
  return std::vector<PrincipalRef>{*ParsePrincipal(PrincipalType::kAws, text)};
}

}  // namespace

std::expected<std::vector<PrincipalRef>, Fault> ReadPrincipals(const Json& element, Kind kind) {
  if (element.is_string()) return ReadPrincipalString(element.text, kind);
  if (!element.is_object()) return std::unexpected(Fault{FaultKind::kSyntax, "Principal is no object", {}});
  std::vector<PrincipalRef> principals;
  for (const auto& [name, value] : element.members) {
    const auto type = TypeOf(name);
    if (!type) {
      const std::string text = kind == Kind::kTrust ? "Invalid principal in policy: " + Quoted(name) : "";
      return std::unexpected(Fault{FaultKind::kSyntax, "unknown type of principal " + Quoted(name), text});
    }
    const std::span<const Json> list = value.is_array() ? std::span<const Json>(value.items) : std::span(&value, 1);
    for (const Json& item : list) {
      if (!item.is_string()) return std::unexpected(Fault{FaultKind::kSyntax, "a principal is no string", {}});
      auto principal = ParsePrincipal(*type, item.text);
      if (!principal) {
        const bool arn = principal.error() == PrincipalFault::kInvalidArn;
        return std::unexpected(
            InvalidPrincipal(arn ? FaultKind::kPrincipalArn : FaultKind::kPrincipal, kind, name, item.text));
      }
      // Canonical users are Amazon S3's alone.
      if (*type == PrincipalType::kCanonicalUser && kind != Kind::kResource)
        return std::unexpected(InvalidPrincipal(FaultKind::kPrincipal, kind, name, item.text));
      principals.push_back(*std::move(principal));
    }
  }
  if (principals.empty()) {
    return std::unexpected(Fault{FaultKind::kNoPrincipal, "Principal is empty",
                                 kind == Kind::kTrust ? "Missing required field Principal cannot be empty!" : ""});
  }
  return principals;
}

}  // namespace kagimori::policy
