#ifndef KAGIMORI_APP_WHAT_IF_H_
#define KAGIMORI_APP_WHAT_IF_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "authz/key_context.h"
#include "authz/simulation.h"
#include "base/clock.h"
#include "base/result.h"
#include "identity/caller.h"
#include "keys/key.h"
#include "policy/document.h"
#include "policy/request_context.h"
#include "shapes/types.h"

namespace kagimori::app {

// A call that nobody makes, as an operator or an audit record says it.
struct WhatIf {
  std::string principal;       // ARN of a user, a role, a session of one, or an account
  std::string action;          // "kms:Decrypt"
  std::string resource = "*";  // ARN of a key, an alias, a role …
  std::string region;          // empty: the resource's, or us-east-1
  std::string context;         // the condition keys, see GivenContext; empty: none
  std::string session_policy;  // of a session; empty: it has none
};

// The bounds of its texts, in bytes.
inline constexpr size_t kMaxWhatIfArn = 2048;
inline constexpr size_t kMaxWhatIfAction = 128;
inline constexpr size_t kMaxWhatIfContext = 8192;
inline constexpr size_t kMaxWhatIfPolicy = 4096;

// What was given of the condition keys: a JSON object, each name with a text, a number, a boolean or a list of texts.
struct GivenContext {
  policy::MapContext keys;
  // Of the keys kms:EncryptionContext:…, in the case in which they were given: what grants are constrained by.
  shapes::StringMap encryption_context;

  static Result<GivenContext> Parse(std::string_view json);
};

// A user, role, session of a role, or account. kInvalid: nobody who can call.
Result<policy::PrincipalRef> ParseWhatIfPrincipal(std::string_view text);
// Of `text`, an ARN, or else `fallback`; us-east-1 where neither says one. kInvalid: there is no such Region.
Result<Region> WhatIfRegion(std::string_view text, std::string_view fallback);

// The caller as a signature would have proven it. A role alone stands for any session of it.
//
// By the account's IAM as it is. kNotFound: there is no such user or role.
Result<identity::Caller> CallerOf(const policy::PrincipalRef& principal,
                                  std::shared_ptr<const identity::AccountSnapshot> iam,
                                  std::shared_ptr<const policy::Document> session_policy, Timestamp now);
// By policies on paper. Its unique id is its ARN, the role's of a session (path "/"): documents are to be bound so.
struct PaperPolicies {
  identity::PrincipalPolicies own;
  std::vector<identity::PolicyInForce> session;
};
identity::Caller CallerOnPaper(const policy::PrincipalRef& principal, PaperPolicies policies, Timestamp now);
policy::PrincipalBindings PaperBindings(const policy::Document& unbound);

// What is decided on: the key's policy and grants, or the role's trust policy, or nothing but the caller's policies.
struct WhatIfTarget {
  std::string resource;  // as policies see it
  std::string shown;     // as a message names it
  authz::Target target;
  std::shared_ptr<const keys::Key> key;  // null: the key is not known, or it is about none
  std::string alias;                     // by which the key was named
  authz::KeyContext::Of of = authz::KeyContext::Of::kNothing;
};
// The ARN that policies are matched against where an action of KMS has no resource.
std::string WholeAccount(AccountId account, Region region);
// The action in AWS's case. kInvalid: no action's form, or none that KMS has: what is misspelt would be decided on as
// if it were another service's.
Result<std::string> CanonicalAction(std::string_view text);
// Whether an action of KMS is about no key: a new one, lists, random bytes, custom key stores.
bool IsKeylessAction(std::string_view action);
// Whether an action of KMS means anything on a key of another account.
bool WorksAcrossAccounts(std::string_view action);
// Whether an action of KMS is about aliases by themselves.
bool IsAliasAction(std::string_view action);

// The decision and the JSON object that tells it (decision_report.h).
std::string DecideWhatIf(const WhatIf& call, const identity::Caller& caller, const GivenContext& context,
                         const WhatIfTarget& on, Region region, Timestamp now);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_WHAT_IF_H_
