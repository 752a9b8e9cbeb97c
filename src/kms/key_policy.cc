#include "kms/key_policy.h"

#include "base/log.h"
#include "keys/default_policy.h"
#include "wire/json_structure.h"

namespace kagimori::kms {

namespace {

// REQUIRES: nothing; the copy has the padding that the parser reads.
bool IsJsonObject(std::string_view text) {
  std::string padded(text);
  padded.append(wire::kJsonPadding, ' ');
  return wire::JsonDocument::Parse(std::string_view(padded).substr(0, text.size())).has_value();
}

}  // namespace

std::optional<shapes::ApiError> CheckKeyPolicy(std::string_view policy, AccountId account, Region region,
                                               CustomPolicies custom) {
  // Guesses: both texts.
  if (policy.size() > kMaxPolicyBytes)
    return shapes::Errors::LimitExceeded("The key policy is larger than 32768 bytes.");
  if (!IsJsonObject(policy)) return shapes::Errors::MalformedPolicyDocument("The new key policy is not valid JSON.");
  if (keys::IsDefaultKeyPolicy(policy, account, region)) return std::nullopt;
  if (custom == CustomPolicies::kRefused) {
    return shapes::Errors::UnsupportedOperation(
        "This release evaluates no key policy but the default one and takes no other.");
  }
  log::Warning("a key policy is stored but not evaluated by this release", {{"account", account.ToString()}});
  return std::nullopt;
}

std::optional<std::string> StoredPolicy(std::string policy, AccountId account, Region region) {
  if (policy == keys::DefaultKeyPolicy(account, region)) return std::nullopt;
  return policy;
}

}  // namespace kagimori::kms
