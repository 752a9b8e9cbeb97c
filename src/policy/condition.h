#ifndef KAGIMORI_POLICY_CONDITION_H_
#define KAGIMORI_POLICY_CONDITION_H_

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/json_tree.h"
#include "policy/malformed.h"
#include "policy/pattern.h"
#include "policy/request_context.h"
#include "policy/values.h"

namespace kagimori::policy {

// The positive operators; a negated one is its positive and Condition::negated.
enum class Operator : uint8_t {
  kStringEquals,
  kStringEqualsIgnoreCase,
  kStringLike,
  kNumericEquals,
  kNumericLessThan,
  kNumericLessThanEquals,
  kNumericGreaterThan,
  kNumericGreaterThanEquals,
  kDateEquals,
  kDateLessThan,
  kDateLessThanEquals,
  kDateGreaterThan,
  kDateGreaterThanEquals,
  kBool,
  kBinaryEquals,
  kIpAddress,
  kArnLike,  // ArnEquals is the same
  kNull,
};

enum class SetOperator : uint8_t { kNone, kForAllValues, kForAnyValue };

// One operator with one key: {"StringEquals": {"kms:ViaService": [...]}}. Source: "IAM JSON policy elements: Condition
// operators", "Single-valued vs. multivalued context keys".
struct Condition {
  // A value of the policy, read once. std::string: the bytes of BinaryEquals.
  using Operand = std::variant<Pattern, ArnPattern, Decimal, bool, std::string, IpRange>;

  Operator op = Operator::kStringEquals;
  bool negated = false;
  bool if_exists = false;
  SetOperator set = SetOperator::kNone;
  ConditionKey key;
  std::vector<Operand> operands;

  // `deny`: the condition is of a Deny statement, so that what cannot be evaluated is taken as true.
  bool Holds(const RequestContext& context, bool deny) const;
};

// Reads the element Condition. `variables`: whether the document's Version has policy variables. A fault of kSyntax or
// kLegacy.
std::expected<std::vector<Condition>, Fault> CompileConditions(const Json& element, bool variables);

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_CONDITION_H_
