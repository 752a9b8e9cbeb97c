#include "kms/list_keys.h"

#include "kms/paging.h"

namespace kagimori::kms {

Task<Resolved<ListKeys::Api, ListKeys::Inputs>> ListKeys::Resolve(Session& session, const Request& request) {
  using OpError = shapes::OpError<Api>;
  auto scope = AuthorizeAccount<Api, keys::action::ListKeys>(session);
  if (!scope) co_return std::unexpected(std::move(scope).error());
  std::string from;
  if (request.marker) {
    Result<std::string> opened =
        session.call.markers.Open(MarkerBinding(Api::kOperation, session.call.region, ""), *request.marker);
    if (!opened) co_return std::unexpected(OpError(shapes::Errors::InvalidMarker(std::string(kBadMarker))));
    from = *std::move(opened);
  }
  Result<keys::KeyTable::KeyPage> page =
      co_await session.resolver.table()->ListKeys(session.call.account(), session.call.region, std::move(from),
                                                  PageLimit(request.limit, 100, 1000), session.call.now);
  if (!page) co_return std::unexpected(OpError::From(Internal(std::move(page).error(), session.trail)));
  co_return Inputs{std::move(*scope), *std::move(page)};
}

Outcome<ListKeys::Api> ListKeys::Run(const Call& call, Inputs inputs, const Request&, Trail&) {
  shapes::ListKeysResponse response;
  response.keys.emplace();
  for (const keys::KeyName& name : inputs.page.keys) {
    response.keys->push_back({.key_id = name.id.ToString(), .key_arn = name.Arn()});
  }
  response.truncated = !inputs.page.next.empty();
  if (*response.truncated)
    response.next_marker = call.markers.Seal(MarkerBinding(Api::kOperation, call.region, ""), inputs.page.next);
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
