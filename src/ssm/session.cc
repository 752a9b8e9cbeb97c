#include "ssm/session.h"

namespace kagimori::ssm {

Task<OrError<parameters::ParameterPtr>> Find(Session& session, std::string name) {
  parameters::ParameterName full = session.Name(std::move(name));
  Result<parameters::ParameterPtr> found = co_await session.table.Load(std::move(full));
  if (!found) co_return Refuse(session.Internal(std::move(found).error()));
  if (*found != nullptr && (*found)->GoneAt(session.now)) co_return parameters::ParameterPtr();
  co_return *std::move(found);
}

Task<std::optional<ApiError>> Deny(Session& session, Access access, parameters::ParameterPtr parameter) {
  if (parameter != nullptr) {
    Result<std::vector<parameters::Tag>> tags = co_await session.table.LoadTags(parameter);
    if (!tags) co_return session.Internal(std::move(tags).error());
    access.resource_tags = *std::move(tags);
  }
  co_return session.permissions.Deny(access);
}

}  // namespace kagimori::ssm
