#include "gateway/sts_pipeline.h"

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "gateway/authenticate.h"
#include "gateway/query_protocol.h"
#include "gateway/request_scope.h"
#include "gateway/sts_operations.h"
#include "secret/wiping_buffer.h"
#include "sts/call.h"

namespace kagimori::gateway {
namespace {

bool IsKnown(std::string_view action) { return FindStsOperation(action) != nullptr; }

QueryError FromSts(sts::StsError error) {
  return {error.status, error.code, std::move(error.message),
          error.status >= 500 ? wire::QueryFault::kReceiver : wire::QueryFault::kSender};
}

// Of a request that somebody vouches for.
Task<void> RecordAndAnswer(RequestScope& scope, sts::StsResult<sts::StsAnswer> result) {
  std::optional<QueryError> error;
  if (!result) error = FromSts(std::move(result).error());
  if (result) scope.response_elements = std::move(result->response_elements);
  std::string line = error ? scope.AuditLine(error->code, error->message) : scope.AuditLine({}, {});
  bool recorded = co_await scope.Record(line);
  if (!recorded) {
    error = InternalFailure();
    if (result) secret::WipeString(&result->body);
  }
  if (error) co_return AnswerQueryError(scope, sts::kNamespace, *error);
  scope.Answer(200, kXmlType, std::move(result->body), {});
}

Task<void> ServeWebIdentity(RequestScope& scope, const wire::QueryParameters& parameters) {
  // As the disk fills use goes on for as long as it can be recorded.
  if (std::optional<QueryError> full = NoRoom(scope, /*read_only=*/true)) {
    co_return AnswerUnverifiedQuery(scope, sts::kNamespace, *full);
  }
  sts::StsResult<sts::StsAnswer> result = co_await RunWebIdentity(scope, parameters);
  if (!scope.web_identity) {
    co_return AnswerUnverifiedQuery(scope, sts::kNamespace, FromSts(std::move(result).error()));
  }
  co_await RecordAndAnswer(scope, std::move(result));
}

Task<void> Serve(RequestScope& scope) {
  std::expected<wire::QueryParameters, QueryError> parameters = ReadParameters(scope);
  if (!parameters) co_return AnswerUnverifiedQuery(scope, sts::kNamespace, parameters.error());
  std::expected<std::string_view, QueryError> action = ReadAction(*parameters, sts::kVersion, &IsKnown);
  if (!action) co_return AnswerUnverifiedQuery(scope, sts::kNamespace, action.error());
  const StsOperationRow& row = *FindStsOperation(*action);
  scope.operation = row.name;
  if (row.operation == StsOperation::kAssumeRoleWithWebIdentity) {
    co_await ServeWebIdentity(scope, *parameters);
    co_return;
  }
  std::expected<void, Unauthenticated> authenticated = co_await Authenticate(scope, sigv4::Protocol::kQuery);
  if (!authenticated) {
    co_return AnswerUnverifiedQuery(scope, sts::kNamespace, ToQueryError(authenticated.error()));
  }
  if (std::optional<QueryError> full = NoRoom(scope, /*read_only=*/true)) {
    co_return AnswerQueryError(scope, sts::kNamespace, *full);
  }
  sts::StsResult<sts::StsAnswer> result = co_await RunStsOperation(scope, row.operation, *parameters);
  co_await RecordAndAnswer(scope, std::move(result));
}

}  // namespace

Task<void> ServeSts(CoreState& core, std::unique_ptr<net::Exchange> exchange) {
  // Exceptions are for bugs and exhausted memory. The one that gets here leaves the request unanswered, which closes
  // its connection.
  try {
    RequestScope scope(&core, std::move(exchange), "sts");
    co_await Serve(scope);
  } catch (const std::exception& bug) {
    log::Error("a request ended in an exception", {{"what", bug.what()}});
  }
}

}  // namespace kagimori::gateway
