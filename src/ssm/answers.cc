#include "ssm/answers.h"

#include <utility>

#include "parameters/value.h"
#include "ssm/envelope.h"
#include "ssm/policies.h"

namespace kagimori::ssm {

using parameters::Tier;
using parameters::Type;
using shapes::ssm::ParameterTier;
using shapes::ssm::ParameterType;

ParameterType TypeOf(const parameters::Version& version) {
  switch (version.type) {
    case Type::kString:
      return ParameterType::kString;
    case Type::kStringList:
      return ParameterType::kStringList;
    case Type::kSecureString:
      return ParameterType::kSecureString;
  }
  std::unreachable();
}

ParameterTier TierOf(const parameters::Version& version) {
  return version.tier == Tier::kStandard ? ParameterTier::kStandard : ParameterTier::kAdvanced;
}

namespace {

Task<OrError<secret::SecretBytes>> DecryptValue(Session& session, std::string arn, const parameters::Version& version) {
  if (version.tier == Tier::kStandard) {
    Bytes ciphertext = version.ciphertext;
    OrError<secret::SecretBytes> value = co_await session.keys.Decrypt(std::move(ciphertext), std::move(arn));
    co_return value;
  }
  std::optional<Envelope> envelope = ParseEnvelope(version.ciphertext, arn);
  if (!envelope) co_return Refuse(session.Internal({ErrorKind::kCorrupt, "an advanced parameter's message", {}}));
  Bytes data_key(envelope->data_key.begin(), envelope->data_key.end());
  OrError<secret::SecretBytes> key = co_await session.keys.Decrypt(std::move(data_key), std::move(arn));
  if (!key) co_return std::unexpected(std::move(key).error());
  Result<secret::SecretBytes> value = OpenEnvelope(*envelope, *key);
  if (!value) co_return Refuse(session.Internal(std::move(value).error()));
  co_return *std::move(value);
}

}  // namespace

Task<OrError<shapes::SecretText>> ValueOf(Session& session, parameters::ParameterPtr parameter,
                                          const parameters::Version& version, bool decrypt) {
  if (version.type != Type::kSecureString) {
    Result<secret::SecretBytes> value =
        parameters::UnwrapValue(session.table.hierarchy(), parameter->name, parameter->id, version);
    if (!value) co_return Refuse(session.Internal(std::move(value).error()));
    co_return shapes::SecretText{*std::move(value)};
  }
  if (!decrypt) {
    const std::string text = Base64Encode(version.ciphertext);
    co_return shapes::SecretText{secret::SecretBytes::CopyOf(AsBytes(text))};
  }
  std::string arn = parameter->name.Arn();
  OrError<secret::SecretBytes> value = co_await DecryptValue(session, std::move(arn), version);
  if (!value) co_return std::unexpected(std::move(value).error());
  co_return shapes::SecretText{*std::move(value)};
}

Task<OrError<shapes::ssm::Parameter>> Show(Session& session, parameters::ParameterPtr parameter,
                                           const parameters::Version& version, std::string selector, bool decrypt) {
  OrError<shapes::SecretText> value = co_await ValueOf(session, parameter, version, decrypt);
  if (!value) co_return std::unexpected(std::move(value).error());
  shapes::ssm::Parameter shown;
  shown.name = parameter->name.name;
  shown.type = TypeOf(version);
  shown.value = *std::move(value);
  shown.version = static_cast<int64_t>(version.number);
  shown.selector = Shown(selector);
  shown.last_modified_date = version.modified;
  shown.arn = parameter->name.Arn();
  shown.data_type = version.data_type;
  co_return shown;
}

std::optional<std::vector<shapes::ssm::ParameterInlinePolicy>> PoliciesOf(const parameters::Version& version) {
  std::vector<shapes::ssm::ParameterInlinePolicy> shown;
  for (ParameterPolicy& policy : StoredPolicies(version.policies)) {
    shapes::ssm::ParameterInlinePolicy& one = shown.emplace_back();
    one.policy_text = std::move(policy.text);
    one.policy_type = std::move(policy.type);
    one.policy_status = "Pending";
  }
  return shown;
}

shapes::ssm::ParameterMetadata MetadataOf(const parameters::Parameter& parameter) {
  const parameters::Version& current = parameter.current;
  shapes::ssm::ParameterMetadata shown;
  shown.name = parameter.name.name;
  shown.arn = parameter.name.Arn();
  shown.type = TypeOf(current);
  shown.key_id = Shown(current.key_id);
  shown.last_modified_date = current.modified;
  shown.last_modified_user = current.modified_by;
  shown.description = Shown(current.description);
  shown.allowed_pattern = Shown(current.allowed_pattern);
  shown.version = static_cast<int64_t>(current.number);
  shown.tier = TierOf(current);
  shown.policies = PoliciesOf(current);
  shown.data_type = current.data_type;
  return shown;
}

}  // namespace kagimori::ssm
