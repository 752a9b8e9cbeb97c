#include "iam/access.h"

#include "policy/condition_key.h"

namespace kagimori::iam {
namespace {

policy::ConditionValues One(const std::optional<std::string>& text) {
  return text ? policy::ConditionValues(std::string_view(*text)) : policy::ConditionValues();
}

}  // namespace

AccessContext::AccessContext(const Access& access, const policy::RequestContext& rest) : access_(access), rest_(rest) {
  for (const identity::Tag& tag : access.request_tags) tag_keys_.push_back(tag.key);
  tag_keys_.insert(tag_keys_.end(), access.tag_keys.begin(), access.tag_keys.end());
}

policy::ConditionValues AccessContext::Find(const policy::ConditionKey& key) const {
  switch (key.name()) {
    case policy::KeyName::kIamPolicyArn:
      return One(access_.policy_arn);
    case policy::KeyName::kIamPermissionsBoundary:
      return One(access_.boundary);
    case policy::KeyName::kAwsTagKeys:
      return policy::ConditionValues(std::span<const std::string_view>(tag_keys_));
    case policy::KeyName::kAwsRequestTag:
      return TagValues(access_.request_tags, key.suffix());
    case policy::KeyName::kAwsResourceTag:
    case policy::KeyName::kIamResourceTag:
      return TagValues(access_.resource_tags, key.suffix());
    default:
      return rest_.Find(key);
  }
}

policy::ConditionValues AccessContext::TagValues(const std::vector<identity::Tag>& tags, std::string_view key) const {
  std::vector<std::string_view> values;
  for (const identity::Tag& tag : tags) {
    if (policy::EqualsFolded(key, tag.key)) values.push_back(tag.value);
  }
  if (values.empty()) return {};
  return policy::ConditionValues(std::span<const std::string_view>(found_.emplace_back(std::move(values))));
}

}  // namespace kagimori::iam
