#include "iam/tag_rules.h"

#include <algorithm>
#include <set>

#include "iam/rules.h"

namespace kagimori::iam {

using identity::Tag;

namespace {

std::string KeyOf(std::string_view key, TagCase letter_case) {
  return letter_case == TagCase::kFolded ? identity::FoldName(key) : std::string(key);
}

}  // namespace

OrError<void> CheckTags(const std::vector<Tag>& tags, TagCase letter_case) {
  std::set<std::string> seen;
  for (const Tag& tag : tags) {
    if (identity::FoldName(tag.key).starts_with("aws:")) {
      return InvalidInput("Tag keys may not start with the reserved prefix aws:.");  // guess: the text
    }
    if (seen.insert(KeyOf(tag.key, letter_case)).second) continue;
    return InvalidInput(letter_case == TagCase::kFolded
                            ? "Duplicate tag keys found. Please note that Tag keys are case insensitive."
                            : "Duplicate tag keys found.");
  }
  return {};
}

OrError<void> MergeTags(const std::vector<Tag>& tags, TagCase letter_case, std::vector<Tag>* all) {
  for (const Tag& tag : tags) {
    const auto there = std::ranges::find_if(
        *all, [&](const Tag& old) { return KeyOf(old.key, letter_case) == KeyOf(tag.key, letter_case); });
    if (there == all->end()) {
      all->push_back(tag);
    } else {
      *there = tag;
    }
  }
  if (all->size() > kMaxTags) return LimitExceeded("The number of tags has reached the maximum limit.");
  return {};
}

void RemoveTags(const std::vector<std::string>& keys, TagCase letter_case, std::vector<Tag>* all) {
  std::set<std::string> gone;
  for (const std::string& key : keys) gone.insert(KeyOf(key, letter_case));
  std::erase_if(*all, [&](const Tag& tag) { return gone.contains(KeyOf(tag.key, letter_case)); });
}

std::vector<Tag> Sorted(std::vector<Tag> tags) {
  std::ranges::sort(tags, {}, &Tag::key);
  return tags;
}

void WriteTags(const std::vector<Tag>& tags, ResultWriter& out) {
  out.OpenList("Tags");
  for (const Tag& tag : tags) {
    out.OpenMember();
    out.Text("Key", tag.key);
    out.Text("Value", tag.value);
    out.CloseMember();
  }
  out.CloseList("Tags");
}

}  // namespace kagimori::iam
