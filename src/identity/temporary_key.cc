#include "identity/temporary_key.h"

#include <cstdint>

#include "crypto/random.h"
#include "secret/wiping_buffer.h"
#include "wire/secret_codec.h"

namespace kagimori::identity {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kPrefix = "ASIA";
constexpr int kAccountCharacters = 8;  // 40 bits; account numbers are below 10^12
constexpr size_t kRandomCharacters = 8;
constexpr size_t kSecretBytes = 30;
constexpr uint64_t kAccounts = 1'000'000'000'000;

}  // namespace

std::string NewTemporaryAccessKeyId(AccountId account) {
  std::string id(kPrefix);
  for (int at = kAccountCharacters - 1; at >= 0; --at) id.push_back(kAlphabet[account.number() >> (5 * at) & 31]);
  ByteArray<kRandomCharacters> random;
  crypto::FillRandom(random);
  for (uint8_t byte : random) id.push_back(kAlphabet[byte & 31]);  // 256 is a multiple of 32: no bias
  return id;
}

std::optional<AccountId> AccountOfTemporaryKey(std::string_view access_key_id) {
  if (!access_key_id.starts_with(kPrefix)) return std::nullopt;
  access_key_id.remove_prefix(kPrefix.size());
  if (access_key_id.size() != kAccountCharacters + kRandomCharacters) return std::nullopt;
  if (access_key_id.find_first_not_of(kAlphabet) != access_key_id.npos) return std::nullopt;
  uint64_t number = 0;
  for (char c : access_key_id.substr(0, kAccountCharacters)) number = number << 5 | kAlphabet.find(c);
  if (number >= kAccounts) return std::nullopt;
  return AccountId::FromNumber(number);
}

secret::SecretBytes TemporarySecret(secret::SecretBytes token_secret) {
  token_secret.Shrink(kSecretBytes);
  return token_secret;
}

secret::SecretBytes TemporarySecretAccessKey(const secret::SecretBytes& temporary_secret) {
  std::string text;
  text.reserve(wire::SecretCodec::Base64Length(kSecretBytes));
  wire::SecretCodec::AppendBase64(temporary_secret, &text);
  secret::SecretBytes key = secret::SecretBytes::CopyOf(AsBytes(text));
  secret::WipeString(&text);
  return key;
}

}  // namespace kagimori::identity
