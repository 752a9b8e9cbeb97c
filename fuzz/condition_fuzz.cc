// Values of conditions: patterns, numbers, dates, addresses, on the policy's side and on the request's. The first byte
// chooses an operator; a zero byte parts the two sides. Nothing crashes; a value equals itself; an operator and its
// negation never hold both, and what cannot be read goes against the caller.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/condition.h"
#include "policy/json_tree.h"

namespace kagimori::policy {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::string_view kOperators[][2] = {{"StringEquals", "StringNotEquals"},
                                              {"StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"},
                                              {"StringLike", "StringNotLike"},
                                              {"NumericEquals", "NumericNotEquals"},
                                              {"DateEquals", "DateNotEquals"},
                                              {"IpAddress", "NotIpAddress"},
                                              {"ArnLike", "ArnNotLike"},
                                              {"NumericLessThan", "NumericGreaterThanEquals"},
                                              {"DateGreaterThan", "DateLessThanEquals"}};

std::expected<std::vector<Condition>, Fault> Compile(std::string_view op, std::string_view value) {
  Json text{.type = wire::JsonType::kString, .text = std::string(value), .items = {}, .members = {}};
  Json keys{.type = wire::JsonType::kObject, .text = {}, .items = {}, .members = {}};
  keys.members.push_back({"aws:username", std::move(text)});
  Json element{.type = wire::JsonType::kObject, .text = {}, .items = {}, .members = {}};
  element.members.push_back({std::string(op), std::move(keys)});
  return CompileConditions(element, true);
}

void TryValues(std::string_view positive, std::string_view negative, std::string_view wanted, std::string_view given) {
  auto yes = Compile(positive, wanted);
  auto no = Compile(negative, wanted);
  Require(yes.has_value() == no.has_value());
  if (!yes) {
    Require(yes.error().fault == MalformedPolicy::Fault::kLegacy);
    return;
  }
  MapContext context;
  Require(context.Set("aws:username", given));
  context.Set("aws:PrincipalTag/team", given);
  const Condition& is = yes->front();
  const Condition& is_not = no->front();
  Require(!(is.Holds(context, false) && is_not.Holds(context, false)));
  Require(is.Holds(context, true) || is_not.Holds(context, true) || !is_not.negated);
  // Whatever a Deny lets pass, an Allow does not let in on the same grounds.
  Require(!is.Holds(context, false) || is.Holds(context, true));
  Require(!is_not.Holds(context, false) || is_not.Holds(context, true));
}

}  // namespace
}  // namespace kagimori::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kagimori::policy;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const size_t parted = input.find('\0');
  const std::string_view wanted = input.substr(0, parted);
  const std::string_view given = parted == std::string_view::npos ? wanted : input.substr(parted + 1);
  const auto& pair = kOperators[data[0] % std::size(kOperators)];
  TryValues(pair[0], pair[1], wanted, given);
  if (const auto number = ParseDecimal(given)) Require(ParseDate(given) == number || given.find('-') != given.npos);
  if (const auto range = ParseIpRange(given)) Require(range->Contains(range->base));
  return 0;
}
