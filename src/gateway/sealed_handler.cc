#include "gateway/sealed_handler.h"

#include <string>

#include "base/ids.h"
#include "crypto/random.h"
#include "gateway/front.h"
#include "gateway/routing.h"
#include "iam/call.h"
#include "sts/get_caller_identity.h"
#include "wire/xml.h"

namespace kagimori::gateway {
namespace {

// "Common Errors" of the AWS API references: "The request has failed due to a temporary failure of the server", 503.
constexpr std::string_view kCode = "ServiceUnavailable";
constexpr std::string_view kMessage =
    "The service is sealed and answers no request until its operator has unsealed it.";

}  // namespace

// As when it is not sealed: a client must not find out about a limit by the seal.
size_t SealedHandler::BodyLimit(const net::RequestHead& head) { return ApiBodyLimit(head); }

void SealedHandler::Serve(net::Core&, std::unique_ptr<net::Exchange> exchange) {
  refused_.fetch_add(1, std::memory_order_relaxed);
  std::string request_id;
  AppendUuid(crypto::RandomUuid(), &request_id);
  const Route route = RouteOf(exchange->head());
  const bool json = route == Route::kKms;
  const std::string fields = "x-amzn-RequestId: " + request_id +
                             "\r\nContent-Type: " + (json ? "application/x-amz-json-1.1" : "text/xml") + "\r\n";
  std::string body;
  if (json) {
    body.append(R"({"__type":")").append(kCode).append(R"(","message":")").append(kMessage).append(R"("})");
  } else {
    body = wire::QueryErrorDocument(route == Route::kIam ? iam::kNamespace : sts::kNamespace,
                                    wire::QueryFault::kReceiver, kCode, kMessage, request_id);
  }
  exchange->Respond(503, fields, std::move(body));
}

}  // namespace kagimori::gateway
