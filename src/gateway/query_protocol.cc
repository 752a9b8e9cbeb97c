#include "gateway/query_protocol.h"

#include "sigv4/failure.h"

namespace kagimori::gateway {
namespace {

std::string Document(const RequestScope& scope, std::string_view xmlns, const QueryError& error) {
  return wire::QueryErrorDocument(xmlns, error.fault, error.code, error.message, scope.request_id());
}

}  // namespace

QueryError InternalFailure() {
  return {500, "InternalFailure", "An internal error has occurred", wire::QueryFault::kReceiver};
}

QueryError ToQueryError(const Unauthenticated& why) {
  if (!why.failure) return InternalFailure();
  const sigv4::WireError wire = sigv4::ToWire(why.failure->kind, sigv4::Protocol::kQuery);
  return {wire.status, wire.code, why.failure->message};
}

std::optional<QueryError> NoRoom(const RequestScope& scope, bool read_only) {
  const DiskGuard& disk = *scope.services().disk;
  if (!disk.Refuses(read_only)) return std::nullopt;
  return QueryError{503, "ServiceUnavailable", std::string(disk.reason()), wire::QueryFault::kReceiver};
}

std::expected<wire::QueryParameters, QueryError> ReadParameters(const RequestScope& scope) {
  Result<wire::QueryParameters> parameters =
      scope.head().method == "POST" && !scope.body().empty()
          ? wire::QueryParameters::ParseForm(scope.body())
          : wire::QueryParameters::ParseUrlQuery(wire::SplitTarget(scope.head().target).query);
  if (!parameters) {
    return std::unexpected(QueryError{400, "MalformedQueryString", "The query string is malformed."});
  }
  return *std::move(parameters);
}

std::expected<std::string_view, QueryError> ReadAction(const wire::QueryParameters& parameters,
                                                       std::string_view version, bool (*known)(std::string_view)) {
  const std::string_view action = parameters.Get("Action").value_or("");
  const std::string_view asked = parameters.Get("Version").value_or("");
  if (action.empty()) {
    return std::unexpected(QueryError{400, "MissingAction", "The request is missing an Action parameter."});
  }
  if (known(action) && asked == version) return action;
  std::string text = "Could not find operation " + std::string(action) + " for version ";
  text += asked.empty() ? "NO_VERSION_SPECIFIED" : asked;
  return std::unexpected(QueryError{400, "InvalidAction", std::move(text)});
}

void AnswerQueryError(RequestScope& scope, std::string_view xmlns, const QueryError& error) {
  scope.Answer(error.status, kXmlType, Document(scope, xmlns, error), error.code);
}

void AnswerUnverifiedQuery(RequestScope& scope, std::string_view xmlns, const QueryError& error) {
  scope.AnswerUnverified(error.status, kXmlType, Document(scope, xmlns, error), error.code);
}

}  // namespace kagimori::gateway
