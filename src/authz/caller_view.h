#ifndef KAGIMORI_AUTHZ_CALLER_VIEW_H_
#define KAGIMORI_AUTHZ_CALLER_VIEW_H_

#include <boost/container/small_vector.hpp>
#include <string_view>

#include "authz/call_facts.h"
#include "authz/combination.h"

namespace kagimori::authz {

// The caller of one request as the evaluator and the combination of policies take it. Views into the caller: REQUIRES
// that it outlives this.
class CallerView {
 public:
  // `partition`: of the Region that is called.
  explicit CallerView(const identity::Caller& caller, std::string_view partition = "aws");
  CallerView(const CallerView&) = delete;

  const identity::Principal& principal() const { return *of_.principal; }
  const identity::Session* session() const { return of_.session.get(); }
  // REQUIRES: the account's IAM was loaded (it is not for KMS calls of root users).
  const identity::AccountSnapshot& account() const { return *of_.iam; }

  const policy::Caller& caller() const { return caller_; }
  const IdentitySide& identity() const { return side_; }
  // A policy of the caller's cannot be read: then nothing is allowed.
  bool unreadable() const { return of_.unreadable; }

 private:
  const identity::Caller& of_;
  policy::Caller caller_;
  boost::container::small_vector<NamedPolicy, 12> identity_;
  boost::container::small_vector<NamedPolicy, 2> session_;
  IdentitySide side_;
};

// The condition keys that every request has, for services whose operations add their own. REQUIRES: `call` outlives it.
class GlobalContext final : public policy::RequestContext {
 public:
  explicit GlobalContext(const CallFacts& call) : call_(call) {}
  policy::ConditionValues Find(const policy::ConditionKey& key) const override {
    return FindCallKey(call_, key, &scratch_);
  }

 private:
  const CallFacts& call_;
  mutable Scratch scratch_;
};

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_CALLER_VIEW_H_
