#include "kms/tag_resource.h"

#include "kms/tag_rules.h"

namespace kagimori::kms {

Outcome<TagResource::Api> TagResource::Run(const Call&, Inputs key, const Request& request, Trail& trail) {
  trail.key_arn = key.resource().arn;
  if (auto refused = CheckTags(request.tags)) return Refuse<Api>(shapes::OpError<Api>::From(*std::move(refused)));
  keys::Key after = key.resource();
  MergeTags(request.tags, &after.tags);
  // Guess: the same exception as for too many at once.
  if (after.tags.size() > kMaxTags) return Refuse<Api>(shapes::Errors::Tag("Too many tags"));
  return Reply<Api>{.response = {}, .change = ChangeOf(key.snapshot(), std::move(after), {keys::Part::kTags})};
}

}  // namespace kagimori::kms
