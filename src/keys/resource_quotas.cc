#include "keys/resource_quotas.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kagimori::keys {
namespace {

struct Name {
  std::string_view text;
  uint64_t ResourceLimits::* member;
  uint64_t most;
};
constexpr Name kNames[] = {
    {"keys", &ResourceLimits::keys, kMostKeys},
    {"aliases", &ResourceLimits::aliases_per_key, kMostAliasesPerKey},
    {"grants", &ResourceLimits::grants_per_key, kMostGrantsPerKey},
};

struct Item {
  std::optional<AccountId> account;
  const Name* name;
  uint64_t number;
};

Result<Item> ReadItem(std::string_view text) {
  Item item{.account = std::nullopt, .name = nullptr, .number = 0};
  if (const size_t colon = text.find(':'); colon != text.npos) {
    item.account = AccountId::Parse(text.substr(0, colon));
    if (!item.account) return Fail(ErrorKind::kInvalid, "an account of a resource quota has 12 digits");
    text.remove_prefix(colon + 1);
  }
  const size_t equals = text.find('=');
  if (equals == text.npos) return Fail(ErrorKind::kInvalid, "expected aws or [ACCOUNT:]keys|aliases|grants=NUMBER,...");
  for (const Name& name : kNames) {
    if (name.text == text.substr(0, equals)) item.name = &name;
  }
  if (item.name == nullptr)
    return Fail(ErrorKind::kInvalid, "no resource quota has the name " + std::string(text.substr(0, equals)));
  const std::string_view digits = text.substr(equals + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), item.number);
  if (error != std::errc() || end != digits.data() + digits.size() || item.number > item.name->most)
    return Fail(ErrorKind::kInvalid, "the resource quota " + std::string(item.name->text) + " is a number up to " +
                                         std::to_string(item.name->most));
  return item;
}

}  // namespace

Result<ResourceQuotas> ResourceQuotas::Parse(std::string_view text) {
  ResourceQuotas quotas;
  if (text == "aws") return quotas;
  std::vector<Item> items;
  while (true) {
    const size_t comma = text.find(',');
    KAGIMORI_ASSIGN_OR_RETURN(const Item item, ReadItem(text.substr(0, comma)));
    items.push_back(item);
    if (comma == text.npos) break;
    text.remove_prefix(comma + 1);
  }
  for (const Item& item : items) {
    if (!item.account) quotas.everybody_.*item.name->member = item.number;
  }
  for (const Item& item : items) {
    if (item.account)
      quotas.accounts_.try_emplace(*item.account, quotas.everybody_).first->second.*item.name->member = item.number;
  }
  return quotas;
}

const ResourceLimits& ResourceQuotas::Of(AccountId account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? everybody_ : found->second;
}

}  // namespace kagimori::keys
