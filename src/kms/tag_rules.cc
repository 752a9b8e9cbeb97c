#include "kms/tag_rules.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace kagimori::kms {

namespace {

// AWS's tag characters: letters and digits of any script, space and _ . / = + - @ : (what is beyond ASCII is taken as
// it comes).
bool AllowedCharacters(std::string_view text) {
  constexpr std::string_view kSigns = " _./=+-@:";
  return std::ranges::all_of(text, [&](char c) {
    auto u = static_cast<unsigned char>(c);
    return u >= 0x80 || std::isalnum(u) != 0 || kSigns.find(c) != std::string_view::npos;
  });
}

bool Reserved(std::string_view key) {
  constexpr std::string_view kPrefix = "aws:";
  return key.size() >= kPrefix.size() && std::ranges::equal(key.substr(0, kPrefix.size()), kPrefix, [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

}  // namespace

std::optional<shapes::ApiError> CheckTags(const std::vector<shapes::Tag>& tags) {
  std::set<std::string_view> seen;
  for (const shapes::Tag& tag : tags) {
    if (Reserved(tag.tag_key)) return shapes::Errors::Tag("Tags beginning with aws: are reserved");
    if (!AllowedCharacters(tag.tag_key) || !AllowedCharacters(tag.tag_value)) return shapes::Errors::Tag("Invalid tag");
    if (!seen.insert(tag.tag_key).second) return shapes::Errors::Tag("Duplicate tag keys");
  }
  if (tags.size() > kMaxTags) return shapes::Errors::Tag("Too many tags");
  return std::nullopt;
}

void MergeTags(const std::vector<shapes::Tag>& tags, std::vector<keys::Tag>* all) {
  for (const shapes::Tag& tag : tags) {
    auto at = std::ranges::lower_bound(*all, tag.tag_key, {}, &keys::Tag::key);
    if (at != all->end() && at->key == tag.tag_key) {
      at->value = tag.tag_value;
    } else {
      all->insert(at, {tag.tag_key, tag.tag_value});
    }
  }
}

}  // namespace kagimori::kms
