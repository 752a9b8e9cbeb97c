#ifndef KAGIMORI_KMS_TAG_RULES_H_
#define KAGIMORI_KMS_TAG_RULES_H_

#include "kms/operation.h"

namespace kagimori::kms {

// The rules of tags that CreateKey and TagResource share. Nothing: they hold.
std::optional<shapes::ApiError> CheckTags(const std::vector<shapes::Tag>& tags);

inline constexpr size_t kMaxTags = 50;

// Sets `tags` in `all`, replacing values of keys that are there; keeps the order by key.
void MergeTags(const std::vector<shapes::Tag>& tags, std::vector<keys::Tag>* all);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_TAG_RULES_H_
