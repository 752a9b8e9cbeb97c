#ifndef KAGIMORI_GATEWAY_QUERY_PROTOCOL_H_
#define KAGIMORI_GATEWAY_QUERY_PROTOCOL_H_

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/authenticate.h"
#include "gateway/request_scope.h"
#include "wire/query.h"
#include "wire/xml.h"

namespace kagimori::gateway {

// What the services of AWS's Query protocol, STS and IAM, have in common: how a request is read and how its errors are
// answered.

inline constexpr std::string_view kXmlType = "text/xml";

struct QueryError {
  int status = 400;
  std::string_view code;  // a literal
  std::string message;
  wire::QueryFault fault = wire::QueryFault::kSender;
};

QueryError InternalFailure();
// Why a request counts as unsigned.
QueryError ToQueryError(const Unauthenticated& why);
// As the disk fills: nothing, or the refusal.
std::optional<QueryError> NoRoom(const RequestScope& scope, bool read_only);

// In the body of a POST, in the URL of a GET.
std::expected<wire::QueryParameters, QueryError> ReadParameters(const RequestScope& scope);
// Action, if Version is the service's and `known` knows the action.
std::expected<std::string_view, QueryError> ReadAction(const wire::QueryParameters& parameters,
                                                       std::string_view version, bool (*known)(std::string_view));

// The error's document, in the service's namespace.
void AnswerQueryError(RequestScope& scope, std::string_view xmlns, const QueryError& error);
// The same for a request that no signature vouches for.
void AnswerUnverifiedQuery(RequestScope& scope, std::string_view xmlns, const QueryError& error);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_QUERY_PROTOCOL_H_
