#include "keys/key_reference.h"

#include <optional>

namespace kagimori::keys {
namespace {

// arn:<partition>:kms:<region>:<account>:<rest>
struct ArnParts {
  std::string_view partition, service, region, account, rest;
};

std::optional<ArnParts> SplitArn(std::string_view text) {
  std::string_view fields[5];
  for (auto& field : fields) {
    size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    field = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  return ArnParts{fields[1], fields[2], fields[3], fields[4], text};
}

ParsedReference ParseArn(std::string_view text, Region region, AliasForms aliases) {
  std::optional<ArnParts> arn = SplitArn(text);
  if (!arn) return BadKeyReference{BadReference::kBadArn, std::string(text)};
  bool alias = arn->rest.starts_with("alias/");
  if (alias && aliases == AliasForms::kRefused) return BadKeyReference{BadReference::kAliasNotAllowed, {}};
  std::optional<AccountId> account = AccountId::Parse(arn->account);
  if (arn->service != "kms" || !account) return BadKeyReference{BadReference::kBadArn, std::string(text)};
  if (arn->region != region.name()) return BadKeyReference{BadReference::kOtherRegion, std::string(arn->region)};
  if (arn->partition != region.partition()) return BadKeyReference{BadReference::kBadArn, std::string(text)};
  if (alias) {
    return AliasReference{{.account = *account, .region = region, .name = std::string(arn->rest)}, std::string(text)};
  }
  if (!arn->rest.starts_with("key/")) return BadKeyReference{BadReference::kBadArn, std::string(text)};
  std::string_view id_text = arn->rest.substr(4);
  bool canonical = false;
  std::optional<KeyId> id = KeyId::Parse(id_text, &canonical);
  if (!id) return BadKeyReference{BadReference::kBadIdInArn, std::string(id_text)};
  return KeyReference{{.account = *account, .region = region, .id = *id}, std::string(text), canonical};
}

}  // namespace

std::optional<KeyName> ParsePlainKeyReference(std::string_view text, AccountId caller, Region region) {
  KeyName name{.account = caller, .region = region, .id = {}};
  if (text.starts_with("arn:")) {
    std::optional<ArnParts> arn = SplitArn(text);
    if (!arn || arn->service != "kms" || arn->region != region.name() || arn->partition != region.partition())
      return std::nullopt;
    std::optional<AccountId> account = AccountId::Parse(arn->account);
    if (!account || !arn->rest.starts_with("key/")) return std::nullopt;
    name.account = *account;
    text = arn->rest.substr(4);
  }
  bool canonical = false;
  std::optional<KeyId> id = KeyId::Parse(text, &canonical);
  if (!id || !canonical) return std::nullopt;
  name.id = *id;
  return name;
}

ParsedReference ParseKeyReference(std::string_view text, AccountId caller, Region region, AliasForms aliases) {
  if (text.starts_with("arn:")) return ParseArn(text, region, aliases);
  if (text.starts_with("alias/")) {
    if (aliases == AliasForms::kRefused) return BadKeyReference{BadReference::kAliasNotAllowed, {}};
    AliasReference alias{{.account = caller, .region = region, .name = std::string(text)}, {}};
    alias.arn = alias.name.Arn();
    return alias;
  }
  bool canonical = false;
  std::optional<KeyId> id = KeyId::Parse(text, &canonical);
  if (!id) return BadKeyReference{BadReference::kBadId, std::string(text)};
  KeyReference key{{.account = caller, .region = region, .id = *id}, {}, canonical};
  key.arn = key.name.Arn();
  if (!canonical) key.arn = key.arn.substr(0, key.arn.rfind('/') + 1).append(text);
  return key;
}

}  // namespace kagimori::keys
