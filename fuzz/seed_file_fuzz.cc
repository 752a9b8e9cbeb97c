// A file of keys, as a command sends it: whatever is taken can be written, and what was written reads the same. The
// file is hostile, its policies too.
#include <cstdint>
#include <cstdlib>

#include "seed/reader.h"
#include "seed/writer.h"

namespace kagimori::seed {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string Written(const Declaration& declaration) {
  std::string text = declaration.wrapping_key ? WriteHead(*declaration.wrapping_key) : std::string();
  for (const DeclaredKey& key : declaration.keys) text += WriteKey(key);
  return text;
}

bool HasClear(const Declaration& declaration) {
  for (const DeclaredKey& key : declaration.keys) {
    for (const DeclaredMaterial& material : key.materials) {
      if (material.form == DeclaredMaterial::Form::kClear) return true;
    }
  }
  return false;
}

void TryFile(std::string_view toml) {
  const Defaults defaults{.account = AccountId::FromNumber(111122223333)};
  const auto declaration = Read({.toml = toml, .policies = {{"policy.json", "{}"}}}, defaults);
  static_cast<void>(PolicyFilesOf(toml));
  if (!declaration || HasClear(*declaration)) return;
  const std::string text = Written(*declaration);
  const auto again = Read({.toml = text, .policies = {}}, defaults);
  Require(again.has_value() && Written(*again) == text);
  for (size_t i = 0; i < declaration->keys.size(); ++i) {
    for (size_t j = 0; j < declaration->keys[i].materials.size(); ++j)
      Require(MaterialBinding(declaration->keys[i], j) == MaterialBinding(again->keys[i], j));
  }
}

void TryPacked(std::string_view packed) {
  const auto bundle = Unpack(packed);
  if (!bundle) return;
  static_cast<void>(Read(*bundle, {}));
}

}  // namespace
}  // namespace kagimori::seed

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == '!') {
    kagimori::seed::TryPacked(text);
  } else {
    kagimori::seed::TryFile(text);
  }
  return 0;
}
