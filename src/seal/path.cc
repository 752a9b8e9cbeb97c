#include "seal/path.h"

#include <fmt/format.h>

#include <optional>

namespace kagimori::seal {
namespace {

constexpr size_t kAccountSize = 6;
constexpr size_t kTimeSize = 8;

AccountId AccountAt(std::string_view path, size_t offset) {
  if (path.size() < offset + kAccountSize) return kNoAccount;
  return AccountId::FromNumber(ReadBe(AsBytes(path).subspan(offset, kAccountSize)));
}

std::optional<RecordType> TypeOf(std::string_view path) {
  if (path.empty()) return std::nullopt;
  return static_cast<RecordType>(path[0]);
}

// Of the types that stand under an account.
bool HasRegion(RecordType type) {
  switch (type) {
    case RecordType::kKey:
    case RecordType::kKeyPart:
    case RecordType::kAlias:
    case RecordType::kParameter:
    case RecordType::kParameterPart:
    case RecordType::kParameterEntry:
    case RecordType::kParameterCounts:
    case RecordType::kParameterGone:
      return true;
    default:
      return false;
  }
}

}  // namespace

AccountId LedgerAccount(std::string_view path) {
  switch (TypeOf(path).value_or(RecordType::kDeployment)) {
    case RecordType::kAccount:
    case RecordType::kIamHead:
    case RecordType::kIamEntity:
    case RecordType::kKey:
    case RecordType::kKeyPart:
    case RecordType::kAlias:
    case RecordType::kGrant:
    case RecordType::kRetirable:
    case RecordType::kParameter:
    case RecordType::kParameterPart:
    case RecordType::kParameterEntry:
    case RecordType::kParameterCounts:
    case RecordType::kParameterGone:
      return AccountAt(path, 1);
    default:
      return kNoAccount;
  }
}

AccountId SealingAccount(std::string_view path) {
  switch (TypeOf(path).value_or(RecordType::kDeployment)) {
    case RecordType::kHead:
      return AccountAt(path, 1);  // the deployment's head has none
    case RecordType::kDue:
    case RecordType::kParameterDue:
      return AccountAt(path, 1 + kTimeSize);
    default:
      return LedgerAccount(path);
  }
}

std::string DescribePath(std::string_view path) {
  if (path.empty()) return "an empty path";
  std::string text = fmt::format("record of type {:02x}", static_cast<uint8_t>(path[0]));
  AccountId account = LedgerAccount(path);
  size_t shown = 1;
  if (account != kNoAccount) {
    text += " of account " + account.ToString();
    shown += kAccountSize;
    if (HasRegion(*TypeOf(path)) && path.size() >= shown + 2) {
      if (auto region = Region::FromNumber(static_cast<uint16_t>(ReadBe(AsBytes(path).subspan(shown, 2))))) {
        text += " in " + std::string(region->name());
        shown += 2;
      }
    }
  }
  if (path.size() > shown) text += " " + HexEncode(AsBytes(path.substr(shown)));
  return text;
}

std::string PrefixEnd(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
  return prefix;
}

}  // namespace kagimori::seal
