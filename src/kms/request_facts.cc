#include "kms/request_facts.h"

#include <charconv>
#include <utility>

namespace kagimori::kms {

using policy::ConditionKey;
using policy::ConditionValues;
using policy::KeyName;

namespace facts {
namespace {

ConditionValues Keep(std::vector<std::string_view> values, authz::Scratch* scratch) {
  return values.empty() ? ConditionValues() : scratch->Keep(std::move(values));
}

// The number behind `prefix`; nothing for any other text.
std::optional<uint8_t> Register(std::string_view suffix, std::string_view prefix) {
  if (!suffix.starts_with(prefix)) return std::nullopt;
  suffix.remove_prefix(prefix.size());
  if (suffix.size() > 1 && suffix.front() == '0') return std::nullopt;
  uint8_t number = 0;
  auto [end, error] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), number);
  if (error != std::errc() || end != suffix.data() + suffix.size()) return std::nullopt;
  return number;
}

}  // namespace

ConditionValues OfContext(const shapes::StringMap& context, const ConditionKey& key, authz::Scratch* scratch) {
  if (key.name() == KeyName::kKmsEncryptionContextKeys) {
    std::vector<std::string_view> names;
    names.reserve(context.size());
    for (const auto& [name, value] : context) names.push_back(name);
    return Keep(std::move(names), scratch);
  }
  return authz::FindInFamily(
      context, key.suffix(), [](const auto& pair) { return std::string_view(pair.first); },
      [](const auto& pair) { return std::string_view(pair.second); }, scratch);
}

ConditionValues OfTags(const std::vector<shapes::Tag>& tags, const ConditionKey& key, authz::Scratch* scratch) {
  if (key.name() == KeyName::kAwsTagKeys) {
    std::vector<std::string_view> names;
    for (const shapes::Tag& tag : tags) names.push_back(tag.tag_key);
    return Keep(std::move(names), scratch);
  }
  return authz::FindInFamily(
      tags, key.suffix(), [](const shapes::Tag& tag) { return std::string_view(tag.tag_key); },
      [](const shapes::Tag& tag) { return std::string_view(tag.tag_value); }, scratch);
}

ConditionValues OfTagKeys(const std::vector<std::string>& tag_keys, const ConditionKey& key, authz::Scratch* scratch) {
  if (key.name() != KeyName::kAwsTagKeys) return {};
  return Keep(std::vector<std::string_view>(tag_keys.begin(), tag_keys.end()), scratch);
}

ConditionValues OfRecipient(const attest::VerifiedRecipient& recipient, const ConditionKey& key, authz::Scratch*) {
  const bool enclave = recipient.platform() == attest::Platform::kNitroEnclave;
  std::optional<uint8_t> index;
  if (enclave && key.suffix() == "imagesha384") {
    index = uint8_t{0};
  } else {
    index = Register(key.suffix(), enclave ? "pcr" : "nitrotpmpcr");
  }
  if (!index) return {};
  auto found = recipient.pcrs().find(*index);
  return found == recipient.pcrs().end() ? ConditionValues() : std::string_view(found->second);
}

ConditionValues OfGrant(const shapes::CreateGrantRequest& request, const ConditionKey& key, authz::Scratch* scratch) {
  const auto has = [](const auto& map) { return map && !map->empty(); };
  const bool constrained = request.constraints.has_value();
  const bool equals = constrained && has(request.constraints->encryption_context_equals);
  const bool subset = constrained && has(request.constraints->encryption_context_subset);
  switch (key.name()) {
    case KeyName::kKmsGranteePrincipal:
      return ValueOf(request.grantee_principal, scratch);
    case KeyName::kKmsGranteeServicePrincipal:
      return ValueOf(request.grantee_service_principal, scratch);
    case KeyName::kKmsRetiringPrincipal:
      return ValueOf(request.retiring_principal, scratch);
    case KeyName::kKmsRetiringServicePrincipal:
      return ValueOf(request.retiring_service_principal, scratch);
    case KeyName::kKmsGrantOperations: {
      std::vector<std::string_view> names;
      for (shapes::GrantOperation operation : request.operations) names.push_back(Name(operation));
      return Keep(std::move(names), scratch);
    }
    case KeyName::kKmsGrantConstraintType:
      if (equals) return std::string_view("EncryptionContextEquals");
      return subset ? std::string_view("EncryptionContextSubset") : ConditionValues();
    case KeyName::kKmsGrantConstraintSourceArn:
      return constrained ? ValueOf(request.constraints->source_arn, scratch) : ConditionValues();
    case KeyName::kKmsEncryptionContext:
    case KeyName::kKmsEncryptionContextKeys:
      if (equals) return OfContext(*request.constraints->encryption_context_equals, key, scratch);
      return subset ? OfContext(*request.constraints->encryption_context_subset, key, scratch) : ConditionValues();
    default:
      return {};
  }
}

}  // namespace facts

ConditionValues ReEncryptFacts::Find(const ConditionKey& key, authz::Scratch* scratch) const {
  switch (key.name()) {
    case KeyName::kKmsEncryptionContext:
    case KeyName::kKmsEncryptionContextKeys:
      return side_.context ? facts::OfContext(*side_.context, key, scratch) : ConditionValues();
    case KeyName::kKmsEncryptionAlgorithm:
      return facts::ValueOf(side_.algorithm, scratch);
    case KeyName::kKmsReEncryptOnSameKey:
      return std::string_view(same_key_ ? "true" : "false");
    default:
      return {};
  }
}

}  // namespace kagimori::kms
