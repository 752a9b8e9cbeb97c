#include "identity/new_credentials.h"

#include <algorithm>

#include "base/ids.h"
#include "crypto/random.h"
#include "identity/directory.h"
#include "secret/wiping_buffer.h"
#include "wire/secret_codec.h"

namespace kagimori::identity {

std::string NewAccessKeyId() {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  ByteArray<16> random;
  crypto::FillRandom(random);
  std::string id = "AKIA";
  for (uint8_t byte : random) id.push_back(kAlphabet[byte & 31]);  // 256 is a multiple of 32: no bias
  return id;
}

SecretAccessKeyParts NewSecretAccessKeyParts() {
  constexpr size_t kRandomBytes = 30;
  SecretAccessKeyParts parts;
  parts.bytes = crypto::RandomSecret(kRandomBytes);
  std::string text;
  text.reserve(wire::SecretCodec::Base64Length(kRandomBytes));
  wire::SecretCodec::AppendBase64(parts.bytes, &text);
  parts.text = secret::SecretBytes::CopyOf(AsBytes(text));
  secret::WipeString(&text);
  return parts;
}

secret::SecretBytes NewSecretAccessKey() { return std::move(NewSecretAccessKeyParts().text); }

bool IsAccessKeyId(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

AccountId RandomAccountId() {
  constexpr uint64_t kFirst = 100'000'000'000;
  constexpr uint64_t kCount = 900'000'000'000;
  for (;;) {
    ByteArray<5> random;  // below 2^40, of which kCount is the larger part: rejection keeps it even
    crypto::FillRandom(random);
    if (uint64_t number = ReadBe(random); number < kCount) return AccountId::FromNumber(kFirst + number);
  }
}

}  // namespace kagimori::identity
