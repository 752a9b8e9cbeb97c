#include "kms/create_key.h"

#include "crypto/random.h"
#include "kms/key_metadata.h"
#include "kms/key_policy.h"
#include "kms/tag_rules.h"

namespace kagimori::kms {

namespace {

using shapes::Errors;
using shapes::KeySpec;
using shapes::KeyUsageType;
using shapes::OriginType;
using Api = CreateKey::Api;

// CustomerMasterKeySpec is KeySpec's deprecated twin; its names are a subset.
KeySpec SpecOf(const CreateKey::Request& request) {
  if (request.key_spec) return *request.key_spec;
  if (!request.customer_master_key_spec) return KeySpec::kSymmetricDefault;
  return shapes::ParseEnum<KeySpec>(Name(*request.customer_master_key_spec)).value_or(KeySpec::kSymmetricDefault);
}

// Spec, usage and origin together, in AWS's order. Other specs than the symmetric one are not built yet.
std::optional<shapes::OpError<Api>> CheckSpec(const CreateKey::Request& request) {
  if (request.key_spec && request.customer_master_key_spec) {
    return Errors::Validation(
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is "
        "deprecated.");
  }
  KeySpec spec = SpecOf(request);
  if (spec != KeySpec::kSymmetricDefault && !request.key_usage) {
    return Errors::Validation(
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
  }
  if (spec == KeySpec::kSymmetricDefault &&
      request.key_usage.value_or(KeyUsageType::kEncryptDecrypt) != KeyUsageType::kEncryptDecrypt) {
    std::string text = "KeyUsage ";
    text.append(Name(*request.key_usage)).append(" is not compatible with KeySpec ").append(Name(spec));
    return Errors::Validation(std::move(text));
  }
  if (spec != KeySpec::kSymmetricDefault) {
    return Errors::UnsupportedOperation("KeySpec " + std::string(Name(spec)) + " is not supported by this release.");
  }
  if (request.origin.value_or(OriginType::kAwsKms) != OriginType::kAwsKms) {
    return Errors::UnsupportedOperation("Origin " + std::string(Name(*request.origin)) +
                                        " is not supported by this release.");
  }
  if (request.custom_key_store_id || request.xks_key_id) {
    return Errors::UnsupportedOperation("Custom key stores are not supported by this release.");
  }
  if (request.multi_region.value_or(false))
    return Errors::UnsupportedOperation("Multi-Region keys are not supported by this release.");
  return std::nullopt;
}

}  // namespace

// CloudTrail shows the defaults, too.
void CreateKey::FillDefaults(Request& request) {
  request.key_spec = SpecOf(request);
  request.customer_master_key_spec = shapes::ParseEnum<shapes::CustomerMasterKeySpec>(Name(*request.key_spec));
  if (!request.key_usage && *request.key_spec == KeySpec::kSymmetricDefault)
    request.key_usage = KeyUsageType::kEncryptDecrypt;
  if (!request.origin) request.origin = OriginType::kAwsKms;
  if (!request.description) request.description.emplace();
  if (!request.bypass_policy_lockout_safety_check) request.bypass_policy_lockout_safety_check = false;
  if (!request.multi_region) request.multi_region = false;
}

std::optional<shapes::OpError<Api>> CreateKey::Check(const Request& request) {
  if (auto refused = CheckSpec(request)) return refused;
  if (request.tags) {
    if (auto refused = CheckTags(*request.tags)) return shapes::OpError<Api>::From(*std::move(refused));
  }
  return std::nullopt;
}

Outcome<Api> CreateKey::Run(const Call& call, Inputs scope, const Request& request, Trail& trail) {
  const keys::AccountScope& where = scope.resource();
  if (request.policy) {
    if (auto refused = CheckKeyPolicy(*request.policy, where.account, where.region, call.custom_policies)) {
      return Refuse<Api>(shapes::OpError<Api>::From(*std::move(refused)));
    }
  }
  keys::Key key{.name = {.account = where.account,
                         .region = where.region,
                         .id = {.kind = KeyId::Kind::kSingleRegion, .bytes = crypto::RandomUuid()}}};
  key.arn = key.name.Arn();
  key.created = call.now;
  key.description = *request.description;
  keys::KeyChange created{.before = nullptr, .after = {key}, .parts = {}, .material = keys::NewMaterial{}};
  if (!key.description.empty()) created.parts.push_back(keys::Part::kDescription);
  if (request.policy) {
    key.policy = StoredPolicy(*request.policy, where.account, where.region);
    if (key.policy) created.parts.push_back(keys::Part::kPolicy);
  }
  if (request.tags) {
    MergeTags(*request.tags, &key.tags);
    if (!key.tags.empty()) created.parts.push_back(keys::Part::kTags);
  }
  crypto::FillRandom(created.material->id);
  created.material->bytes = crypto::RandomSecret(32);
  created.material->created = call.now;

  trail.Add(std::make_shared<const keys::Key>(key));
  shapes::KeyMetadata metadata = MetadataOf(key);
  metadata.current_key_material_id = HexEncode(created.material->id);
  created.after = std::move(key);
  keys::Change change;
  change.keys.push_back(std::move(created));
  return Reply<Api>{.response = {.key_metadata = std::move(metadata)}, .change = std::move(change)};
}

}  // namespace kagimori::kms
