#include "gateway/front.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "gateway/pipeline.h"
#include "gateway/request_scope.h"
#include "gateway/sts_pipeline.h"
#include "shapes/codec.h"
#include "sigv4/authorization.h"
#include "wire/query.h"

namespace kagimori::gateway {
namespace {

constexpr size_t kDefaultBodyLimit = 64 * 1024;

enum class Route { kKms, kSts, kNone };

bool IsForm(std::string_view content_type) { return content_type.starts_with("application/x-www-form-urlencoded"); }

// A target makes it JSON 1.1. Without one, a form or a URL's query is the Query protocol, whose service stands in the credential scope alone;
// STS is the only one here. A JSON body without a target is KMS's to refuse.
Route RouteOf(const net::RequestHead& head) {
  wire::TargetParts target = wire::SplitTarget(head.target);
  if (target.path != "/") return Route::kNone;
  if (!head.Get("x-amz-target").empty()) return head.method == "POST" ? Route::kKms : Route::kNone;
  std::string_view content_type = head.Get("content-type");
  bool query = IsForm(content_type) || (head.method == "GET" && target.query.find("Action=") != target.query.npos);
  if (query && sigv4::PeekScope(head).service != "kms") return Route::kSts;
  if (head.method == "POST" && content_type.starts_with("application/x-amz-json-")) return Route::kKms;
  return Route::kNone;
}

// Nothing, or what may stand behind a host name: ":4599".
bool IsPort(std::string_view text) {
  return text.empty() || (text.front() == ':' && text.find_first_not_of("0123456789", 1) == text.npos);
}

// "localhost:4599", "127.0.0.1", "[::1]:80", "kms.localhost", in any letter case.
bool IsLoopbackHost(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::string_view host = lower;
  constexpr std::string_view kLoopback6 = "[::1]";
  if (host.starts_with(kLoopback6)) return IsPort(host.substr(kLoopback6.size()));
  size_t colon = host.find(':');
  if (colon != host.npos && !IsPort(host.substr(colon))) return false;
  host = host.substr(0, colon);
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

bool IsLoopbackOrigin(std::string_view origin) {
  size_t scheme = origin.find("://");
  return scheme != origin.npos && IsLoopbackHost(origin.substr(scheme + 3));
}

constexpr std::string_view kUnknownService =
    "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

void Refuse(CoreState& core, std::unique_ptr<net::Exchange> exchange, std::string body) {
  RequestScope scope(&core, std::move(exchange), "");
  scope.AnswerUnverified(403, "text/xml", std::move(body), "AccessDeniedException");
}

}  // namespace

size_t Front::BodyLimit(const net::RequestHead& head) {
  const shapes::OperationDescriptor* descriptor = shapes::FindOperation(head.Get("x-amz-target"));
  return descriptor != nullptr ? descriptor->body_limit : kDefaultBodyLimit;
}

void Front::Serve(net::Core& core, std::unique_ptr<net::Exchange> exchange) {
  CoreState& state = *cores_[static_cast<size_t>(core.index())];
  const net::RequestHead& head = exchange->head();
  if (options_.loopback_names_only) {
    std::string_view origin = head.Get("origin");
    if (!IsLoopbackHost(head.Get("host")) || (!origin.empty() && !IsLoopbackOrigin(origin))) {
      Refuse(state, std::move(exchange),
             "<AccessDeniedException>\n  <Message>This development server answers loopback host names and origins only</Message>\n"
             "</AccessDeniedException>\n");
      return;
    }
  }
  switch (RouteOf(head)) {
    case Route::kKms: Detach(ServeKms(state, std::move(exchange))); return;
    case Route::kSts: Detach(ServeSts(state, std::move(exchange))); return;
    case Route::kNone: Refuse(state, std::move(exchange), std::string(kUnknownService)); return;
  }
}

}  // namespace kagimori::gateway
