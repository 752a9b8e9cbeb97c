#include <algorithm>
#include <utility>

#include "ssm/labels.h"
#include "ssm/names.h"
#include "ssm/operations.h"

// LabelParameterVersion, UnlabelParameterVersion
namespace kagimori::ssm {
namespace {

using parameters::ParameterPtr;

struct Labelled {
  ParameterPtr parameter;
  parameters::Labels labels;
  uint64_t version = 0;
};

// The version that a request of labels names (the newest without one), once `action` on it is allowed.
Task<OrError<Labelled>> FindLabelled(Session& session, const std::string& text, std::optional<int64_t> version,
                                     std::string_view action) {
  OrError<std::string> name = NameAlone(text);
  if (!name) co_return std::unexpected(std::move(name).error());
  OrError<ParameterPtr> found = co_await Find(session, *name);
  if (!found) co_return std::unexpected(std::move(found).error());
  Labelled labelled{.parameter = *std::move(found), .labels = {}};
  Access access{.action = action, .resource = session.Name(*name).Arn()};
  session.trail.resources.push_back(access.resource);
  std::optional<ApiError> denied = co_await Deny(session, std::move(access), labelled.parameter);
  if (denied) co_return Refuse(*std::move(denied));
  if (labelled.parameter == nullptr) co_return Refuse(Errors::ParameterNotFound());
  const parameters::Parameter& parameter = *labelled.parameter;
  const int64_t number = version.value_or(static_cast<int64_t>(parameter.current.number));
  if (number < static_cast<int64_t>(parameter.oldest) || number > static_cast<int64_t>(parameter.current.number)) {
    co_return Refuse(Errors::ParameterVersionNotFound("Systems Manager could not find version " +
                                                      std::to_string(number) + " of " + *name +
                                                      ". Verify the version and try again."));
  }
  labelled.version = static_cast<uint64_t>(number);
  Result<parameters::Labels> labels = co_await session.table.LoadLabels(labelled.parameter);
  if (!labels) co_return Refuse(session.Internal(std::move(labels).error()));
  labelled.labels = *std::move(labels);
  co_return labelled;
}

parameters::Change ChangeOf(Labelled labelled) {
  parameters::Change change;
  change.parameters.push_back({.before = labelled.parameter,
                               .after = *labelled.parameter,
                               .labels = std::move(labelled.labels),
                               .tags = std::nullopt});
  return change;
}

}  // namespace

Task<Outcome<LabelParameterVersion::Api>> LabelParameterVersion::Run(Session& session, const Api::Request& request) {
  OrError<Labelled> labelled =
      co_await FindLabelled(session, request.name, request.parameter_version, "ssm:LabelParameterVersion");
  if (!labelled) co_return std::unexpected(std::move(labelled).error());
  Reply<Api> reply;
  reply.response.invalid_labels.emplace();
  for (const std::string& label : request.labels) {
    if (IsLabel(label)) {
      labelled->labels[label] = labelled->version;
    } else {
      reply.response.invalid_labels->push_back(label);
    }
  }
  if (LabelsOf(labelled->labels, labelled->version).size() > kMaxLabels) {
    co_return Refuse(Errors::ParameterVersionLabelLimitExceeded(
        "A parameter version can have maximum 10 labels. Move one or more labels to another version and try again."));
  }
  reply.response.parameter_version = static_cast<int64_t>(labelled->version);
  reply.change = ChangeOf(*std::move(labelled));
  co_return reply;
}

Task<Outcome<UnlabelParameterVersion::Api>> UnlabelParameterVersion::Run(Session& session,
                                                                         const Api::Request& request) {
  OrError<Labelled> labelled =
      co_await FindLabelled(session, request.name, request.parameter_version, "ssm:UnlabelParameterVersion");
  if (!labelled) co_return std::unexpected(std::move(labelled).error());
  Reply<Api> reply;
  reply.response.removed_labels.emplace();
  reply.response.invalid_labels.emplace();
  for (const std::string& label : request.labels) {
    const auto at = labelled->labels.find(label);
    if (at != labelled->labels.end() && at->second == labelled->version) {
      labelled->labels.erase(at);
      reply.response.removed_labels->push_back(label);
    } else {
      reply.response.invalid_labels->push_back(label);
    }
  }
  reply.change = ChangeOf(*std::move(labelled));
  co_return reply;
}

}  // namespace kagimori::ssm
