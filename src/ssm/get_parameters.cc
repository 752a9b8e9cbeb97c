#include <algorithm>
#include <utility>

#include "ssm/answers.h"
#include "ssm/names.h"
#include "ssm/operations.h"

// GetParameter, GetParameters
namespace kagimori::ssm {
namespace {

using parameters::ParameterPtr;

// What a reference leads to: the parameter (null: there is none) and its version.
struct Found {
  ParameterPtr parameter;
  std::optional<parameters::Version> version;  // nothing: the selector leads nowhere
};

Task<OrError<Found>> FindVersion(Session& session, ParameterPtr parameter, const Reference& reference) {
  Found found{.parameter = parameter, .version = std::nullopt};
  if (parameter == nullptr) co_return found;
  uint64_t number = parameter->current.number;
  if (!reference.label.empty()) {
    Result<parameters::Labels> labels = co_await session.table.LoadLabels(parameter);
    if (!labels) co_return Refuse(session.Internal(std::move(labels).error()));
    const auto at = labels->find(reference.label);
    if (at == labels->end()) co_return found;
    number = at->second;
  } else if (reference.version) {
    number = *reference.version;
  }
  if (number < parameter->oldest || number > parameter->current.number) co_return found;
  Result<parameters::Version> version = co_await session.table.LoadVersion(parameter, number);
  if (!version) co_return Refuse(session.Internal(std::move(version).error()));
  found.version = *std::move(version);
  co_return found;
}

// Looks a reference up and asks for `action` on it.
Task<OrError<Found>> FindReadable(Session& session, Reference reference, std::string_view action) {
  ParameterPtr parameter;
  const bool foreign = reference.account.value_or(session.account()) != session.account();
  const bool elsewhere = reference.region.value_or(session.region) != session.region;
  if (!foreign && !elsewhere) {
    OrError<ParameterPtr> one = co_await Find(session, reference.name);
    if (!one) co_return std::unexpected(std::move(one).error());
    parameter = *std::move(one);
    if (parameter == nullptr && reference.either_form) {
      std::string other = reference.name.starts_with('/') ? reference.name.substr(1) : "/" + reference.name;
      OrError<ParameterPtr> second = co_await Find(session, std::move(other));
      if (!second) co_return std::unexpected(std::move(second).error());
      parameter = *std::move(second);
    }
  }
  const parameters::ParameterName name{.account = reference.account.value_or(session.account()),
                                       .region = reference.region.value_or(session.region),
                                       .name = reference.name};
  std::string arn = name.Arn();
  session.trail.resources.push_back(arn);
  if (foreign) co_return Refuse(session.permissions.DenyForeign(action, arn));
  Access access{.action = action, .resource = std::move(arn)};
  std::optional<ApiError> denied = co_await Deny(session, std::move(access), parameter);
  if (denied) co_return Refuse(*std::move(denied));
  OrError<Found> found = co_await FindVersion(session, std::move(parameter), reference);
  co_return found;
}

}  // namespace

Task<Outcome<GetParameter::Api>> GetParameter::Run(Session& session, const Api::Request& request) {
  OrError<Reference> reference = ParseReference(request.name);
  if (!reference) co_return std::unexpected(std::move(reference).error());
  OrError<Found> found = co_await FindReadable(session, *reference, "ssm:GetParameter");
  if (!found) co_return std::unexpected(std::move(found).error());
  if (found->parameter == nullptr) co_return Refuse(Errors::ParameterNotFound());
  if (!found->version) {
    co_return Refuse(Errors::ParameterVersionNotFound("Systems Manager could not find version " +
                                                      reference->selector.substr(1) + " of " + reference->name +
                                                      ". Verify the version and try again."));
  }
  OrError<shapes::ssm::Parameter> shown = co_await Show(session, found->parameter, *found->version, reference->selector,
                                                        request.with_decryption.value_or(false));
  if (!shown) co_return std::unexpected(std::move(shown).error());
  Reply<Api> reply;
  reply.response.parameter = *std::move(shown);
  co_return reply;
}

Task<Outcome<GetParameters::Api>> GetParameters::Run(Session& session, const Api::Request& request) {
  std::vector<Reference> references;
  for (const std::string& name : request.names) {
    OrError<Reference> reference = ParseReference(name);
    if (!reference) co_return std::unexpected(std::move(reference).error());
    references.push_back(*std::move(reference));
  }
  // All are allowed, or nothing is told.
  std::vector<Found> found;
  for (const Reference& reference : references) {
    Reference one = reference;
    OrError<Found> readable = co_await FindReadable(session, std::move(one), "ssm:GetParameters");
    if (!readable) co_return std::unexpected(std::move(readable).error());
    found.push_back(*std::move(readable));
  }
  Reply<Api> reply;
  reply.response.parameters.emplace();
  reply.response.invalid_parameters.emplace();
  for (size_t i = 0; i < found.size(); ++i) {
    if (std::ranges::find(request.names.begin(), request.names.begin() + static_cast<ptrdiff_t>(i), request.names[i]) !=
        request.names.begin() + static_cast<ptrdiff_t>(i)) {
      continue;  // once is enough
    }
    if (!found[i].version) {
      reply.response.invalid_parameters->push_back(request.names[i]);
      continue;
    }
    OrError<shapes::ssm::Parameter> shown =
        co_await Show(session, found[i].parameter, *found[i].version, references[i].selector,
                      request.with_decryption.value_or(false));
    if (!shown) co_return std::unexpected(std::move(shown).error());
    reply.response.parameters->push_back(*std::move(shown));
  }
  std::ranges::sort(*reply.response.parameters, {}, [](const shapes::ssm::Parameter& one) { return *one.name; });
  co_return reply;
}

}  // namespace kagimori::ssm
