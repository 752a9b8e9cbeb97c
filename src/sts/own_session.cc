#include "sts/own_session.h"

#include <algorithm>

#include "identity/account_snapshot.h"
#include "sts/issue.h"

namespace kagimori::sts {
namespace {

constexpr int64_t kDefaultSeconds = 43'200;
constexpr int64_t kMaxRootSeconds = 3600;

}  // namespace

identity::SessionContent OwnSession(const StsCall& call, std::optional<int64_t> seconds) {
  const identity::Principal& caller = call.caller->principal();
  identity::SessionContent content{.account = caller.account, .issuer_id = caller.unique_id};
  int64_t lasts = seconds.value_or(kDefaultSeconds);
  if (caller.kind == identity::Principal::Kind::kRoot) {
    lasts = std::min(lasts, kMaxRootSeconds);
  } else if (const auto user = call.caller->account().FindById<identity::User>(caller.unique_id); user != nullptr) {
    content.issuer_path = user->path;
    content.issuer_name = user->name;
  } else {
    // Gone since the request was authenticated: a session of nobody, which CheckSession refuses.
    content.issuer_name = caller.name;
  }
  SetTimes(call.now, lasts, &content);
  return content;
}

}  // namespace kagimori::sts
