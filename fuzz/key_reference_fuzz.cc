// Key ids, ARNs and aliases as clients write them: what parses comes out again as it went in, and both parsers agree.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "keys/key_reference.h"

namespace kagimori::keys {
namespace {

const AccountId kCaller = AccountId::FromNumber(111122223333);
const Region kRegion = *Region::Parse("eu-central-1");

void Require(bool holds) {
  if (!holds) abort();
}

void Try(std::string_view text) {
  bool canonical = false;
  if (std::optional<KeyId> id = KeyId::Parse(text, &canonical)) Require(!canonical || id->ToString() == text);

  ParsedReference parsed = ParseKeyReference(text, kCaller, kRegion, AliasForms::kAllowed);
  std::optional<KeyName> plain = ParsePlainKeyReference(text, kCaller, kRegion);
  const auto* key = std::get_if<KeyReference>(&parsed);
  Require(plain.has_value() == (key != nullptr && key->canonical));
  if (plain) Require(*plain == key->name && plain->Arn() == key->arn);
  if (key != nullptr && text.starts_with("arn:")) Require(key->arn == text);
  if (const auto* alias = std::get_if<AliasReference>(&parsed)) {
    Require(alias->name.name.starts_with("alias/") && alias->name.Arn() == alias->arn);
    ParsedReference refused = ParseKeyReference(text, kCaller, kRegion, AliasForms::kRefused);
    Require(std::get<BadKeyReference>(refused).reason == BadReference::kAliasNotAllowed);
  }
  if (const auto* bad = std::get_if<BadKeyReference>(&parsed)) Require(text.find(bad->text) != text.npos);
}

}  // namespace
}  // namespace kagimori::keys

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  kagimori::keys::Try(text);
  // Past the beginnings that a fuzzer takes long to find.
  for (std::string_view prefix :
       {"arn:aws:kms:eu-central-1:111122223333:", "arn:aws:kms:eu-central-1:444455556666:key/", "mrk-"}) {
    kagimori::keys::Try(std::string(prefix).append(text));
  }
  return 0;
}
