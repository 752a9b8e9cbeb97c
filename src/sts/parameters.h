#ifndef KAGIMORI_STS_PARAMETERS_H_
#define KAGIMORI_STS_PARAMETERS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/entities.h"
#include "identity/session_token.h"
#include "policy/document.h"
#include "shapes/query_members.h"
#include "sts/call.h"
#include "wire/json_writer.h"

namespace kagimori::sts {

// The members that several operations have, with the rules of the service model (2011-06-15).

inline constexpr size_t kMaxPolicyArns = 10;
inline constexpr size_t kMaxSessionTags = 50;

extern const shapes::TextRule kRoleArnRule;
extern const shapes::TextRule kSessionNameRule;    // RoleSessionName, SourceIdentity
extern const shapes::TextRule kFederatedNameRule;  // Name of GetFederationToken
extern const shapes::TextRule kExternalIdRule;
extern const shapes::TextRule kSerialNumberRule;
extern const shapes::TextRule kTokenCodeRule;
extern const shapes::TextRule kPolicyRule;           // 2,048 characters
extern const shapes::TextRule kUnboundedPolicyRule;  // of AssumeRole, where the packed size alone is the limit
extern const shapes::TextRule kTagKeyRule;
extern const shapes::TextRule kAccessKeyIdRule;

// Session policies and tags as they were sent.
struct SessionLimits {
  std::string policy;  // empty: none
  std::vector<std::string> policy_arns;
  std::vector<identity::Tag> tags;
  std::vector<std::string> transitive_tag_keys;
};
void ReadPolicies(const shapes::TextRule& policy_rule, shapes::QueryMembers* members, SessionLimits* limits);
void ReadTags(shapes::QueryMembers* members, SessionLimits* limits);

// What a members' reader has found wrong, or nothing.
StsResult<void> Violated(const shapes::QueryMembers& members);

// The policies compile (MalformedPolicyDocument), the managed ones exist, no tag key is there twice, transitive keys
// are among the tags. `account`: of the principal that the session is of.
StsResult<void> CheckLimits(const SessionLimits& limits, const identity::AccountSnapshot& account);

// Members of an audit record's requestParameters, in AWS's order and lower-camel case; what was not sent is left out.
class AuditMembers {
 public:
  AuditMembers() { json_.push_back('{'); }
  void Text(std::string_view name, std::string_view value);
  void Number(std::string_view name, std::optional<int64_t> value);
  void Limits(const SessionLimits& limits);
  std::string Take();

 private:
  void Name(std::string_view name);
  std::string json_;
  wire::JsonSeparator separator_;
};

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_PARAMETERS_H_
