#include "kms/untag_resource.h"

#include <algorithm>

namespace kagimori::kms {

Outcome<UntagResource::Api> UntagResource::Run(const Call&, Inputs key, const Request& request, Trail& trail) {
  trail.key_arn = key.resource().arn;
  keys::Key after = key.resource();
  size_t removed = std::erase_if(after.tags, [&](const keys::Tag& tag) {
    return std::ranges::find(request.tag_keys, tag.key) != request.tag_keys.end();
  });
  if (removed == 0) return Reply<Api>{};
  return Reply<Api>{.response = {}, .change = ChangeOf(key.snapshot(), std::move(after), {keys::Part::kTags})};
}

}  // namespace kagimori::kms
