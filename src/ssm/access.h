#ifndef KAGIMORI_SSM_ACCESS_H_
#define KAGIMORI_SSM_ACCESS_H_

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parameters/parameter.h"
#include "policy/request_context.h"

namespace kagimori::ssm {

// What an operation has to be allowed before anything about its resource is told: one action on one resource. Source:
// Service Authorization Reference, "AWS Systems Manager".
struct Access {
  std::string_view action;                          // "ssm:GetParameter"
  std::string resource;                             // the parameter's ARN
  std::optional<bool> overwrite = {};               // ssm:Overwrite
  std::optional<bool> recursive = {};               // ssm:Recursive
  std::optional<std::string> policies = {};         // ssm:Policies
  std::vector<parameters::Tag> request_tags = {};   // aws:RequestTag/…, aws:TagKeys
  std::vector<std::string> tag_keys = {};           // aws:TagKeys, where only keys are given
  std::vector<parameters::Tag> resource_tags = {};  // aws:ResourceTag/…, ssm:resourceTag/…
};

// The condition keys of `access`; every other key is asked of `rest`. REQUIRES: both outlive this.
class AccessContext : public policy::RequestContext {
 public:
  AccessContext(const Access& access, const policy::RequestContext& rest);
  policy::ConditionValues Find(const policy::ConditionKey& key) const override;

 private:
  policy::ConditionValues TagValues(const std::vector<parameters::Tag>& tags, std::string_view key) const;

  const Access& access_;
  const policy::RequestContext& rest_;
  std::vector<std::string_view> tag_keys_;
  mutable std::deque<std::vector<std::string_view>> found_;  // what answers view
};

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_ACCESS_H_
