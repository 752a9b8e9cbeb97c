#ifndef KAGIMORI_IAM_ACCESS_H_
#define KAGIMORI_IAM_ACCESS_H_

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/entities.h"
#include "policy/request_context.h"

namespace kagimori::iam {

// What an operation has to be allowed before anything about its resource is told: one action on one resource. Source:
// Service Authorization Reference, "AWS Identity and Access Management (IAM)".
struct Access {
  std::string action;  // "iam:CreateUser"
  std::string
      resource;  // the ARN that policies are matched against; of an entity that is not there, as if it had path "/"
  std::string shown;                           // as the denial names it; "user Bob" where the client gave a name alone
  std::optional<std::string> policy_arn = {};  // iam:PolicyARN
  std::optional<std::string> boundary = {};    // iam:PermissionsBoundary
  std::vector<identity::Tag> request_tags = {};   // aws:RequestTag/…, aws:TagKeys
  std::vector<std::string> tag_keys = {};         // aws:TagKeys, where only keys are given
  std::vector<identity::Tag> resource_tags = {};  // aws:ResourceTag/…, iam:ResourceTag/…
};

// Nothing: it is allowed. Otherwise AWS's text for the client. A failure to decide is a denial.
using Authorize = std::function<std::optional<std::string>(const Access&)>;

// The condition keys of `access`; every other key is asked of `rest`. REQUIRES: both outlive this.
class AccessContext : public policy::RequestContext {
 public:
  AccessContext(const Access& access, const policy::RequestContext& rest);
  policy::ConditionValues Find(const policy::ConditionKey& key) const override;

 private:
  policy::ConditionValues TagValues(const std::vector<identity::Tag>& tags, std::string_view key) const;

  const Access& access_;
  const policy::RequestContext& rest_;
  std::vector<std::string_view> tag_keys_;
  mutable std::deque<std::vector<std::string_view>> found_;  // what answers view
};

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_ACCESS_H_
