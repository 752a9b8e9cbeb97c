#include <algorithm>
#include <utility>

#include "ssm/names.h"
#include "ssm/operations.h"
#include "ssm/tags.h"

// AddTagsToResource, RemoveTagsFromResource, ListTagsForResource
namespace kagimori::ssm {
namespace {

using parameters::ParameterPtr;
using shapes::ssm::ResourceTypeForTagging;

struct Tagged {
  ParameterPtr parameter;
  std::vector<parameters::Tag> tags;
};

// The parameter that a request of tags names, once `access` to it is allowed.
template <class Request>
Task<OrError<Tagged>> FindTagged(Session& session, const Request& request, Access access) {
  if (request.resource_type != ResourceTypeForTagging::kParameter) co_return Refuse(Errors::InvalidResourceType());
  OrError<std::string> name = NameAlone(request.resource_id);
  if (!name) co_return Refuse(Errors::InvalidResourceId());
  OrError<ParameterPtr> found = co_await Find(session, *name);
  if (!found) co_return std::unexpected(std::move(found).error());
  access.resource = session.Name(*name).Arn();
  session.trail.resources.push_back(access.resource);
  Tagged tagged{.parameter = *std::move(found), .tags = {}};
  if (tagged.parameter != nullptr) {
    Result<std::vector<parameters::Tag>> tags = co_await session.table.LoadTags(tagged.parameter);
    if (!tags) co_return Refuse(session.Internal(std::move(tags).error()));
    tagged.tags = *std::move(tags);
  }
  access.resource_tags = tagged.tags;
  if (std::optional<ApiError> denied = session.permissions.Deny(access)) co_return Refuse(*std::move(denied));
  if (tagged.parameter == nullptr) co_return Refuse(Errors::InvalidResourceId());
  co_return tagged;
}

parameters::Change ChangeOf(Tagged tagged) {
  parameters::Change change;
  change.parameters.push_back(
      {.before = tagged.parameter, .after = *tagged.parameter, .labels = std::nullopt, .tags = std::move(tagged.tags)});
  return change;
}

}  // namespace

Task<Outcome<AddTagsToResource::Api>> AddTagsToResource::Run(Session& session, const Api::Request& request) {
  Access access{.action = "ssm:AddTagsToResource", .resource = {}};
  access.request_tags = FromShapes(request.tags);
  OrError<Tagged> tagged = co_await FindTagged(session, request, std::move(access));
  if (!tagged) co_return std::unexpected(std::move(tagged).error());
  if (OrError<void> merged = MergeTags(FromShapes(request.tags), &tagged->tags); !merged)
    co_return std::unexpected(std::move(merged).error());
  co_return Reply<Api>{.response = {}, .change = ChangeOf(*std::move(tagged))};
}

Task<Outcome<RemoveTagsFromResource::Api>> RemoveTagsFromResource::Run(Session& session, const Api::Request& request) {
  Access access{.action = "ssm:RemoveTagsFromResource", .resource = {}};
  access.tag_keys = request.tag_keys;
  OrError<Tagged> tagged = co_await FindTagged(session, request, std::move(access));
  if (!tagged) co_return std::unexpected(std::move(tagged).error());
  std::erase_if(tagged->tags, [&](const parameters::Tag& tag) {
    return std::ranges::find(request.tag_keys, tag.key) != request.tag_keys.end();
  });
  co_return Reply<Api>{.response = {}, .change = ChangeOf(*std::move(tagged))};
}

Task<Outcome<ListTagsForResource::Api>> ListTagsForResource::Run(Session& session, const Api::Request& request) {
  Access access{.action = "ssm:ListTagsForResource", .resource = {}};
  OrError<Tagged> tagged = co_await FindTagged(session, request, std::move(access));
  if (!tagged) co_return std::unexpected(std::move(tagged).error());
  Reply<Api> reply;
  reply.response.tag_list.emplace();
  for (parameters::Tag& tag : tagged->tags) {
    shapes::ssm::Tag& shown = reply.response.tag_list->emplace_back();
    shown.key = std::move(tag.key);
    shown.value = std::move(tag.value);
  }
  co_return reply;
}

}  // namespace kagimori::ssm
