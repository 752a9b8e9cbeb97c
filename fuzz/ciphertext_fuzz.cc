// Whatever a client sends as a ciphertext: it is taken apart and opened without a crash, and nothing opens that the key
// did not make.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "keys/engine.h"
#include "keys/testing/minter.h"
#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

struct Fixed {
  std::shared_ptr<const Key> key = LoadedTestKey(TestName(), {1, 2});
  Authorized<action::Decrypt, Key> decrypt =
      authz::Minter::ForKey<action::Decrypt>(key, CanonicalContext({{"a", "b"}}));
  Authorized<action::Encrypt, Key> encrypt =
      authz::Minter::ForKey<action::Encrypt>(key, CanonicalContext({{"a", "b"}}));
};

void Require(bool holds) {
  if (!holds) abort();
}

void TryOpen(const Fixed& fixed, ByteView blob) {
  std::optional<CiphertextView> view = ParseCiphertext(blob);
  if (!view) return;
  Require(view->header_bytes.size() + view->commitment.size() + view->sealed.size() == blob.size());
  Bytes again;
  view->header.AppendTo(&again);
  Require(std::ranges::equal(again, view->header_bytes));
  Require(!engine::Decrypt(fixed.decrypt, *view));
}

// Past the checks that no fuzzer gets through: a real ciphertext, changed as the input says.
void TryChanged(const Fixed& fixed, ByteView input) {
  if (input.empty()) return;
  Bytes blob =
      engine::Encrypt(fixed.encrypt, secret::SecretBytes::CopyOf(input.first(std::min<size_t>(input.size(), 64))))
          .value()
          .blob;
  Require(engine::Decrypt(fixed.decrypt, *ParseCiphertext(blob)).has_value());
  const Bytes original = blob;
  for (size_t i = 0; i + 1 < input.size() && i < 16; i += 2) blob[input[i] % blob.size()] = input[i + 1];
  std::optional<CiphertextView> view = ParseCiphertext(blob);
  if (view) Require(engine::Decrypt(fixed.decrypt, *view).has_value() == (blob == original));
}

}  // namespace
}  // namespace kagimori::keys

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* fixed = new kagimori::keys::Fixed;
  kagimori::keys::TryOpen(*fixed, {data, size});
  kagimori::keys::TryChanged(*fixed, {data, size});
  return 0;
}
