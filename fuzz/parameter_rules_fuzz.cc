// The texts of the Parameter Store that clients write in a grammar of their own: names and references, filters,
// parameter policies, the message of an advanced parameter.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ssm/envelope.h"
#include "ssm/filters.h"
#include "ssm/labels.h"
#include "ssm/names.h"
#include "ssm/policies.h"

namespace {

using kagimori::AccountId;
using kagimori::Region;
namespace ssm = kagimori::ssm;
namespace shapes = kagimori::shapes;

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

void Names(std::string_view text) {
  if (auto name = ssm::NameToPut(text, AccountId::FromNumber(1), *Region::Parse("eu-west-1"))) {
    // What can be made can be named.
    auto reference = ssm::ParseReference(*name);
    Require(reference && reference->name == *name && reference->selector.empty());
  }
  if (auto reference = ssm::ParseReference(text)) {
    Require(reference->selector.empty() == (!reference->version && reference->label.empty()));
    Require(ssm::NameAlone(reference->name).has_value());
  }
  if (auto level = ssm::LevelOf(text)) Require(*level == "/" || !level->ends_with('/'));
  static_cast<void>(ssm::IsLabel(text));
}

// Key, option and values between line breaks.
void FilterTexts(std::string_view text) {
  std::vector<shapes::ssm::ParameterStringFilter> filters(1);
  size_t field = 0;
  while (!text.empty() && field < 60) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string part(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (field == 0) filters[0].key = part;
    if (field == 1 && !part.empty()) filters[0].option = part;
    if (field > 1) {
      if (!filters[0].values) filters[0].values.emplace();
      filters[0].values->push_back(part);
    }
    ++field;
  }
  static_cast<void>(ssm::Filters::OfPath(filters));
  if (auto parsed = ssm::Filters::OfDescribe(std::nullopt, filters)) {
    kagimori::parameters::Parameter parameter{
        .name = {.account = AccountId::FromNumber(1), .region = *Region::Parse("eu-west-1"), .name = "/a/b"}};
    static_cast<void>(parsed->Matches(parameter, {{"a", "b"}}, {{"label", 1}}));
    Require(!parsed->ToText().empty());
  }
}

void Policies(std::string_view text) {
  auto parsed = ssm::ParsePolicies(text, {1'750'000'000'000});
  if (!parsed) return;
  const std::string json = parsed->ToJson();
  Require(ssm::StoredPolicies(json).size() == parsed->policies.size());
  // What was taken is taken again, and means the same.
  if (json.empty()) return;
  auto again = ssm::ParsePolicies(json, {1'750'000'000'000});
  Require(again && again->ToJson() == json && again->expires == parsed->expires);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Names(text);
  FilterTexts(text);
  Policies(text);
  static_cast<void>(ssm::ParseEnvelope({data, size}, "arn:aws:ssm:eu-west-1:000000000001:parameter/a/b"));
  return 0;
}
