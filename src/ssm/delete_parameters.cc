#include <algorithm>
#include <utility>

#include "ssm/names.h"
#include "ssm/operations.h"

// DeleteParameter, DeleteParameters
namespace kagimori::ssm {
namespace {

using parameters::ParameterPtr;

// The parameter of that name, or null, once `action` on it is allowed.
Task<OrError<ParameterPtr>> FindDeletable(Session& session, std::string name, std::string_view action) {
  OrError<ParameterPtr> found = co_await Find(session, name);
  if (!found) co_return std::unexpected(std::move(found).error());
  ParameterPtr parameter = *std::move(found);
  Access access{.action = action, .resource = session.Name(std::move(name)).Arn()};
  session.trail.resources.push_back(access.resource);
  std::optional<ApiError> denied = co_await Deny(session, std::move(access), parameter);
  if (denied) co_return Refuse(*std::move(denied));
  co_return parameter;
}

// REQUIRES: there are some, each once.
Task<OrError<parameters::Change>> RemovalOf(Session& session, std::vector<ParameterPtr> gone) {
  Result<parameters::Counts> counts = co_await session.table.LoadCounts(session.account(), session.region);
  if (!counts) co_return Refuse(session.Internal(std::move(counts).error()));
  parameters::Change change;
  for (ParameterPtr& parameter : gone) {
    uint64_t& count = counts->of(parameter->current.tier);
    if (count == 0)
      co_return Refuse(session.Internal({ErrorKind::kCorrupt, "a parameter that is there is not counted", {}}));
    --count;
    change.parameters.push_back(
        {.before = std::move(parameter), .after = std::nullopt, .labels = std::nullopt, .tags = std::nullopt});
  }
  change.counts = *counts;
  co_return change;
}

}  // namespace

Task<Outcome<DeleteParameter::Api>> DeleteParameter::Run(Session& session, const Api::Request& request) {
  OrError<std::string> name = NameAlone(request.name);
  if (!name) co_return std::unexpected(std::move(name).error());
  OrError<ParameterPtr> found = co_await FindDeletable(session, *std::move(name), "ssm:DeleteParameter");
  if (!found) co_return std::unexpected(std::move(found).error());
  if (*found == nullptr) co_return Refuse(Errors::ParameterNotFound());
  std::vector<ParameterPtr> gone;
  gone.push_back(*std::move(found));
  OrError<parameters::Change> change = co_await RemovalOf(session, std::move(gone));
  if (!change) co_return std::unexpected(std::move(change).error());
  co_return Reply<Api>{.response = {}, .change = *std::move(change)};
}

Task<Outcome<DeleteParameters::Api>> DeleteParameters::Run(Session& session, const Api::Request& request) {
  Reply<Api> reply;
  reply.response.deleted_parameters.emplace();
  reply.response.invalid_parameters.emplace();
  std::vector<ParameterPtr> gone;
  for (const std::string& text : request.names) {
    OrError<std::string> name = NameAlone(text);
    if (!name) {
      reply.response.invalid_parameters->push_back(text);
      continue;
    }
    OrError<ParameterPtr> found = co_await FindDeletable(session, *std::move(name), "ssm:DeleteParameters");
    if (!found) co_return std::unexpected(std::move(found).error());
    const auto same = [&](const ParameterPtr& other) { return other->name == (*found)->name; };
    if (*found == nullptr) {
      reply.response.invalid_parameters->push_back(text);
    } else if (!std::ranges::any_of(gone, same)) {
      reply.response.deleted_parameters->push_back(text);
      gone.push_back(*std::move(found));
    }
  }
  if (gone.empty()) co_return reply;
  OrError<parameters::Change> change = co_await RemovalOf(session, std::move(gone));
  if (!change) co_return std::unexpected(std::move(change).error());
  reply.change = *std::move(change);
  co_return reply;
}

}  // namespace kagimori::ssm
