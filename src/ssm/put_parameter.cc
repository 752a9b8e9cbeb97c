#include <algorithm>
#include <memory>
#include <utility>

#include "crypto/random.h"
#include "parameters/value.h"
#include "ssm/answers.h"
#include "ssm/envelope.h"
#include "ssm/labels.h"
#include "ssm/names.h"
#include "ssm/operations.h"
#include "ssm/pattern.h"
#include "ssm/policies.h"
#include "ssm/tags.h"
#include "ssm/value_reader.h"

namespace kagimori::ssm {
namespace {

using parameters::ParameterPtr;
using parameters::Tier;
using parameters::Type;
using shapes::ssm::ParameterTier;
using shapes::ssm::ParameterType;
using Request = PutParameter::Api::Request;
using Reply = ssm::Reply<PutParameter::Api>;

constexpr size_t kStandardBytes = 4096;
constexpr size_t kAdvancedBytes = 8192;
constexpr uint64_t kMaxStandard = 10'000;
constexpr uint64_t kMaxAdvanced = 100'000;

constexpr std::string_view kAlreadyThere =
    "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
constexpr std::string_view kTagsAndOverwrite =
    "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove "
    "overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or "
    "RemoveTagsFromResource.";
constexpr std::string_view kTooLargeForStandard =
    "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter "
    "value, upgrade the parameter to use the advanced-parameter tier. For more information, see "
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html";
constexpr std::string_view kTooLargeForAdvanced =
    "Advanced tier parameters support a maximum parameter value of 8192 characters.";
constexpr std::string_view kNoWayBack =
    "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier "
    "to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard "
    "parameter.";
constexpr std::string_view kPoliciesNeedAdvanced =
    "Parameter policies are supported only for parameters that use the advanced-parameter tier.";
constexpr std::string_view kTypeStays =
    "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a "
    "parameter from a String type to a SecureString type. You must create a new, unique parameter.";

Type FromShape(ParameterType type) {
  switch (type) {
    case ParameterType::kString:
      return Type::kString;
    case ParameterType::kStringList:
      return Type::kStringList;
    case ParameterType::kSecureString:
      return Type::kSecureString;
  }
  std::unreachable();
}

// What the request says by itself.
OrError<void> CheckRequest(const Request& request) {
  const bool tagged = request.tags && !request.tags->empty();
  if (tagged && request.overwrite.value_or(false)) return Invalid(std::string(kTagsAndOverwrite));
  if (request.value.bytes.empty()) {
    return Invalid(
        "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length "
        "greater than or equal to 1.");
  }
  if (request.data_type && *request.data_type != "text" && *request.data_type != "aws:ec2:image" &&
      *request.data_type != "aws:ssm:integration") {
    return Invalid("The following data type is not supported: " + *request.data_type +
                   " (Data type names are all lowercase.)");
  }
  if (request.value.bytes.size() > kAdvancedBytes) return Invalid(std::string(kTooLargeForAdvanced));
  if (ValueReader::HasReference(request.value.bytes))
    return Invalid("Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.");  // guess
  return {};
}

// The tier that the new version has: once advanced, always advanced.
OrError<Tier> TierFor(const Request& request, const parameters::Parameter* before, bool policies,
                      const parameters::Counts& counts) {
  const bool large = request.value.bytes.size() > kStandardBytes;
  const bool was_advanced = before != nullptr && before->current.tier == Tier::kAdvanced;
  if (request.tier == ParameterTier::kAdvanced) return Tier::kAdvanced;
  if (request.tier == ParameterTier::kIntelligentTiering) {
    const bool full = before == nullptr && counts.standard >= kMaxStandard;
    return large || was_advanced || policies || full ? Tier::kAdvanced : Tier::kStandard;
  }
  if (was_advanced) {
    if (request.tier == ParameterTier::kStandard) return Invalid(std::string(kNoWayBack));
    return Tier::kAdvanced;
  }
  if (large) return Invalid(std::string(kTooLargeForStandard));
  if (policies) return Invalid(std::string(kPoliciesNeedAdvanced));  // guess: code and text
  return Tier::kStandard;
}

// One more of `tier`, in the place of one of another tier or of none.
OrError<void> Count(const parameters::Parameter* before, Tier tier, parameters::Counts* counts) {
  if (before != nullptr && before->current.tier == tier) return {};
  if (before != nullptr && counts->of(before->current.tier) > 0) --counts->of(before->current.tier);
  if (++counts->of(tier) <= (tier == Tier::kStandard ? kMaxStandard : kMaxAdvanced)) return {};
  return Refuse(Errors::ParameterLimitExceeded(
      "You have exceeded the number of parameters for this Amazon Web Services account. Delete one or more parameters "
      "and try again."));
}

OrError<void> CheckPattern(const std::string& pattern, const secret::SecretBytes& value) {
  if (pattern.empty()) return {};
  const std::unique_ptr<AllowedPattern> compiled = AllowedPattern::Compile(pattern);
  if (compiled == nullptr)
    return Refuse(Errors::InvalidAllowedPattern("The request doesn't meet the regular expression requirement."));
  if (compiled->Matches(value)) return {};
  return Refuse(
      Errors::ParameterPatternMismatch("Parameter value, cannot be validated against allowedPattern: " + pattern));
}

// Room for one more version: the oldest goes, unless it has a label.
Task<OrError<void>> MakeRoom(Session& session, ParameterPtr before, parameters::Parameter* after) {
  if (after->current.number - after->oldest < parameters::kMaxVersions) co_return OrError<void>();
  Result<parameters::Labels> labels = co_await session.table.LoadLabels(before);
  if (!labels) co_return Refuse(session.Internal(std::move(labels).error()));
  if (!LabelsOf(*labels, before->oldest).empty()) {
    co_return Refuse(Errors::ParameterMaxVersionLimitExceeded(
        "You attempted to create a new version of " + before->name.name +
        " by calling the PutParameter API with the overwrite flag. Version " + std::to_string(before->oldest) +
        ", the oldest version, can't be deleted because it has a label associated with it. Move the label to another "
        "version of the parameter, and try again."));
  }
  ++after->oldest;
  co_return OrError<void>();
}

// What stays of the version before where the request does not say otherwise.
void Inherit(const Request& request, const parameters::Version& before, parameters::Version* version) {
  version->number = before.number + 1;
  // Guess: a description and a pattern that the request leaves out stay.
  version->description = request.description.value_or(before.description);
  version->allowed_pattern = request.allowed_pattern.value_or(before.allowed_pattern);
  version->data_type = request.data_type.value_or(before.data_type);
  version->policies = before.policies;
}

// The parameter as it will be, its value apart. `before`: null where there is none.
OrError<parameters::Parameter> Draft(Session& session, const Request& request, std::string name,
                                     const parameters::Parameter* before) {
  if (before != nullptr && !request.overwrite.value_or(false))
    return Refuse(Errors::ParameterAlreadyExists(std::string(kAlreadyThere)));
  if (before == nullptr && !request.type) return Invalid("A parameter type is required when you create a parameter.");
  if (before != nullptr && request.type && FromShape(*request.type) != before->current.type)
    return Refuse(Errors::HierarchyTypeMismatch(std::string(kTypeStays)));
  parameters::Parameter after{.name = session.Name(std::move(name)), .created = session.now};
  parameters::Version version;
  version.description = request.description.value_or("");
  version.allowed_pattern = request.allowed_pattern.value_or("");
  version.data_type = request.data_type.value_or("text");
  if (before != nullptr) {
    after = *before;
    Inherit(request, before->current, &version);
    version.type = before->current.type;
  } else {
    crypto::FillRandom(after.id);
    version.type = FromShape(*request.type);
  }
  version.modified = session.now;
  version.modified_by = session.caller.arn;
  if (version.type == Type::kSecureString) {
    const bool has_one = before != nullptr;
    version.key_id = request.key_id.value_or(has_one ? before->current.key_id : std::string(kDefaultKey));
  } else if (request.key_id) {
    return Invalid("KeyId is required for SecureString type parameter only.");  // guess: the text
  }
  if (request.policies) {
    OrError<ParameterPolicies> policies = ParsePolicies(*request.policies, session.now);
    if (!policies) return std::unexpected(std::move(policies).error());
    version.policies = policies->ToJson();
    after.expires = policies->expires;
  }
  after.current = std::move(version);
  return after;
}

Task<OrError<void>> SealValue(Session& session, const secret::SecretBytes& value, parameters::Parameter* after) {
  parameters::Version& version = after->current;
  if (version.type != Type::kSecureString) {
    version.wrapped =
        parameters::WrapValue(session.table.hierarchy(), session.account(), after->id, version.number, value);
    co_return OrError<void>();
  }
  std::string arn = after->name.Arn();
  std::string key = version.key_id;
  if (version.tier == Tier::kStandard) {
    OrError<Bytes> sealed = co_await session.keys.Encrypt(std::move(key), std::move(arn), value);
    if (!sealed) co_return std::unexpected(std::move(sealed).error());
    version.ciphertext = *std::move(sealed);
    co_return OrError<void>();
  }
  std::string context = arn;
  OrError<KeyService::DataKey> data_key = co_await session.keys.GenerateDataKey(std::move(key), std::move(context));
  if (!data_key) co_return std::unexpected(std::move(data_key).error());
  const EnvelopeKey with{
      .plaintext = data_key->plaintext, .ciphertext = data_key->ciphertext, .key_arn = data_key->key_arn};
  version.ciphertext = SealEnvelope(with, arn, value);
  co_return OrError<void>();
}

Task<std::optional<ApiError>> DenyPut(Session& session, const Request& request, const std::string& name,
                                      ParameterPtr there) {
  Access access{.action = "ssm:PutParameter", .resource = session.Name(name).Arn()};
  session.trail.resources.push_back(access.resource);
  access.overwrite = request.overwrite.value_or(false);
  access.policies = request.policies;
  if (request.tags) access.request_tags = FromShapes(*request.tags);
  std::optional<ApiError> denied = co_await Deny(session, access, there);
  if (denied || access.request_tags.empty()) co_return denied;
  access.action = "ssm:AddTagsToResource";
  denied = co_await Deny(session, access, there);
  co_return denied;
}

}  // namespace

Task<Outcome<PutParameter::Api>> PutParameter::Run(Session& session, const Api::Request& request) {
  OrError<std::string> name = NameToPut(request.name, session.account(), session.region);
  if (!name) co_return std::unexpected(std::move(name).error());
  parameters::ParameterName full = session.Name(*name);
  Result<ParameterPtr> loaded = co_await session.table.Load(std::move(full));
  if (!loaded) co_return Refuse(session.Internal(std::move(loaded).error()));
  const ParameterPtr stored = *std::move(loaded);
  // What has expired is not there, but for its place.
  ParameterPtr before;
  if (stored != nullptr && !stored->GoneAt(session.now)) before = stored;

  std::optional<ApiError> denied = co_await DenyPut(session, request, *name, before);
  if (denied) co_return Refuse(*std::move(denied));
  if (OrError<void> good = CheckRequest(request); !good) co_return std::unexpected(std::move(good).error());
  OrError<parameters::Parameter> after = Draft(session, request, *std::move(name), before.get());
  if (!after) co_return std::unexpected(std::move(after).error());

  Result<parameters::Counts> counts = co_await session.table.LoadCounts(session.account(), session.region);
  if (!counts) co_return Refuse(session.Internal(std::move(counts).error()));
  OrError<Tier> tier = TierFor(request, before.get(), !after->current.policies.empty(), *counts);
  if (!tier) co_return std::unexpected(std::move(tier).error());
  // Systems Manager user guide, "Managing parameter tiers": one that becomes an advanced parameter gets the default key,
  // unless the request names one. Otherwise it keeps its key (guess: what Terraform's provider relies on).
  const bool moves = before != nullptr && before->current.tier != *tier;
  if (moves && after->current.type == Type::kSecureString && !request.key_id) after->current.key_id = kDefaultKey;
  after->current.tier = *tier;
  // The place of an expired one counts already.
  if (OrError<void> good = Count(stored.get(), *tier, &*counts); !good)
    co_return std::unexpected(std::move(good).error());
  if (OrError<void> good = CheckPattern(after->current.allowed_pattern, request.value.bytes); !good)
    co_return std::unexpected(std::move(good).error());
  if (before != nullptr) {
    OrError<void> room = co_await MakeRoom(session, before, &*after);
    if (!room) co_return std::unexpected(std::move(room).error());
  }
  parameters::ParameterChange change{.before = stored, .after = std::nullopt, .labels = std::nullopt, .tags = {}};
  if (request.tags && !request.tags->empty()) {
    if (OrError<void> merged = MergeTags(FromShapes(*request.tags), &change.tags.emplace()); !merged)
      co_return std::unexpected(std::move(merged).error());
  }
  OrError<void> sealed = co_await SealValue(session, request.value.bytes, &*after);
  if (!sealed) co_return std::unexpected(std::move(sealed).error());

  ssm::Reply<Api> reply;
  reply.response.version = static_cast<int64_t>(after->current.number);
  reply.response.tier = TierOf(after->current);
  change.after = *std::move(after);
  reply.change.emplace();
  const bool counted = stored == nullptr || stored->current.tier != *tier;
  if (counted) reply.change->counts = *counts;
  reply.change->parameters.push_back(std::move(change));
  co_return reply;
}

}  // namespace kagimori::ssm
