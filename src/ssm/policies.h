#ifndef KAGIMORI_SSM_POLICIES_H_
#define KAGIMORI_SSM_POLICIES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "ssm/error.h"

namespace kagimori::ssm {

// Parameter policies. Source: Systems Manager User Guide, "Assigning parameter policies".
struct ParameterPolicy {
  std::string type;  // "Expiration", "ExpirationNotification", "NoChangeNotification"
  std::string text;  // its JSON object
};

struct ParameterPolicies {
  std::vector<ParameterPolicy> policies;  // empty: those there are go
  std::optional<Timestamp> expires;
  std::string ToJson() const;  // an array; empty without policies
};

// `text`: the request's member.
OrError<ParameterPolicies> ParsePolicies(std::string_view text, Timestamp now);
// Of what ParameterPolicies::ToJson once gave.
std::vector<ParameterPolicy> StoredPolicies(const std::string& json);

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_POLICIES_H_
