// What a disk may hold, in every format of seal/: a record, a wrapped secret, a deployment record, a slot file, a
// marker. Nothing that was not sealed opens, and nothing crashes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/digest.h"
#include "seal/deployment_record.h"
#include "seal/sealed_record.h"
#include "seal/slot_file.h"
#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

const AccountId kAccount = AccountId::FromNumber(111122223333);

const TestStore& Store() {
  static const TestStore* store = new TestStore;
  return *store;
}

void Require(bool holds) {
  if (!holds) abort();
}

// What the fuzzer cannot find by itself: a slot file whose checksum is right.
Bytes WithChecksum(ByteView input) {
  Bytes file(input.begin(), input.end());
  file.resize(kSlotFileSize - 32);
  crypto::Sha256Digest checksum = crypto::Sha256(file);
  file.insert(file.end(), checksum.begin(), checksum.end());
  return file;
}

void TryAll(ByteView input) {
  const KeyHierarchy& hierarchy = *Store().hierarchy;
  static const auto* root = new crypto::HmacSha256Key(DeploymentKey(TestRootKey(), hierarchy.store_id()));
  Require(!OpenRecord(hierarchy, "\x20path", kAccount, input));
  Require(!UnwrapSecret(hierarchy, kAccount, "binding", input));
  Require(!OpenMarker(hierarchy, kAccount, "binding", AsText(input)));
  Require(!OpenDeploymentRecord(*root, input));
  Require(!OpenSlot(input, TestRootKey()));
  Require(!OpenSlot(WithChecksum(input), TestRootKey()));
}

}  // namespace
}  // namespace kagimori::seal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kagimori::seal::TryAll({data, size});
  return 0;
}
