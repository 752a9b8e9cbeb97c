#include "keys/default_policy.h"

#include <fmt/format.h>

namespace kagimori::keys {
namespace {

constexpr std::string_view kTemplate = R"({{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:{}:iam::{}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}})";

// Without the white space between tokens. Strings are kept as they are, so that two texts that differ in a string stay
// different.
std::string Compact(std::string_view json) {
  std::string out;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    if (in_string && c == '\\' && i + 1 < json.size()) {
      out.push_back(c);
      out.push_back(json[++i]);
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    out.push_back(c);
  }
  return out;
}

}  // namespace

std::string DefaultKeyPolicy(AccountId account, Region region) {
  return fmt::format(fmt::runtime(kTemplate), region.partition(), account.ToString());
}

bool IsDefaultKeyPolicy(std::string_view policy, AccountId account, Region region) {
  return Compact(policy) == Compact(DefaultKeyPolicy(account, region));
}

}  // namespace kagimori::keys
