#include "ssm/labels.h"

#include <algorithm>

#include "policy/condition_key.h"

namespace kagimori::ssm {

bool IsLabel(std::string_view text) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  };
  if (text.empty() || (text[0] >= '0' && text[0] <= '9') || !std::ranges::all_of(text, is_good)) return false;
  const std::string start = policy::ToLowerAscii(text.substr(0, 3));
  return start != "aws" && start != "ssm";
}

std::vector<std::string> LabelsOf(const parameters::Labels& labels, uint64_t version) {
  std::vector<std::string> found;
  for (const auto& [label, at] : labels) {
    if (at == version) found.push_back(label);
  }
  return found;
}

}  // namespace kagimori::ssm
