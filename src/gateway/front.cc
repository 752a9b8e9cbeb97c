#include "gateway/front.h"

#include <string>
#include <string_view>

#include "gateway/iam_pipeline.h"
#include "gateway/pipeline.h"
#include "gateway/request_scope.h"
#include "gateway/routing.h"
#include "gateway/ssm_pipeline.h"
#include "gateway/sts_pipeline.h"
#include "shapes/codec.h"
#include "shapes/ssm_operations.h"

namespace kagimori::gateway {
namespace {

constexpr size_t kDefaultBodyLimit = 64 * 1024;

constexpr std::string_view kUnknownService =
    "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be "
    "authorized</Message>\n</AccessDeniedException>\n";

void Refuse(CoreState& core, std::unique_ptr<net::Exchange> exchange, std::string body) {
  RequestScope scope(&core, std::move(exchange), "");
  scope.AnswerUnverified(403, "text/xml", std::move(body), "AccessDeniedException");
}

}  // namespace

size_t ApiBodyLimit(const net::RequestHead& head) {
  if (const auto* of_ssm = shapes::ssm::FindOperation(head.Get("x-amz-target"))) return of_ssm->body_limit;
  const shapes::OperationDescriptor* descriptor = shapes::FindOperation(head.Get("x-amz-target"));
  return descriptor != nullptr ? descriptor->body_limit : kDefaultBodyLimit;
}

size_t Front::BodyLimit(const net::RequestHead& head) { return ApiBodyLimit(head); }

void Front::Serve(net::Core& core, std::unique_ptr<net::Exchange> exchange) {
  CoreState& state = *cores_[static_cast<size_t>(core.index())];
  const net::RequestHead& head = exchange->head();
  if (options_.loopback_names_only) {
    std::string_view origin = head.Get("origin");
    if (!IsLoopbackHost(head.Get("host")) || (!origin.empty() && !IsLoopbackOrigin(origin))) {
      Refuse(state, std::move(exchange),
             "<AccessDeniedException>\n  <Message>This development server answers loopback host names and origins "
             "only</Message>\n"
             "</AccessDeniedException>\n");
      return;
    }
  }
  switch (RouteOf(head)) {
    case Route::kKms:
      Detach(ServeKms(state, std::move(exchange)));
      return;
    case Route::kSts:
      Detach(ServeSts(state, std::move(exchange)));
      return;
    case Route::kIam:
      Detach(ServeIam(state, std::move(exchange)));
      return;
    case Route::kSsm:
      Detach(ServeSsm(state, std::move(exchange)));
      return;
    case Route::kNone:
      Refuse(state, std::move(exchange), std::string(kUnknownService));
      return;
  }
}

}  // namespace kagimori::gateway
