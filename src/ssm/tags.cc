#include "ssm/tags.h"

#include <algorithm>

#include "policy/condition_key.h"

namespace kagimori::ssm {

std::vector<parameters::Tag> FromShapes(const std::vector<shapes::ssm::Tag>& tags) {
  std::vector<parameters::Tag> all;
  for (const shapes::ssm::Tag& tag : tags) all.push_back({.key = tag.key, .value = tag.value});
  return all;
}

OrError<void> MergeTags(const std::vector<parameters::Tag>& tags, std::vector<parameters::Tag>* all) {
  for (const parameters::Tag& tag : tags) {
    // Guess: the text.
    if (policy::ToLowerAscii(tag.key).starts_with("aws:"))
      return Invalid("aws: prefixed tag key names are not allowed for external use.");
    const auto there = std::ranges::find(*all, tag.key, &parameters::Tag::key);
    if (there == all->end()) {
      all->push_back(tag);
    } else {
      there->value = tag.value;
    }
  }
  if (all->size() > kMaxTags) return Refuse(Errors::TooManyTagsError());
  std::ranges::sort(*all, {}, &parameters::Tag::key);
  return {};
}

}  // namespace kagimori::ssm
