#include "keys/grant_token.h"

#include <algorithm>
#include <optional>

#include "crypto/random.h"
#include "keys/grant_paths.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "secret/compare.h"

namespace kagimori::keys {
namespace {

// format (1) ‖ path of the grant's record ‖ nonce (16) ‖ tag (16), in base64
constexpr uint8_t kFormat = 1;
constexpr size_t kPathSize = 1 + 6 + 2 + 1 + 16 + 1 + 32;
constexpr size_t kNonceSize = 16;
constexpr size_t kTagSize = 16;
constexpr size_t kTokenSize = 1 + kPathSize + kNonceSize + kTagSize;
constexpr size_t kTextSize = (kTokenSize + 2) / 3 * 4;
// Of the markers that tag tokens, which no type of record has.
constexpr uint8_t kTokens = 0xF5;

ByteArray<kTagSize> TagOf(const seal::KeyHierarchy& hierarchy, ByteView body) {
  return seal::NameMarker(hierarchy, seal::kNoAccount, kTokens, 0, AsText(body));
}

std::unexpected<Error> NotOurs() { return Fail(ErrorKind::kInvalid, "not a grant token of this deployment"); }

}  // namespace

std::string MakeGrantToken(const seal::KeyHierarchy& hierarchy, const GrantReference& grant) {
  Bytes token = {kFormat};
  const std::string path = GrantPath(grant.key, grant.id);
  ByteArray<kNonceSize> nonce;
  crypto::FillRandomId(nonce);
  auto append = [&token](ByteView bytes) { token.insert(token.end(), bytes.begin(), bytes.end()); };
  append(AsBytes(path));
  append(nonce);
  append(TagOf(hierarchy, token));
  return Base64Encode(token);
}

Result<GrantReference> OpenGrantToken(const seal::KeyHierarchy& hierarchy, std::string_view text) {
  if (text.size() != kTextSize) return NotOurs();
  const std::optional<Bytes> token = Base64Decode(text);
  if (!token || token->size() != kTokenSize || (*token)[0] != kFormat) return NotOurs();
  const ByteView all(*token);
  const ByteView body = all.first(kTokenSize - kTagSize);
  if (!secret::Equal(all.last(kTagSize), TagOf(hierarchy, body))) return NotOurs();
  std::optional<GrantRecordPath> path = ParseGrantRecordPath(AsText(body.subspan(1, kPathSize)));
  if (!path || path->kind != GrantRecordKind::kGrant) return NotOurs();
  return GrantReference{.key = path->key, .id = path->id};
}

}  // namespace kagimori::keys
