#include <algorithm>
#include <utility>

#include "ssm/answers.h"
#include "ssm/filters.h"
#include "ssm/labels.h"
#include "ssm/listing.h"
#include "ssm/names.h"
#include "ssm/operations.h"

// DescribeParameters, GetParametersByPath, GetParameterHistory
namespace kagimori::ssm {
namespace {

constexpr size_t kMostDescribed = 50;
constexpr size_t kMostByPath = 10;
constexpr size_t kMostVersions = 50;

size_t LimitOf(const std::optional<int32_t>& max_results, size_t most) {
  return max_results ? static_cast<size_t>(*max_results) : most;
}

// "arn:aws:ssm:eu-west-1:111122223333:*"
std::string AccountArn(const Session& session) {
  return "arn:" + std::string(session.region.partition()) + ":ssm:" + std::string(session.region.name()) + ":" +
         session.account().ToString() + ":*";
}

// Those that one name, given with or without a slash before it, can mean.
Task<OrError<ListedPage>> ListNamed(Session& session, const std::string& name, const Filters& filters) {
  ListedPage page;
  const std::string bare = name.substr(name.starts_with('/') ? 1 : 0);
  for (const std::string& form : {bare, "/" + bare}) {
    OrError<parameters::ParameterPtr> found = co_await Find(session, form);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (*found == nullptr) continue;
    std::vector<parameters::Tag> tags;
    if (filters.wants_tags()) {
      Result<std::vector<parameters::Tag>> loaded = co_await session.table.LoadTags(*found);
      if (!loaded) co_return Refuse(session.Internal(std::move(loaded).error()));
      tags = *std::move(loaded);
    }
    if (filters.Matches(**found, tags, {})) page.parameters.push_back({.parameter = *std::move(found), .labels = {}});
  }
  co_return page;
}

// Whether a path of the hierarchy lies below another.
bool IsBelow(const std::string& name, const Filters::Root& root) {
  const std::string full = name.starts_with('/') ? name : "/" + name;
  const std::string start = root.level == "/" ? "/" : root.level + "/";
  if (!full.starts_with(start)) return false;
  return root.depth == parameters::Depth::kAll || full.find('/', start.size()) == std::string::npos;
}

}  // namespace

Task<Outcome<DescribeParameters::Api>> DescribeParameters::Run(Session& session, const Api::Request& request) {
  const Access access{.action = "ssm:DescribeParameters", .resource = AccountArn(session)};
  if (std::optional<ApiError> denied = session.permissions.Deny(access)) co_return Refuse(*std::move(denied));
  OrError<Filters> filters = Filters::OfDescribe(request.filters, request.parameter_filters);
  if (!filters) co_return std::unexpected(std::move(filters).error());
  const Tokens tokens(session, "DescribeParameters/" + filters->ToText());
  OrError<std::string> position = tokens.Open(request.next_token);
  if (!position) co_return std::unexpected(std::move(position).error());
  Reply<Api> reply;
  reply.response.parameters.emplace();
  // Nothing is shared with an account by others.
  if (request.shared.value_or(false)) co_return reply;
  const Filters::Root root = filters->root().value_or(Filters::Root{.level = "/", .depth = parameters::Depth::kAll});
  OrError<ListedPage> page = ListedPage();
  if (const std::string* name = filters->only_name()) {
    page = co_await ListNamed(session, *name, *filters);
  } else {
    page = co_await ListFiltered(session, root.level, root.depth, *filters, *std::move(position),
                                 LimitOf(request.max_results, kMostDescribed));
  }
  if (!page) co_return std::unexpected(std::move(page).error());
  for (const Listed& one : page->parameters) {
    if (filters->root() && !IsBelow(one.parameter->name.name, root)) continue;
    reply.response.parameters->push_back(MetadataOf(*one.parameter));
  }
  if (!page->next.empty()) reply.response.next_token = tokens.Seal(page->next);
  co_return reply;
}

Task<Outcome<GetParametersByPath::Api>> GetParametersByPath::Run(Session& session, const Api::Request& request) {
  OrError<std::string> level = LevelOf(request.path);
  if (!level) co_return std::unexpected(std::move(level).error());
  const bool recursive = request.recursive.value_or(false);
  // As the request has it: policies tell "/a" from "/a/".
  Access access{.action = "ssm:GetParametersByPath", .resource = session.Name(request.path).Arn()};
  access.recursive = recursive;
  session.trail.resources.push_back(access.resource);
  if (std::optional<ApiError> denied = session.permissions.Deny(access)) co_return Refuse(*std::move(denied));
  OrError<Filters> filters = Filters::OfPath(request.parameter_filters);
  if (!filters) co_return std::unexpected(std::move(filters).error());
  const Tokens tokens(session, "GetParametersByPath/" + *level + (recursive ? "/R" : "/O") + filters->ToText());
  OrError<std::string> position = tokens.Open(request.next_token);
  if (!position) co_return std::unexpected(std::move(position).error());
  const parameters::Depth depth = recursive ? parameters::Depth::kAll : parameters::Depth::kOneLevel;
  OrError<ListedPage> page = co_await ListFiltered(session, *level, depth, *filters, *std::move(position),
                                                   LimitOf(request.max_results, kMostByPath));
  if (!page) co_return std::unexpected(std::move(page).error());
  Reply<Api> reply;
  reply.response.parameters.emplace();
  for (const Listed& one : page->parameters) {
    const uint64_t number = filters->VersionOf(*one.parameter, one.labels);
    const parameters::Version* version = &one.parameter->current;
    Result<parameters::Version> older;
    if (number != version->number) {
      older = co_await session.table.LoadVersion(one.parameter, number);
      if (!older) co_return Refuse(session.Internal(std::move(older).error()));
      version = &*older;
    }
    OrError<shapes::ssm::Parameter> shown =
        co_await Show(session, one.parameter, *version, std::string(), request.with_decryption.value_or(false));
    if (!shown) co_return std::unexpected(std::move(shown).error());
    reply.response.parameters->push_back(*std::move(shown));
  }
  if (!page->next.empty()) reply.response.next_token = tokens.Seal(page->next);
  co_return reply;
}

Task<Outcome<GetParameterHistory::Api>> GetParameterHistory::Run(Session& session, const Api::Request& request) {
  OrError<std::string> name = NameAlone(request.name);
  if (!name) co_return std::unexpected(std::move(name).error());
  OrError<parameters::ParameterPtr> found = co_await Find(session, *name);
  if (!found) co_return std::unexpected(std::move(found).error());
  parameters::ParameterPtr parameter = *std::move(found);
  Access access{.action = "ssm:GetParameterHistory", .resource = session.Name(*name).Arn()};
  session.trail.resources.push_back(access.resource);
  std::optional<ApiError> denied = co_await Deny(session, std::move(access), parameter);
  if (denied) co_return Refuse(*std::move(denied));
  if (parameter == nullptr) co_return Refuse(Errors::ParameterNotFound());
  const Tokens tokens(session, "GetParameterHistory/" + HexEncode(parameter->id));
  OrError<std::string> position = tokens.Open(request.next_token);
  if (!position) co_return std::unexpected(std::move(position).error());
  uint64_t first = parameter->oldest;
  if (!position->empty())
    first = std::max(first, ReadBe(AsBytes(*position).first(std::min<size_t>(position->size(), 8))));
  const size_t limit = LimitOf(request.max_results, kMostVersions);
  Result<std::vector<parameters::Version>> versions = co_await session.table.LoadVersions(parameter, first, limit);
  if (!versions) co_return Refuse(session.Internal(std::move(versions).error()));
  Result<parameters::Labels> labels = co_await session.table.LoadLabels(parameter);
  if (!labels) co_return Refuse(session.Internal(std::move(labels).error()));
  Reply<Api> reply;
  reply.response.parameters.emplace();
  for (const parameters::Version& version : *versions) {
    OrError<shapes::SecretText> value =
        co_await ValueOf(session, parameter, version, request.with_decryption.value_or(false));
    if (!value) co_return std::unexpected(std::move(value).error());
    shapes::ssm::ParameterHistory& shown = reply.response.parameters->emplace_back();
    shown.name = parameter->name.name;
    shown.type = TypeOf(version);
    shown.key_id = Shown(version.key_id);
    shown.last_modified_date = version.modified;
    shown.last_modified_user = version.modified_by;
    shown.description = Shown(version.description);
    shown.value = *std::move(value);
    shown.allowed_pattern = Shown(version.allowed_pattern);
    shown.version = static_cast<int64_t>(version.number);
    shown.labels = LabelsOf(*labels, version.number);
    shown.tier = TierOf(version);
    shown.policies = PoliciesOf(version);
    shown.data_type = version.data_type;
  }
  if (!versions->empty() && versions->back().number < parameter->current.number) {
    Bytes next;
    AppendBe64(versions->back().number + 1, &next);
    reply.response.next_token = tokens.Seal(AsText(next));
  }
  co_return reply;
}

}  // namespace kagimori::ssm
