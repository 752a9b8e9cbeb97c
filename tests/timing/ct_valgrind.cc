// Secrets are compared without a branch or an index that depends on them. Run under valgrind, whose memcheck follows
// what is made of undefined memory and reports each jump and each address that depends on it: here the undefined memory
// is the secrets (Langley's ctgrind).
//
//   valgrind --error-exitcode=1 ct_valgrind [--planted]
//
// --planted compares by a loop that stops at the first difference, which must be reported.
#include <valgrind/memcheck.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori {
namespace {

using secret::SecretBytes;
using secret::SecretTesting;

void Hide(ByteView bytes) { static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size())); }
void Hide(const SecretBytes& secret) { Hide(secret.Open(SecretTesting::access())); }

// The answer is for all to see.
bool Told(bool answer) {
  static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(&answer, sizeof(answer)));
  return answer;
}

bool EqualUntilDifferent(ByteView a, ByteView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

// False: an answer was wrong, which is for the unit tests to find, but would make this a test of something else.
bool CompareSecrets() {
  bool right = true;
  for (const size_t size : {1, 16, 28, 32, 48, 64, 1000}) {
    Bytes bytes(size);
    crypto::FillRandom(bytes);
    const SecretBytes a = SecretBytes::CopyOf(bytes);
    const SecretBytes same = a.Clone();
    Bytes changed = bytes;
    changed.back() ^= 1;
    Hide(a);
    Hide(same);
    right &= Told(secret::Equal(a, same)) && Told(secret::Equal(a, ByteView(bytes)));
    right &= !Told(secret::Equal(a, ByteView(changed)));
  }
  return right;
}

// As a MAC is verified: the expected one is computed from the secret key, and compared with what was given.
bool VerifyMacs() {
  bool right = true;
  using enum crypto::HashAlgorithm;
  for (const crypto::HashAlgorithm hash : {kSha224, kSha256, kSha384, kSha512}) {
    const SecretBytes key = crypto::RandomSecret(crypto::HashSize(hash));
    const SecretBytes message = crypto::RandomSecret(100);
    const Bytes given = crypto::Hmac(hash, key, message);
    Hide(key);
    const Bytes expected = crypto::Hmac(hash, key, message);
    right &= Told(secret::Equal(expected, given));
  }
  return right;
}

bool ComparePlanted() {
  Bytes bytes(32);
  crypto::FillRandom(bytes);
  const Bytes given = bytes;
  Hide(bytes);
  return Told(EqualUntilDifferent(bytes, given));
}

}  // namespace
}  // namespace kagimori

int main(int argc, char** argv) {
  if (RUNNING_ON_VALGRIND == 0) {
    std::fputs("ct_valgrind says nothing unless valgrind runs it\n", stderr);
    return 2;
  }
  const bool planted = argc > 1 && std::string_view(argv[1]) == "--planted";
  const bool right = planted ? kagimori::ComparePlanted() : kagimori::CompareSecrets() && kagimori::VerifyMacs();
  return right ? 0 : 3;
}
