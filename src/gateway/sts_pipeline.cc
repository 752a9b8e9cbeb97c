#include "gateway/sts_pipeline.h"

#include <exception>
#include <string>
#include <utility>

#include "base/log.h"
#include "gateway/authenticate.h"
#include "gateway/request_scope.h"
#include "sts/get_caller_identity.h"
#include "wire/query.h"
#include "wire/xml.h"

namespace kagimori::gateway {
namespace {

constexpr std::string_view kXmlType = "text/xml";
constexpr std::string_view kActionName = "GetCallerIdentity";

struct QueryError {
  int status;
  std::string_view code;  // a literal
  std::string message;
  wire::QueryFault fault = wire::QueryFault::kSender;
};

std::string Document(const RequestScope& scope, const QueryError& error) {
  return wire::QueryErrorDocument(sts::kNamespace, error.fault, error.code, error.message, scope.request_id());
}

void AnswerUnverified(RequestScope& scope, const QueryError& error) {
  scope.AnswerUnverified(error.status, kXmlType, Document(scope, error), error.code);
}

QueryError InternalFailure() {
  return {500, "InternalFailure", "An internal error has occurred", wire::QueryFault::kReceiver};
}

// Action and Version of the request: in the body of a POST, in the URL of a GET.
Result<wire::QueryParameters> Parameters(const RequestScope& scope) {
  if (scope.head().method == "POST" && !scope.body().empty()) return wire::QueryParameters::ParseForm(scope.body());
  return wire::QueryParameters::ParseUrlQuery(wire::SplitTarget(scope.head().target).query);
}

// Nothing: it is GetCallerIdentity.
std::optional<QueryError> CheckAction(const Result<wire::QueryParameters>& parameters) {
  if (!parameters) return QueryError{400, "MalformedQueryString", "The query string is malformed."};
  std::string action(parameters->Get("Action").value_or(""));
  std::string version(parameters->Get("Version").value_or(""));
  if (action.empty()) return QueryError{400, "MissingAction", "The request is missing an Action parameter."};
  if (action != kActionName || version != sts::kVersion) {
    return QueryError{
        400, "InvalidAction",
        "Could not find operation " + action + " for version " + (version.empty() ? "NO_VERSION_SPECIFIED" : version)};
  }
  return std::nullopt;
}

Task<void> Serve(RequestScope& scope) {
  Result<wire::QueryParameters> parameters = Parameters(scope);
  if (std::optional<QueryError> error = CheckAction(parameters)) co_return AnswerUnverified(scope, *error);
  scope.operation = kActionName;

  std::expected<void, Unauthenticated> authenticated = co_await Authenticate(scope, sigv4::Protocol::kQuery);
  if (!authenticated) {
    const std::optional<sigv4::AuthFailure>& failure = authenticated.error().failure;
    if (!failure) co_return AnswerUnverified(scope, InternalFailure());
    sigv4::WireError wire = sigv4::ToWire(failure->kind, sigv4::Protocol::kQuery);
    co_return AnswerUnverified(scope, {wire.status, wire.code, failure->message});
  }
  const DiskGuard& disk = *scope.services().disk;
  if (disk.Refuses(/*read_only=*/true)) {
    QueryError error{503, "ServiceUnavailable", std::string(disk.reason()), wire::QueryFault::kReceiver};
    co_return scope.Answer(error.status, kXmlType, Document(scope, error), error.code);
  }
  std::string body = sts::GetCallerIdentity(scope.caller(), scope.request_id());
  std::string line = scope.AuditLine({}, {});
  bool recorded = co_await scope.Record(line);
  if (!recorded) {
    QueryError error = InternalFailure();
    co_return scope.Answer(error.status, kXmlType, Document(scope, error), error.code);
  }
  scope.Answer(200, kXmlType, std::move(body), {});
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
