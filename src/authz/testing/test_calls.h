#ifndef KAGIMORI_AUTHZ_TESTING_TEST_CALLS_H_
#define KAGIMORI_AUTHZ_TESTING_TEST_CALLS_H_

#include <memory>
#include <string>
#include <utility>

#include "authz/authorizer.h"

// For tests of this room and of the rooms above: callers and their calls.
namespace kagimori::authz {

// An operation without parameters.
class NoFacts final : public OperationFacts {
 public:
  policy::ConditionValues Find(const policy::ConditionKey&, Scratch*) const override { return {}; }
};

inline std::shared_ptr<const identity::Principal> TestRoot(AccountId account) {
  const std::string number = account.ToString();
  return std::make_shared<const identity::Principal>(identity::Principal{.kind = identity::Principal::Kind::kRoot,
                                                                         .account = account,
                                                                         .arn = "arn:aws:iam::" + number + ":root",
                                                                         .unique_id = number,
                                                                         .name = ""});
}

// A call by the root user of an account, from 192.0.2.1 over TLS.
struct TestCall {
  explicit TestCall(identity::Caller by, Region region = *Region::Parse("eu-central-1"))
      : caller(std::move(by)),
        facts{.caller = &caller,
              .region = region,
              .now = {1'750'000'000'000},
              .source_ip = "192.0.2.1",
              .secure_transport = true,
              .user_agent = "test"} {}
  explicit TestCall(AccountId account) : TestCall(identity::RootCaller(TestRoot(account))) {}
  TestCall(const TestCall&) = delete;

  Asking asking() const { return {.call = facts, .operation = none}; }

  identity::Caller caller;
  CallFacts facts;
  NoFacts none;
};

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_TESTING_TEST_CALLS_H_
