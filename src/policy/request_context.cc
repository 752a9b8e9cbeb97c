#include "policy/request_context.h"

#include <utility>

namespace kagimori::policy {

bool MapContext::Set(std::string_view name, std::vector<std::string> values) {
  const auto key = ConditionKey::Parse(name);
  if (!key) return false;
  Entry& entry = entries_[*key];
  entry.texts = std::move(values);
  entry.views.assign(entry.texts.begin(), entry.texts.end());
  return true;
}

ConditionValues MapContext::Find(const ConditionKey& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  return ConditionValues(std::span(found->second.views));
}

}  // namespace kagimori::policy
