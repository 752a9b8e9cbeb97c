#include "seal/sealed_token.h"

#include "crypto/aead.h"
#include "seal/envelope.h"
#include "seal/record_codec.h"

namespace kagimori::seal {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kHeadSize = 1 + 4;
constexpr std::string_view kLabel = "kagimori/session-token/1";
constexpr std::string_view kSecretLabel = "kagimori/session-secret/1";
static_assert(kHeadSize + kSaltSize + crypto::kGcmTagSize == kTokenOverhead);

std::unexpected<Error> NotOurs() { return Fail(ErrorKind::kInvalid, "not a session token of this deployment"); }

std::string Binding(const KeyHierarchy& hierarchy, std::string_view access_key_id) {
  Bytes epoch;
  AppendBe64(hierarchy.epoch(), &epoch);
  std::string binding(AsText(epoch));
  return binding.append(access_key_id);
}

// REQUIRES: `token` is longer than its head and salt.
secret::SecretBytes SecretOf(const crypto::HmacSha256Key& key, std::string_view access_key_id, ByteView token) {
  ByteView before = token.first(kHeadSize + kSaltSize);
  Bytes context(access_key_id.begin(), access_key_id.end());
  context.insert(context.end(), before.begin(), before.end());
  return RecordCodec::ToBytes(crypto::DeriveCounterMode256(key, kSecretLabel, context));
}

}  // namespace

SealedToken SealSessionToken(const KeyHierarchy& hierarchy, AccountId account, std::string_view access_key_id,
                             std::string_view message) {
  auto [term, key] = hierarchy.KeyForSealing(Purpose::kSessionToken, account);
  Bytes head = {kFormat};
  AppendBe32(term, &head);
  const std::string binding = Binding(hierarchy, access_key_id);
  Bytes token = SealEnvelope({.key = *key, .label = kLabel, .owner = hierarchy.store_id(), .binding = binding},
                             std::move(head), secret::SecretBytes::CopyOf(AsBytes(message)));
  secret::SecretBytes secret = SecretOf(*key, access_key_id, token);
  return {.token = std::move(token), .secret = std::move(secret)};
}

Result<OpenedToken> OpenSessionToken(const KeyHierarchy& hierarchy, AccountId account, std::string_view access_key_id,
                                     ByteView token) {
  if (token.size() < kTokenOverhead || token[0] != kFormat) return NotOurs();
  const auto term = static_cast<TermId>(ReadBe(token.subspan(1, 4)));
  auto key = hierarchy.PurposeKey(term, Purpose::kSessionToken, account);
  if (!key) return NotOurs();
  const std::string binding = Binding(hierarchy, access_key_id);
  auto message = OpenEnvelope({.key = **key, .label = kLabel, .owner = hierarchy.store_id(), .binding = binding},
                              kHeadSize, token);
  if (!message) return NotOurs();
  return OpenedToken{.message = RecordCodec::Message(*message), .secret = SecretOf(**key, access_key_id, token)};
}

}  // namespace kagimori::seal
