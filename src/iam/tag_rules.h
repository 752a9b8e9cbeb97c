#ifndef KAGIMORI_IAM_TAG_RULES_H_
#define KAGIMORI_IAM_TAG_RULES_H_

#include <string>
#include <vector>

#include "iam/call.h"
#include "identity/entities.h"

namespace kagimori::iam {

// Keys of users' and roles' tags are the same in any letter case; those of policies and OIDC providers are not.
enum class TagCase { kFolded, kExact };

// No key twice, none that is reserved.
OrError<void> CheckTags(const std::vector<identity::Tag>& tags, TagCase letter_case);
// Sets `tags` in `all`, replacing values of keys that are there. LimitExceeded: there are too many then.
OrError<void> MergeTags(const std::vector<identity::Tag>& tags, TagCase letter_case, std::vector<identity::Tag>* all);
void RemoveTags(const std::vector<std::string>& keys, TagCase letter_case, std::vector<identity::Tag>* all);

// In the order of their keys, which is how AWS shows them once they are set.
std::vector<identity::Tag> Sorted(std::vector<identity::Tag> tags);
// The list "Tags".
void WriteTags(const std::vector<identity::Tag>& tags, ResultWriter& out);

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_TAG_RULES_H_
