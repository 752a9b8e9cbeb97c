#include "sts/parameters.h"

#include <algorithm>

#include "identity/account_snapshot.h"
#include "policy/condition_key.h"

namespace kagimori::sts {
namespace {

bool IsWord(char c) {  // Java's \w
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool All(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [&](char c) { return IsWord(c) || others.find(c) != others.npos; });
}

bool IsName(std::string_view text) { return All(text, "+=,.@-"); }
bool IsExternalId(std::string_view text) { return All(text, "+=,.@:/-"); }
bool IsSerialNumber(std::string_view text) { return All(text, "+=/:,.@-"); }
bool IsWords(std::string_view text) { return All(text, ""); }
bool IsDigits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Printable, tabs and line ends; beyond ASCII whatever is no control character (U+0080 to U+009F, but U+0085).
bool IsPrintable(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') return false;
    if (byte == 0x7F) return false;
    if (byte == 0xC2 && i + 1 < text.size()) {
      const auto next = static_cast<uint8_t>(text[i + 1]);
      if (next < 0xA0 && next != 0x85) return false;
    }
  }
  return true;
}
bool IsArnText(std::string_view text) { return !text.empty() && IsPrintable(text); }

// [\u0009\u000A\u000D\u0020-\u00FF]+: ASCII and what is C2 xx and C3 xx in UTF-8.
bool IsPolicyText(std::string_view text) {
  return !text.empty() && IsPrintable(text) && std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte < 0xC0 || byte == 0xC2 || byte == 0xC3;
  });
}

// [\p{L}\p{Z}\p{N}_.:/=+\-@]. Of what is not ASCII the control characters alone are told from letters here.
bool IsTagText(std::string_view text) {
  return IsPrintable(text) && std::ranges::all_of(text, [](char c) {
           return static_cast<uint8_t>(c) >= 0x80 || IsWord(c) ||
                  std::string_view(" .:/=+-@").find(c) != std::string_view::npos;
         });
}

constexpr std::string_view kArnPattern =
    "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+";
constexpr std::string_view kPolicyPattern = "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+";
constexpr shapes::TextRule kTagValueRule{
    .min = 0, .max = 256, .pattern = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", .matches = IsTagText};
constexpr std::string_view kReservedPrefix = "aws:";

// The least that every member of a policy or tag costs is a byte, so that nothing longer can end in a token.
constexpr int64_t kMaxUnboundedPolicy = 16 * 1024;

StsResult<void> CheckPolicies(const SessionLimits& limits, const identity::AccountSnapshot& account) {
  if (!limits.policy.empty()) {
    auto compiled = policy::Document::Compile(limits.policy, policy::Kind::kSession);
    if (!compiled) return Refuse(400, "MalformedPolicyDocument", std::move(compiled).error().text);
  }
  for (const std::string& arn : limits.policy_arns) {
    if (account.FindPolicy(arn) == nullptr) return ValidationError("Policy " + arn + " was not found.");
  }
  return {};
}

bool Contains(const std::vector<identity::Tag>& tags, std::string_view key) {
  const std::string lower = policy::ToLowerAscii(key);
  return std::ranges::any_of(tags, [&](const auto& tag) { return policy::EqualsFolded(lower, tag.key); });
}

StsResult<void> CheckTags(const SessionLimits& limits) {
  std::vector<identity::Tag> seen;
  for (const identity::Tag& tag : limits.tags) {
    if (Contains(seen, tag.key))
      return ValidationError("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    if (policy::ToLowerAscii(tag.key).starts_with(kReservedPrefix))
      return ValidationError("Tag keys that begin with aws: are reserved for system use.");
    seen.push_back(tag);
  }
  for (const std::string& key : limits.transitive_tag_keys) {
    if (!Contains(limits.tags, key))
      return ValidationError("The specified transitive tag key must be included in the requested tags.");
  }
  return {};
}

}  // namespace

const shapes::TextRule kRoleArnRule{.min = 20, .max = 2048, .pattern = kArnPattern, .matches = IsArnText};
const shapes::TextRule kSessionNameRule{.min = 2, .max = 64, .pattern = "[\\w+=,.@-]*", .matches = IsName};
const shapes::TextRule kFederatedNameRule{.min = 2, .max = 32, .pattern = "[\\w+=,.@-]*", .matches = IsName};
const shapes::TextRule kExternalIdRule{.min = 2, .max = 1224, .pattern = "[\\w+=,.@:\\/-]*", .matches = IsExternalId};
const shapes::TextRule kSerialNumberRule{.min = 9, .max = 256, .pattern = "[\\w+=/:,.@-]*", .matches = IsSerialNumber};
const shapes::TextRule kTokenCodeRule{.min = 6, .max = 6, .pattern = "[\\d]*", .matches = IsDigits, .secret = true};
const shapes::TextRule kPolicyRule{.min = 1, .max = 2048, .pattern = kPolicyPattern, .matches = IsPolicyText};
const shapes::TextRule kUnboundedPolicyRule{
    .min = 1, .max = kMaxUnboundedPolicy, .pattern = kPolicyPattern, .matches = IsPolicyText};
const shapes::TextRule kTagKeyRule{
    .min = 1, .max = 128, .pattern = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+", .matches = IsTagText};
const shapes::TextRule kAccessKeyIdRule{.min = 16, .max = 128, .pattern = "[\\w]*", .matches = IsWords};

void ReadPolicies(const shapes::TextRule& policy_rule, shapes::QueryMembers* members, SessionLimits* limits) {
  for (std::vector<std::string>& arn : members->Structures("PolicyArns", kMaxPolicyArns, {{"arn", kRoleArnRule}})) {
    limits->policy_arns.push_back(std::move(arn[0]));
  }
  limits->policy = members->Optional("Policy", policy_rule).value_or("");
}

void ReadTags(shapes::QueryMembers* members, SessionLimits* limits) {
  for (std::vector<std::string>& tag :
       members->Structures("Tags", kMaxSessionTags, {{"Key", kTagKeyRule}, {"Value", kTagValueRule}})) {
    limits->tags.push_back({.key = std::move(tag[0]), .value = std::move(tag[1])});
  }
}

StsResult<void> Violated(const shapes::QueryMembers& members) {
  if (members.violations().empty()) return {};
  return ValidationError(members.violations().Message());
}

StsResult<void> CheckLimits(const SessionLimits& limits, const identity::AccountSnapshot& account) {
  if (auto tags = CheckTags(limits); !tags) return tags;
  return CheckPolicies(limits, account);
}

void AuditMembers::Name(std::string_view name) {
  separator_.Next(&json_);
  wire::AppendJsonString(name, &json_);
  json_.push_back(':');
}

void AuditMembers::Text(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  Name(name);
  wire::AppendJsonString(value, &json_);
}

void AuditMembers::Number(std::string_view name, std::optional<int64_t> value) {
  if (!value) return;
  Name(name);
  wire::AppendJsonInteger(*value, &json_);
}

void AuditMembers::Limits(const SessionLimits& limits) {
  Text("policy", limits.policy);
  if (!limits.policy_arns.empty()) {
    Name("policyArns");
    wire::JsonSeparator elements;
    json_.push_back('[');
    for (const std::string& arn : limits.policy_arns) {
      elements.Key("{\"arn\":", &json_);
      wire::AppendJsonString(arn, &json_);
      json_.push_back('}');
    }
    json_.push_back(']');
  }
  if (!limits.tags.empty()) {
    Name("principalTags");
    wire::JsonSeparator elements;
    json_.push_back('{');
    for (const identity::Tag& tag : limits.tags) {
      elements.Next(&json_);
      wire::AppendJsonString(tag.key, &json_);
      json_.push_back(':');
      wire::AppendJsonString(tag.value, &json_);
    }
    json_.push_back('}');
  }
  if (!limits.transitive_tag_keys.empty()) {
    Name("transitiveTagKeys");
    wire::JsonSeparator elements;
    json_.push_back('[');
    for (const std::string& key : limits.transitive_tag_keys) {
      elements.Next(&json_);
      wire::AppendJsonString(key, &json_);
    }
    json_.push_back(']');
  }
}

std::string AuditMembers::Take() {
  json_.push_back('}');
  return std::move(json_);
}

}  // namespace kagimori::sts
