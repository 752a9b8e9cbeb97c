#ifndef KAGIMORI_SSM_TAGS_H_
#define KAGIMORI_SSM_TAGS_H_

#include <string>
#include <vector>

#include "parameters/parameter.h"
#include "ssm/error.h"

namespace kagimori::ssm {

inline constexpr size_t kMaxTags = 50;  // of one parameter

std::vector<parameters::Tag> FromShapes(const std::vector<shapes::ssm::Tag>& tags);
// `all` with `tags` in it, by key. TooManyTagsError beyond kMaxTags.
OrError<void> MergeTags(const std::vector<parameters::Tag>& tags, std::vector<parameters::Tag>* all);

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_TAGS_H_
