#include "policy/condition_key.h"

#include <array>
#include <map>
#include <utility>

namespace kagimori::policy {
namespace {

constexpr size_t kMaxNameBytes = 512;

struct Known {
  std::string_view text;
  ValueType type;
  bool multi_valued;
};

#define KAGIMORI_SINGLE(name, text, type) Known{text, ValueType::type, false},
#define KAGIMORI_MULTI(name, text, type) Known{text, ValueType::type, true},
// In the order of KeyName.
constexpr Known kKnown[] = {KAGIMORI_CONDITION_KEYS(KAGIMORI_SINGLE, KAGIMORI_MULTI)
                                KAGIMORI_CONDITION_KEY_FAMILIES(KAGIMORI_SINGLE)};
#undef KAGIMORI_SINGLE
#undef KAGIMORI_MULTI
static_assert(std::size(kKnown) == static_cast<size_t>(KeyName::kOther));

constexpr KeyName kFirstFamily = KeyName::kKmsEncryptionContext;

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

const Known& Of(KeyName name) { return kKnown[static_cast<size_t>(name)]; }

// Lower-case name → enumerator, families left out.
const std::map<std::string, KeyName, std::less<>>& Names() {
  static const auto* names = [] {
    auto* map = new std::map<std::string, KeyName, std::less<>>;
    for (size_t i = 0; i < static_cast<size_t>(kFirstFamily); ++i) {
      map->emplace(ToLowerAscii(kKnown[i].text), static_cast<KeyName>(i));
    }
    return map;
  }();
  return *names;
}

bool StartsWithFolded(std::string_view lower, std::string_view prefix) {
  return lower.size() >= prefix.size() && EqualsFolded(lower.substr(0, prefix.size()), prefix);
}

}  // namespace

std::string ToLowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = Lower(c);
  return lower;
}

bool EqualsFolded(std::string_view lower, std::string_view text) {
  if (lower.size() != text.size()) return false;
  for (size_t i = 0; i < lower.size(); ++i) {
    if (lower[i] != Lower(text[i])) return false;
  }
  return true;
}

std::optional<ConditionKey> ConditionKey::Parse(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return std::nullopt;
  std::string lower = ToLowerAscii(name);
  if (const auto found = Names().find(lower); found != Names().end()) return ConditionKey(found->second);
  for (auto family = static_cast<size_t>(kFirstFamily); family < std::size(kKnown); ++family) {
    const std::string_view prefix = kKnown[family].text;
    if (!StartsWithFolded(lower, prefix)) continue;
    if (lower.size() == prefix.size()) return std::nullopt;
    return ConditionKey(static_cast<KeyName>(family), lower.substr(prefix.size()));
  }
  return ConditionKey(KeyName::kOther, std::move(lower));
}

bool ConditionKey::multi_valued() const { return name_ != KeyName::kOther && Of(name_).multi_valued; }

ValueType ConditionKey::type() const { return name_ == KeyName::kOther ? ValueType::kString : Of(name_).type; }

std::string ConditionKey::ToString() const {
  return name_ == KeyName::kOther ? suffix_ : ToLowerAscii(Of(name_).text) + suffix_;
}

}  // namespace kagimori::policy
