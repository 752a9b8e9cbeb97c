// A session token with its access key id as anybody may send them. The first byte of the input chooses: the rest is the
// token's text, or it is what would be inside one, sealed here (what only a leaked key could make). Nothing crashes;
// the first never opens, and what the second gives keeps its bounds and issues again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "identity/session_token.h"
#include "identity/sessions.h"
#include "identity/temporary_key.h"
#include "seal/sealed_token.h"
#include "seal/testing/test_store.h"

namespace kagimori::identity {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};
const AccountId kAccount = AccountId::FromNumber(111122223333);

void Require(bool holds) {
  if (!holds) abort();
}

const seal::KeyHierarchy& Hierarchy() {
  static const seal::TestStore* store = new seal::TestStore;
  return *store->hierarchy;
}

const std::string& Key() {
  static const std::string* key = new std::string(NewTemporaryAccessKeyId(kAccount));
  return *key;
}

void TryToken(std::string_view text) {
  Require(!OpenSession(Hierarchy(), Key(), text, kNow));
  // The input as an access key id, too.
  const size_t half = text.size() / 2;
  Require(!OpenSession(Hierarchy(), text.substr(0, half), text.substr(half), kNow));
}

void TryMessage(std::string_view message) {
  const seal::SealedToken sealed = seal::SealSessionToken(Hierarchy(), kAccount, Key(), message);
  const std::string token = Base64Encode(sealed.token);
  const auto opened = OpenSession(Hierarchy(), Key(), token, kNow);
  if (!opened) return;
  const SessionContent& content = opened->content;
  Require(content.account == kAccount && content.expires > kNow && content.issued <= content.expires);
  Require(!SessionArn(content).empty() && !IssuerArn(content).empty());
  Sessions sessions(&Hierarchy());
  static_cast<void>(sessions.Open(NameOfSession(Key(), token), Key(), token, kNow));
  static_cast<void>(IssueSession(Hierarchy(), content));
}

}  // namespace
}  // namespace kagimori::identity

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 0) {
    kagimori::identity::TryToken(input);
  } else {
    kagimori::identity::TryMessage(input);
  }
  return 0;
}
