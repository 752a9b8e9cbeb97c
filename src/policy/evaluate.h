#ifndef KAGIMORI_POLICY_EVALUATE_H_
#define KAGIMORI_POLICY_EVALUATE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/caller.h"
#include "policy/document.h"
#include "policy/request_context.h"

namespace kagimori::policy {

// The name of a permission, prepared for matching. Make it once, not per request.
class Action {
 public:
  // `name`: "kms:Decrypt", in AWS's case.
  explicit Action(std::string_view name);

  std::string_view name() const { return name_; }
  std::string_view lower() const { return lower_; }
  int known() const { return known_; }  // place among the actions of KMS, -1 for others

 private:
  std::string name_;
  std::string lower_;
  int known_;
};

// What is asked. Views and references into what the asker keeps.
struct Request {
  const Action& action;
  // The ARN of the resource. For an operation of KMS without one: arn:<partition>:kms:<region>:<account>:*, which both
  // documented forms of a policy's Resource match ("*" and that ARN).
  std::string_view resource;
  const Caller& caller;
  const RequestContext& context;
};

// What one document says.
struct Outcome {
  enum class Effect : uint8_t { kNone, kAllow, kDeny };
  Effect effect = Effect::kNone;
  // Of resource, key and trust policies: how the strongest of the allowing statements names the caller; kNone for the
  // other kinds.
  PrincipalMatch match = PrincipalMatch::kNone;
  int statement = -1;  // index in the text of the denying or the strongest allowing statement; -1: none
};

// Never fails, and allocates only where a pattern has many policy variables or an ARN's parts come from one. What
// cannot be evaluated is taken against the caller: where a single-valued key has several values, an Allow needs every
// one of them to satisfy its condition and a Deny only one. A multi-valued key without a set operator is taken as with
// ForAnyValue, but as the operator says when it is absent.
Outcome Evaluate(const Document& document, const Request& request);

// How `principal` names `caller`. Users and roles match by `bound_id` alone.
PrincipalMatch MatchPrincipal(const PrincipalRef& principal, std::string_view bound_id, const Caller& caller);

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_EVALUATE_H_
