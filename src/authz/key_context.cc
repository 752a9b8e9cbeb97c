#include "authz/key_context.h"

#include <vector>

namespace kagimori::authz {

using policy::ConditionKey;
using policy::ConditionValues;
using policy::KeyName;

namespace {

ConditionValues ResourceAliases(const keys::Key& key, uint64_t most, Scratch* scratch) {
  if (key.aliases.empty() || key.aliases.size() > most) return {};
  return scratch->Keep(std::vector<std::string_view>(key.aliases.begin(), key.aliases.end()));
}

}  // namespace

ConditionValues KeyContext::FindOfKey(const ConditionKey& key) const {
  switch (key.name()) {
    case KeyName::kKmsKeySpec:
    case KeyName::kKmsCustomerMasterKeySpec:
      return Name(key_->spec);
    case KeyName::kKmsKeyUsage:
    case KeyName::kKmsCustomerMasterKeyUsage:
      return Name(key_->usage);
    case KeyName::kKmsKeyOrigin:
      return Name(key_->origin);
    case KeyName::kKmsMultiRegion:
      return std::string_view(key_->multi_region() ? "true" : "false");
    case KeyName::kKmsMultiRegionKeyType:
      return key_->multi_region() ? std::string_view("PRIMARY") : ConditionValues();
    case KeyName::kKmsRequestAlias:
      return request_alias_.empty() ? ConditionValues() : request_alias_;
    case KeyName::kKmsResourceAliases:
      return ResourceAliases(*key_, call_.aliases_per_key, &scratch_);
    case KeyName::kAwsResourceTag:
      return FindInFamily(
          key_->tags, key.suffix(), [](const keys::Tag& tag) { return std::string_view(tag.key); },
          [](const keys::Tag& tag) { return std::string_view(tag.value); }, &scratch_);
    case KeyName::kAwsResourceAccount:
      return scratch_.Keep(key_->name.account.ToString());
    default:
      return {};
  }
}

ConditionValues KeyContext::Find(const ConditionKey& key) const {
  if (key.name() == KeyName::kKmsCallerAccount || key.name() == KeyName::kKmsViaService) {
    if (of_ == Of::kNothing) return {};
    if (key.name() == KeyName::kKmsViaService) return call_.via_service.empty() ? ConditionValues() : call_.via_service;
    return scratch_.Keep(call_.caller->principal->account.ToString());
  }
  ConditionValues found = FindCallKey(call_, key, &scratch_);
  if (found.absent() && key_ != nullptr) found = FindOfKey(key);
  if (found.absent()) found = operation_.Find(key, &scratch_);
  return found;
}

}  // namespace kagimori::authz
