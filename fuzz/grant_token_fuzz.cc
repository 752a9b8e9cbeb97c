// Grant tokens as clients send them: nothing that was not made here opens, however it was made, and what opens is one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "keys/grant_paths.h"
#include "keys/grant_token.h"
#include "seal/testing/test_store.h"

namespace kagimori::keys {
namespace {

const seal::KeyHierarchy& Hierarchy() {
  static const auto* store = new seal::TestStore;
  return *store->hierarchy;
}

void Require(bool holds) {
  if (!holds) abort();
}

const std::string& OwnToken() {
  static const auto* token = [] {
    GrantReference grant{
        .key = {.account = AccountId::FromNumber(111122223333), .region = *Region::Parse("eu-central-1"), .id = {}},
        .id = {}};
    return new std::string(MakeGrantToken(Hierarchy(), grant));
  }();
  return *token;
}

void Try(std::string_view text) {
  const auto opened = OpenGrantToken(Hierarchy(), text);
  Require(opened.has_value() == (text == OwnToken()));
  if (const auto id = GrantId::Parse(text)) Require(id->ToString() == text);
  if (const auto path = ParseGrantRecordPath(text); path && path->kind == GrantRecordKind::kGrant)
    Require(GrantPath(path->key, path->id) == text);
}

}  // namespace
}  // namespace kagimori::keys

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  kagimori::keys::Try(text);
  kagimori::keys::Try(kagimori::Base64Encode({data, size}));
  // A token of our own with the input laid over it.
  std::string changed = kagimori::keys::OwnToken();
  for (size_t i = 0; i + 1 < size; i += 2) changed[data[i] % changed.size()] = static_cast<char>(data[i + 1]);
  kagimori::keys::Try(changed);
  return 0;
}
