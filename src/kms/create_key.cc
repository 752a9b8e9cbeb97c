#include "kms/create_key.h"

#include <expected>

#include "crypto/random.h"
#include "keys/key_spec.h"
#include "keys/policy_document.h"
#include "kms/key_metadata.h"
#include "kms/new_material.h"
#include "kms/spec_regions.h"
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

std::unexpected<shapes::OpError<Api>> Unsupported(std::string text) {
  return Refuse<Api>(Errors::UnsupportedOperation(std::move(text)));
}

// Spec and usage together, in AWS's order.
std::optional<shapes::OpError<Api>> CheckSpec(const CreateKey::Request& request) {
  if (request.key_spec && request.customer_master_key_spec) {
    return Errors::Validation(
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is "
        "deprecated.");
  }
  const KeySpec spec = SpecOf(request);
  if (spec != KeySpec::kSymmetricDefault && !request.key_usage) {
    return Errors::Validation(
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
  }
  if (request.key_usage && !keys::Allows(spec, *request.key_usage)) {
    std::string text = "KeyUsage ";
    text.append(Name(*request.key_usage)).append(" is not compatible with KeySpec ").append(Name(spec));
    return Errors::Validation(std::move(text));
  }
  return std::nullopt;
}

// What depends on the Region and on where the material comes from.
std::expected<void, shapes::OpError<Api>> CheckPlace(const CreateKey::Request& request, const Call& call) {
  const KeySpec spec = *request.key_spec;
  const std::optional<crypto::KeyType> type = keys::TraitsOf(spec).type;
  if (type && !IsInRegion(*type, call)) return Unsupported(NotInRegion("KeySpec", Name(spec)));
  const OriginType origin = *request.origin;
  if (origin != OriginType::kAwsKms && origin != OriginType::kExternal)
    return Unsupported("Origin " + std::string(Name(origin)) + " is not supported by this release.");
  if (request.custom_key_store_id || request.xks_key_id)
    return Unsupported("Custom key stores are not supported by this release.");
  // Guess: the code and the text.
  if (origin == OriginType::kExternal && !keys::TraitsOf(spec).importable)
    return Unsupported("Origin EXTERNAL is not supported for KeySpec " + std::string(Name(spec)) + ".");
  return {};
}

keys::Key NewKey(const CreateKey::Request& request, const keys::AccountScope& where, Timestamp now) {
  keys::Key key{.name = {.account = where.account,
                         .region = where.region,
                         .id = {.kind = *request.multi_region ? KeyId::Kind::kMultiRegion : KeyId::Kind::kSingleRegion,
                                .bytes = crypto::RandomUuid()}}};
  key.arn = key.name.Arn();
  key.created = now;
  key.description = *request.description;
  key.spec = *request.key_spec;
  key.usage = *request.key_usage;
  key.origin = *request.origin;
  if (key.origin == OriginType::kExternal) key.stored_state = keys::KeyState::kPendingImport;
  key.policy_document = keys::CompilePolicy(key);
  return key;
}

// The text: as AWS gave it in 2016 (convox/rack, pull request 347). Guess: that this comes last.
Task<std::optional<shapes::OpError<Api>>> CheckCount(Session& session) {
  using OpError = shapes::OpError<Api>;
  Result<uint64_t> keys = co_await session.counts.Get(session.call.account(), session.call.region);
  if (!keys && keys.error().kind == ErrorKind::kUnavailable) co_return OpError::From(Errors::Throttling());
  if (!keys) co_return OpError::From(Internal(std::move(keys).error(), session.trail));
  const uint64_t quota = session.call.limits.keys;
  if (*keys < quota) co_return std::nullopt;
  std::string text = "Key quota for this account in this region is " + std::to_string(quota) +
                     " but the current usage is " + std::to_string(*keys) + ".";
  co_return OpError(Errors::LimitExceeded(std::move(text)));
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

WorkCost CreateKey::CostOf(const Inputs&, const Request& request) {
  const std::optional<crypto::KeyType> type = keys::TraitsOf(*request.key_spec).type;
  return type && *request.origin == OriginType::kAwsKms ? CostOfGeneration(*type) : WorkCost::kCheap;
}

Task<Resolved<Api, CreateKey::Inputs>> CreateKey::Resolve(Session& session, const Request& request) {
  using OpError = shapes::OpError<Api>;
  auto scope = AuthorizeAccount<Api, Action>(session);
  if (!scope) co_return std::unexpected(std::move(scope).error());
  std::optional<keys::Authorized<keys::action::TagResource, keys::AccountScope>> may_tag;
  if (request.tags && !request.tags->empty()) {
    auto tagging = session.authorizer.OnNewKey<keys::action::TagResource>(session.asking, scope->resource(),
                                                                          &session.trail.decision);
    if (!tagging) co_return std::unexpected(OpError::From(ToApiError(std::move(tagging).error(), session.trail)));
    may_tag.emplace(std::move(*tagging));
  }
  if (auto place = CheckPlace(request, session.call); !place) co_return std::unexpected(std::move(place).error());
  keys::Key key = NewKey(request, scope->resource(), session.call.now);
  std::optional<NewKeyPolicy> new_policy;
  if (request.policy) {
    auto policy = co_await PrepareKeyPolicy(session, *request.policy, key,
                                            request.bypass_policy_lockout_safety_check.value_or(false));
    if (!policy) co_return std::unexpected(OpError::From(std::move(policy).error()));
    new_policy = std::move(*policy);
  }
  if (auto full = co_await CheckCount(session)) co_return std::unexpected(*std::move(full));
  co_return Inputs{std::move(*scope), std::move(may_tag), std::move(key), std::move(new_policy)};
}

Outcome<CreateKey::Api> CreateKey::Run(const Call& call, Inputs inputs, const Request& request, Trail& trail) {
  keys::Key key = std::move(inputs.key);
  keys::KeyChange created{.before = nullptr, .after = {key}, .parts = {}, .material = std::nullopt};
  if (!key.description.empty()) created.parts.push_back(keys::Part::kDescription);
  if (inputs.policy) {
    SetPolicy(*std::move(inputs.policy), &key);
    if (key.policy) created.parts.push_back(keys::Part::kPolicy);
  }
  if (inputs.tagging) {
    MergeTags(*request.tags, &key.tags);
    if (!key.tags.empty()) created.parts.push_back(keys::Part::kTags);
  }
  shapes::KeyMetadata metadata = MetadataOf(key);
  if (key.origin == OriginType::kAwsKms) {
    keys::NewMaterial& material = created.material.emplace();
    crypto::FillRandom(material.id);
    material.bytes = NewMaterialBytes(key.spec);
    material.created = call.now;
    if (key.spec == KeySpec::kSymmetricDefault) metadata.current_key_material_id = HexEncode(material.id);
  }

  trail.Add(std::make_shared<const keys::Key>(key));
  created.after = std::move(key);
  keys::Change change;
  change.keys.push_back(std::move(created));
  return Reply<Api>{.response = {.key_metadata = std::move(metadata)}, .change = std::move(change)};
}

}  // namespace kagimori::kms
