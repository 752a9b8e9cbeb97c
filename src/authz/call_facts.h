#ifndef KAGIMORI_AUTHZ_CALL_FACTS_H_
#define KAGIMORI_AUTHZ_CALL_FACTS_H_

#include <forward_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "identity/caller.h"
#include "keys/resource_quotas.h"
#include "policy/request_context.h"

namespace kagimori::authz {

// What is true of a call whatever it asks for. Filled from what was verified or measured here, never from what the
// client says, but for user agent and referer, which AWS takes from the client, too.
struct CallFacts {
  const identity::Caller* caller;  // null: nobody has signed it (AssumeRoleWithWebIdentity)
  Region region;
  Timestamp now;               // Clock::Wall
  std::string_view source_ip;  // empty: a service calls for the caller
  bool secure_transport = false;
  std::string_view user_agent = {};
  std::string_view referer = {};
  // The service of this deployment that calls for the caller, "ssm.eu-west-1.amazonaws.com"; empty: a direct call.
  std::string_view via_service = {};
  // The account's quota, above which a key's aliases grant nothing (AWS KMS Developer Guide, "Use aliases to control
  // access").
  uint64_t aliases_per_key = keys::kAwsResourceLimits.aliases_per_key;
};

// Keeps what a context has to make up for an answer as long as the decision takes. Allocates only where it is used.
class Scratch {
 public:
  std::string_view Keep(std::string text) { return texts_.emplace_front(std::move(text)); }
  policy::ConditionValues Keep(std::vector<std::string_view> values) {
    return policy::ConditionValues(lists_.emplace_front(std::move(values)));
  }

 private:
  std::forward_list<std::string> texts_;
  std::forward_list<std::vector<std::string_view>> lists_;
};

// The condition keys that come with the caller and the connection: aws:PrincipalArn, aws:SourceIp, aws:CurrentTime …
// Absent for every other key.
policy::ConditionValues FindCallKey(const CallFacts& call, const policy::ConditionKey& key, Scratch* scratch);

// All values of a family's key among pairs of name and value: names are compared without regard to case, so that there
// may be several.
template <class Pairs, class NameOf, class ValueOf>
policy::ConditionValues FindInFamily(const Pairs& pairs, std::string_view lower_suffix, NameOf name, ValueOf value,
                                     Scratch* scratch) {
  std::string_view first;
  size_t found = 0;
  for (const auto& pair : pairs) {
    if (policy::EqualsFolded(lower_suffix, name(pair)) && found++ == 0) first = value(pair);
  }
  if (found == 0) return {};
  if (found == 1) return first;
  std::vector<std::string_view> values;
  for (const auto& pair : pairs) {
    if (policy::EqualsFolded(lower_suffix, name(pair))) values.push_back(value(pair));
  }
  return scratch->Keep(std::move(values));
}

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_CALL_FACTS_H_
