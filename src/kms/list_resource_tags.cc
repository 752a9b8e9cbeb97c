#include "kms/list_resource_tags.h"

#include <algorithm>

#include "kms/paging.h"

namespace kagimori::kms {

Outcome<ListResourceTags::Api> ListResourceTags::Run(const Call& call, Inputs key, const Request& request, Trail&) {
  const keys::Key& resource = key.resource();
  std::string binding = MarkerBinding(Api::kOperation, call.region, resource.arn);
  auto from = resource.tags.begin();
  if (request.marker) {
    Result<std::string> after = call.markers.Open(binding, *request.marker);
    if (!after) return Refuse<Api>(shapes::Errors::InvalidMarker(std::string(kBadMarker)));
    from = std::ranges::upper_bound(resource.tags, *after, {}, &keys::Tag::key);
  }
  size_t left = static_cast<size_t>(resource.tags.end() - from);
  auto to = from + static_cast<ptrdiff_t>(std::min(left, PageLimit(request.limit, 50, 50)));

  shapes::ListResourceTagsResponse response;
  response.tags.emplace();
  for (auto tag = from; tag != to; ++tag) {
    shapes::Tag& added = response.tags->emplace_back();
    added.tag_key = tag->key;
    added.tag_value = tag->value;
  }
  response.truncated = to != resource.tags.end();
  if (*response.truncated) response.next_marker = call.markers.Seal(binding, (to - 1)->key);
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
