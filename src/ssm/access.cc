#include "ssm/access.h"

#include "policy/condition_key.h"

namespace kagimori::ssm {
namespace {

policy::ConditionValues Flag(const std::optional<bool>& flag) {
  if (!flag) return {};
  return std::string_view(*flag ? "true" : "false");
}

}  // namespace

AccessContext::AccessContext(const Access& access, const policy::RequestContext& rest) : access_(access), rest_(rest) {
  for (const parameters::Tag& tag : access.request_tags) tag_keys_.push_back(tag.key);
  tag_keys_.insert(tag_keys_.end(), access.tag_keys.begin(), access.tag_keys.end());
}

policy::ConditionValues AccessContext::Find(const policy::ConditionKey& key) const {
  switch (key.name()) {
    case policy::KeyName::kSsmOverwrite:
      return Flag(access_.overwrite);
    case policy::KeyName::kSsmRecursive:
      return Flag(access_.recursive);
    case policy::KeyName::kSsmPolicies:
      return access_.policies ? policy::ConditionValues(std::string_view(*access_.policies))
                              : policy::ConditionValues();
    case policy::KeyName::kAwsTagKeys:
      return policy::ConditionValues(std::span<const std::string_view>(tag_keys_));
    case policy::KeyName::kAwsRequestTag:
      return TagValues(access_.request_tags, key.suffix());
    case policy::KeyName::kAwsResourceTag:
    case policy::KeyName::kSsmResourceTag:
      return TagValues(access_.resource_tags, key.suffix());
    default:
      return rest_.Find(key);
  }
}

policy::ConditionValues AccessContext::TagValues(const std::vector<parameters::Tag>& tags, std::string_view key) const {
  std::vector<std::string_view> values;
  for (const parameters::Tag& tag : tags) {
    if (policy::EqualsFolded(key, tag.key)) values.push_back(tag.value);
  }
  if (values.empty()) return {};
  return policy::ConditionValues(std::span<const std::string_view>(found_.emplace_back(std::move(values))));
}

}  // namespace kagimori::ssm
