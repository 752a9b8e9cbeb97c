#include "gateway/routing.h"

#include <algorithm>
#include <string>

#include "sigv4/authorization.h"
#include "wire/query.h"

namespace kagimori::gateway {
namespace {

bool IsForm(std::string_view content_type) { return content_type.starts_with("application/x-www-form-urlencoded"); }

// Nothing, or what may stand behind a host name: ":4599".
bool IsPort(std::string_view text) {
  return text.empty() || (text.front() == ':' && text.find_first_not_of("0123456789", 1) == text.npos);
}

}  // namespace

Route RouteOf(const net::RequestHead& head) {
  wire::TargetParts target = wire::SplitTarget(head.target);
  if (target.path != "/") return Route::kNone;
  if (const std::string_view operation = head.Get("x-amz-target"); !operation.empty()) {
    if (head.method != "POST") return Route::kNone;
    return operation.starts_with("AmazonSSM.") ? Route::kSsm : Route::kKms;
  }
  std::string_view content_type = head.Get("content-type");
  bool query = IsForm(content_type) || (head.method == "GET" && target.query.find("Action=") != target.query.npos);
  if (query) {
    const sigv4::ClaimedScope scope = sigv4::PeekScope(head);
    if (scope.service == "iam") return Route::kIam;
    if (scope.service != "kms") return Route::kSts;
  }
  if (head.method == "POST" && content_type.starts_with("application/x-amz-json-")) return Route::kKms;
  return Route::kNone;
}

bool IsLoopbackHost(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::string_view host = lower;
  constexpr std::string_view kLoopback6 = "[::1]";
  if (host.starts_with(kLoopback6)) return IsPort(host.substr(kLoopback6.size()));
  size_t colon = host.find(':');
  if (colon != host.npos && !IsPort(host.substr(colon))) return false;
  host = host.substr(0, colon);
  if (host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") != host.npos) return false;
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

bool IsLoopbackOrigin(std::string_view origin) {
  size_t scheme = origin.find("://");
  return scheme != origin.npos && IsLoopbackHost(origin.substr(scheme + 3));
}

}  // namespace kagimori::gateway
