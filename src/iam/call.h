#ifndef KAGIMORI_IAM_CALL_H_
#define KAGIMORI_IAM_CALL_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "iam/error.h"
#include "iam/result_writer.h"
#include "identity/account_change.h"
#include "identity/account_snapshot.h"
#include "identity/identity.h"
#include "seal/hierarchy.h"

namespace kagimori::iam {

inline constexpr std::string_view kNamespace = "https://iam.amazonaws.com/doc/2010-05-08/";
inline constexpr std::string_view kVersion = "2010-05-08";

using SnapshotPtr = std::shared_ptr<const identity::AccountSnapshot>;

// Who calls, about which account, when. All that an operation sees besides its request.
struct Call {
  const identity::Principal& caller;
  SnapshotPtr account;                           // the caller's, at one revision; what a change is based on
  Timestamp now;                                 // Clock::Service
  const seal::KeyHierarchy& hierarchy;           // for paging markers
  std::map<AccountId, SnapshotPtr> others = {};  // accounts that the operation asked for

  AccountId id() const { return caller.account; }
};

// What `Run` gives beside what it has written: the change to commit, if there is one.
using Outcome = OrError<std::optional<identity::AccountChange>>;

// A change of the account that starts from the call's snapshot.
inline identity::AccountChange ChangeOf(const Call& call) {
  identity::AccountChange change;
  change.before = call.account;
  return change;
}

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_CALL_H_
