// What people type, or a file holds, in a recovery code's place. Nothing crashes; what is taken for a code or a share
// is one that, written again, is what was typed.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "seal/recovery_code.h"
#include "seal/recovery_shares.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::seal {
namespace {

using secret::SecretTesting;

constexpr ByteArray<16> kOwner{1, 2, 3, 4};

void Require(bool holds) {
  if (!holds) abort();
}

// As WrittenForm::Write writes it: without separators, in upper case, without look-alikes.
std::string Normal(std::string_view text) {
  std::string normal;
  for (char c : text) {
    if (c == ' ' || c == '-' || (c >= '\t' && c <= '\r')) continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
    normal.push_back(c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c);
  }
  return normal;
}

void TryAll(ByteView input) {
  const auto text = secret::SecretBytes::CopyOf(input);
  if (auto code = ParseRecoveryCode(text)) {
    Require(Normal(AsText(SecretTesting::BytesOf(WriteRecoveryCode(*code)))) == Normal(AsText(input)));
    Require(!LooksLikeShare(text));
  }
  ShareCollector collector(kOwner);
  if (collector.Add(text)) Require(collector.collected() == 1 && collector.missing() >= 1 && !collector.Add(text));
  if (auto code = ReadRecoveryText(text, kOwner)) Require(input.size() >= 70);
}

}  // namespace
}  // namespace kagimori::seal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kagimori::seal::TryAll({data, size});
  return 0;
}
