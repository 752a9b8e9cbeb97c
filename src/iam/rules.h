#ifndef KAGIMORI_IAM_RULES_H_
#define KAGIMORI_IAM_RULES_H_

#include "shapes/query_members.h"

namespace kagimori::iam {

// What IAM's service model (2010-05-08) says of its texts. IAM prints no values in its messages.
extern const shapes::TextRule kUserName;          // userNameType: of new users, and where policies are attached
extern const shapes::TextRule kExistingUserName;  // existingUserNameType
extern const shapes::TextRule kGroupName;
extern const shapes::TextRule kRoleName;
extern const shapes::TextRule kPolicyName;
extern const shapes::TextRule kPath;
extern const shapes::TextRule kPathPrefix;
extern const shapes::TextRule kPolicyPath;
extern const shapes::TextRule kDocument;
extern const shapes::TextRule kRoleDescription;
extern const shapes::TextRule kPolicyDescription;
extern const shapes::TextRule kArn;
extern const shapes::TextRule kVersionId;
extern const shapes::TextRule kMarker;
extern const shapes::TextRule kAccessKeyId;
extern const shapes::TextRule kTagKey;
extern const shapes::TextRule kTagValue;
extern const shapes::TextRule kProviderUrl;
extern const shapes::TextRule kClientId;
extern const shapes::TextRule kThumbprint;
extern const shapes::TextRule kActionName;    // ActionNameType
extern const shapes::TextRule kResourceName;  // ResourceNameType

inline constexpr size_t kMaxTags = 50;

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_RULES_H_
