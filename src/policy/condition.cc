#include "policy/condition.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/bytes.h"

namespace kagimori::policy {
namespace {

using enum Operator;
using FaultKind = MalformedPolicy::Fault;

struct OperatorName {
  std::string_view name;
  Operator op;
  bool negated;
};

constexpr OperatorName kOperators[] = {
    {"StringEquals", kStringEquals, false},
    {"StringNotEquals", kStringEquals, true},
    {"StringEqualsIgnoreCase", kStringEqualsIgnoreCase, false},
    {"StringNotEqualsIgnoreCase", kStringEqualsIgnoreCase, true},
    {"StringLike", kStringLike, false},
    {"StringNotLike", kStringLike, true},
    {"NumericEquals", kNumericEquals, false},
    {"NumericNotEquals", kNumericEquals, true},
    {"NumericLessThan", kNumericLessThan, false},
    {"NumericLessThanEquals", kNumericLessThanEquals, false},
    {"NumericGreaterThan", kNumericGreaterThan, false},
    {"NumericGreaterThanEquals", kNumericGreaterThanEquals, false},
    {"DateEquals", kDateEquals, false},
    {"DateNotEquals", kDateEquals, true},
    {"DateLessThan", kDateLessThan, false},
    {"DateLessThanEquals", kDateLessThanEquals, false},
    {"DateGreaterThan", kDateGreaterThan, false},
    {"DateGreaterThanEquals", kDateGreaterThanEquals, false},
    {"Bool", kBool, false},
    {"BinaryEquals", kBinaryEquals, false},
    {"IpAddress", kIpAddress, false},
    {"NotIpAddress", kIpAddress, true},
    {"ArnEquals", kArnLike, false},
    {"ArnNotEquals", kArnLike, true},
    {"ArnLike", kArnLike, false},
    {"ArnNotLike", kArnLike, true},
    {"Null", kNull, false},
};

bool IsNumeric(Operator op) { return op >= kNumericEquals && op <= kNumericGreaterThanEquals; }
bool IsDate(Operator op) { return op >= kDateEquals && op <= kDateGreaterThanEquals; }

// An operator's name, taken apart.
struct OperatorForm {
  Operator op = kStringEquals;
  bool negated = false;
  bool if_exists = false;
  SetOperator set = SetOperator::kNone;
};

// Names of operators are read without regard to case.
std::optional<OperatorForm> ParseOperator(std::string_view name) {
  const std::string lower = ToLowerAscii(name);
  std::string_view rest = lower;
  OperatorForm form;
  const auto take_prefix = [&](std::string_view prefix, SetOperator set) {
    if (!rest.starts_with(prefix)) return;
    rest.remove_prefix(prefix.size());
    form.set = set;
  };
  take_prefix("forallvalues:", SetOperator::kForAllValues);
  if (form.set == SetOperator::kNone) take_prefix("foranyvalue:", SetOperator::kForAnyValue);
  constexpr std::string_view kIfExists = "ifexists";
  if (rest.ends_with(kIfExists)) {
    rest.remove_suffix(kIfExists.size());
    form.if_exists = true;
  }
  const auto* found =
      std::ranges::find_if(kOperators, [&](const auto& known) { return EqualsFolded(rest, known.name); });
  if (found == std::end(kOperators)) return std::nullopt;
  form.op = found->op;
  form.negated = found->negated;
  // Null asks for the presence itself: it has neither form.
  if (form.op == kNull && (form.if_exists || form.set != SetOperator::kNone)) return std::nullopt;
  return form;
}

template <class T>
std::optional<Condition::Operand> Wrap(std::optional<T> value) {
  if (!value) return std::nullopt;
  return Condition::Operand(*std::move(value));
}

template <class T>
std::optional<Condition::Operand> Wrap(std::expected<T, std::string> value) {
  if (!value) return std::nullopt;
  return Condition::Operand(*std::move(value));
}

std::optional<Condition::Operand> ParseOperand(Operator op, std::string_view text, bool variables) {
  switch (op) {
    case kStringEquals:
      return Wrap(Pattern::Parse(text, {.wildcards = false, .variables = variables}));
    case kStringEqualsIgnoreCase:
      return Wrap(Pattern::Parse(text, {.wildcards = false, .variables = variables, .fold_case = true}));
    case kStringLike:
      return Wrap(Pattern::Parse(text, {.variables = variables}));
    case kArnLike:
      return Wrap(ArnPattern::Parse(text, variables));
    case kBool:
    case kNull:
      return Wrap(ParseBool(text));
    case kIpAddress:
      return Wrap(ParseIpRange(text));
    case kBinaryEquals:
      if (const auto bytes = Base64Decode(text)) return Condition::Operand(std::string(AsText(*bytes)));
      return std::nullopt;
    default:
      return Wrap(IsDate(op) ? ParseDate(text) : ParseDecimal(text));
  }
}

bool Compare(Operator op, Decimal value, Decimal operand) {
  switch (op) {
    case kNumericLessThan:
    case kDateLessThan:
      return value < operand;
    case kNumericLessThanEquals:
    case kDateLessThanEquals:
      return value <= operand;
    case kNumericGreaterThan:
    case kDateGreaterThan:
      return value > operand;
    case kNumericGreaterThanEquals:
    case kDateGreaterThanEquals:
      return value >= operand;
    default:
      return value == operand;
  }
}

// What a value of the request is to the operands together. kUnreadable: not of the operator's type.
enum class Verdict : uint8_t { kNo, kYes, kUnreadable, kUnknown };

template <class Test>
Verdict AnyOf(const Condition& condition, Test&& test) {
  for (const auto& operand : condition.operands) {
    if (test(operand)) return Verdict::kYes;
  }
  return Verdict::kNo;
}

template <class Value>
Verdict AnyReadable(const Condition& condition, const std::optional<Value>& value, auto&& test) {
  if (!value) return Verdict::kUnreadable;
  return AnyOf(condition, [&](const auto& operand) { return test(operand, *value); });
}

Verdict MatchPatterns(const Condition& condition, std::string_view value, const RequestContext& context) {
  Verdict all = Verdict::kNo;
  for (const auto& operand : condition.operands) {
    Match match;
    if (const auto* arn = std::get_if<ArnPattern>(&operand)) {
      const auto matched = arn->Matches(value, context);
      if (!matched) return Verdict::kUnreadable;
      match = *matched;
    } else {
      match = std::get<Pattern>(operand).Matches(value, context);
    }
    if (match == Match::kYes) return Verdict::kYes;
    if (match == Match::kUnknown) all = Verdict::kUnknown;
  }
  return all;
}

Verdict MatchValue(const Condition& condition, std::string_view value, const RequestContext& context) {
  switch (condition.op) {
    case kStringEquals:
    case kStringEqualsIgnoreCase:
    case kStringLike:
    case kArnLike:
      return MatchPatterns(condition, value, context);
    case kBool:
      return AnyReadable(condition, ParseBool(value),
                         [](const auto& operand, bool given) { return std::get<bool>(operand) == given; });
    case kBinaryEquals:
      return AnyOf(condition, [&](const auto& operand) { return std::get<std::string>(operand) == value; });
    case kIpAddress:
      return AnyReadable(condition, ParseIp(value), [](const auto& operand, const IpAddress& given) {
        return std::get<IpRange>(operand).Contains(given);
      });
    default:
      return AnyReadable(
          condition, IsNumeric(condition.op) ? ParseDecimal(value) : ParseDate(value),
          [&](const auto& operand, Decimal given) { return Compare(condition.op, given, std::get<Decimal>(operand)); });
  }
}

bool Satisfies(const Condition& condition, std::string_view value, const RequestContext& context, bool deny) {
  switch (MatchValue(condition, value, context)) {
    case Verdict::kYes:
      return !condition.negated;
    case Verdict::kNo:
      return condition.negated;
    case Verdict::kUnreadable:
      // AWS: what cannot be read matches nothing. That it therefore differs would let it into an Allow.
      return condition.negated && deny;
    case Verdict::kUnknown:
      break;
  }
  return deny;
}

}  // namespace

bool Condition::Holds(const RequestContext& context, bool deny) const {
  const ConditionValues found = context.Find(key);
  if (op == kNull) {
    return std::ranges::any_of(operands,
                               [&](const auto& operand) { return std::get<bool>(operand) == found.absent(); });
  }
  if (found.absent()) {
    if (if_exists) return true;
    return set == SetOperator::kNone ? negated : set == SetOperator::kForAllValues;
  }
  const auto satisfies = [&](std::string_view value) { return Satisfies(*this, value, context, deny); };
  const auto values = found.values();
  bool every = set == SetOperator::kForAllValues;
  // A single-valued key should have one value. Where it has more, nobody knows which one is meant.
  if (set == SetOperator::kNone && !key.multi_valued()) every = !deny;
  return every ? std::ranges::all_of(values, satisfies) : std::ranges::any_of(values, satisfies);
}

namespace {

// Strings, numbers and booleans are their text.
const std::string* ValueText(const Json& value) {
  using wire::JsonType;
  const bool plain =
      value.type == JsonType::kString || value.type == JsonType::kNumber || value.type == JsonType::kBoolean;
  return plain ? &value.text : nullptr;
}

std::expected<void, Fault> AddOperands(const Json& values, bool variables, Condition* condition) {
  const std::span<const Json> list = values.is_array() ? std::span<const Json>(values.items) : std::span(&values, 1);
  for (const Json& value : list) {
    const std::string* text = ValueText(value);
    if (text == nullptr) return std::unexpected(Fault{FaultKind::kSyntax, "a value that is no string", {}});
    auto operand = ParseOperand(condition->op, *text, variables);
    if (!operand)
      return std::unexpected(Fault{FaultKind::kLegacy, "a value that the operator cannot read: " + *text, {}});
    condition->operands.push_back(*std::move(operand));
  }
  return {};
}

}  // namespace

std::expected<std::vector<Condition>, Fault> CompileConditions(const Json& element, bool variables) {
  const auto syntax = [](std::string detail) {
    return std::unexpected(Fault{FaultKind::kSyntax, std::move(detail), {}});
  };
  if (!element.is_object()) return syntax("Condition is no object");
  std::vector<Condition> conditions;
  std::optional<Fault> legacy;  // is told only where the whole has no fault of syntax
  for (const auto& [name, keys] : element.members) {
    const auto form = ParseOperator(name);
    if (!form) return syntax("unknown operator \"" + name + "\"");
    if (!keys.is_object()) return syntax("\"" + name + "\" has no keys");
    for (const auto& [key_name, values] : keys.members) {
      const auto key = ConditionKey::Parse(key_name);
      if (!key) return syntax("no condition key: \"" + key_name + "\"");
      Condition condition{.op = form->op,
                          .negated = form->negated,
                          .if_exists = form->if_exists,
                          .set = form->set,
                          .key = *key,
                          .operands = {}};
      if (auto added = AddOperands(values, variables, &condition); !added) {
        if (added.error().fault == FaultKind::kSyntax) return std::unexpected(std::move(added).error());
        if (!legacy) legacy = std::move(added).error();
      }
      conditions.push_back(std::move(condition));
    }
  }
  if (legacy) return std::unexpected(*std::move(legacy));
  return conditions;
}

}  // namespace kagimori::policy
