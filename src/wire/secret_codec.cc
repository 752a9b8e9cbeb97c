#include "wire/secret_codec.h"

#include <cstdint>

#include "base/bytes.h"
#include "secret/access.h"
#include "wire/json_structure.h"
#include "wire/json_writer.h"
#include "wire/utf16.h"

namespace kagimori::wire {
namespace {

// 0 - 63, or negative for what is no base64 character. Each line adds its term where the character is in its range: the
// sign bits of the two differences are both set only there.
constexpr int32_t DecodeCharacter(int32_t c) {
  int32_t value = -1;
  value += (((0x40 - c) & (c - 0x5B)) >> 8) & (c - 64);  // A-Z
  value += (((0x60 - c) & (c - 0x7B)) >> 8) & (c - 70);  // a-z
  value += (((0x2F - c) & (c - 0x3A)) >> 8) & (c + 5);   // 0-9
  value += (((0x2A - c) & (c - 0x2C)) >> 8) & 63;        // +
  value += (((0x2E - c) & (c - 0x30)) >> 8) & 64;        // /
  return value;
}
static_assert(DecodeCharacter('A') == 0 && DecodeCharacter('Z') == 25 && DecodeCharacter('a') == 26 &&
              DecodeCharacter('z') == 51 && DecodeCharacter('0') == 52 && DecodeCharacter('9') == 61 &&
              DecodeCharacter('+') == 62 && DecodeCharacter('/') == 63 && DecodeCharacter('=') < 0 &&
              DecodeCharacter(0) < 0 && DecodeCharacter(255) < 0);

constexpr char EncodeCharacter(int32_t value) {
  int32_t c = 0x41 + value;
  c += ((25 - value) >> 8) & 6;
  c -= ((51 - value) >> 8) & 75;
  c -= ((61 - value) >> 8) & 15;
  c += ((62 - value) >> 8) & 3;
  return static_cast<char>(c);
}
static_assert(EncodeCharacter(0) == 'A' && EncodeCharacter(25) == 'Z' && EncodeCharacter(26) == 'a' &&
              EncodeCharacter(51) == 'z' && EncodeCharacter(52) == '0' && EncodeCharacter(61) == '9' &&
              EncodeCharacter(62) == '+' && EncodeCharacter(63) == '/');

int32_t DecodeAt(std::string_view text, size_t at) { return DecodeCharacter(static_cast<uint8_t>(text[at])); }

}  // namespace

std::expected<secret::SecretBytes, Base64Fault> SecretCodec::DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::unexpected(Base64Fault::kLength);
  // Padding tells the length, which is public.
  size_t padding = 0;
  if (!text.empty() && text.back() == '=') padding = text[text.size() - 2] == '=' ? 2 : 1;
  secret::SecretBytes secret(text.size() / 4 * 3 - padding);
  MutableByteView out = secret.OpenMutable(secret::Access());
  size_t whole = (text.size() - (padding != 0 ? 4 : 0)) / 4;
  int32_t bad = 0;  // negative as soon as one character was
  for (size_t i = 0; i < whole; ++i) {
    int32_t a = DecodeAt(text, 4 * i), b = DecodeAt(text, 4 * i + 1);
    int32_t c = DecodeAt(text, 4 * i + 2), d = DecodeAt(text, 4 * i + 3);
    bad |= a | b | c | d;
    out[3 * i] = static_cast<uint8_t>(a << 2 | b >> 4);
    out[3 * i + 1] = static_cast<uint8_t>(b << 4 | c >> 2);
    out[3 * i + 2] = static_cast<uint8_t>(c << 6 | d);
  }
  if (padding != 0) {
    size_t i = 4 * whole;
    int32_t a = DecodeAt(text, i), b = DecodeAt(text, i + 1);
    int32_t c = padding == 1 ? DecodeAt(text, i + 2) : 0;
    bad |= a | b | c;
    bad |= -(padding == 1 ? c & 3 : b & 15);  // stray bits: not canonical, as base/bytes.h has it
    out[3 * whole] = static_cast<uint8_t>(a << 2 | b >> 4);
    if (padding == 1) out[3 * whole + 1] = static_cast<uint8_t>(b << 4 | c >> 2);
  }
  if (bad < 0) return std::unexpected(Base64Fault::kCharacter);
  return secret;
}

std::expected<secret::SecretBytes, Base64Fault> SecretCodec::DecodeJsonBlob(std::string_view raw) {
  if (!HasEscapes(raw)) return DecodeBase64(raw);
  // Some writers escape '/' and '+'.
  secret::SecretBytes text = DecodeJsonText(raw);
  return DecodeBase64(AsText(text.Open(secret::Access())));
}

secret::SecretBytes SecretCodec::DecodeJsonText(std::string_view raw) {
  secret::SecretBytes text(raw.size());
  MutableByteView bytes = text.OpenMutable(secret::Access());
  text.Shrink(UnescapeTo(raw, reinterpret_cast<char*>(bytes.data())));
  return text;
}

void SecretCodec::AppendBase64(const secret::SecretBytes& secret, std::string* out) {
  ByteView bytes = secret.Open(secret::Access());
  size_t at = out->size();
  out->resize(at + Base64Length(bytes.size()));
  char* text = out->data() + at;
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    int32_t block = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) *text++ = EncodeCharacter(block >> shift & 63);
  }
  if (size_t rest = bytes.size() - i; rest != 0) {
    int32_t block = bytes[i] << 16 | (rest == 2 ? bytes[i + 1] << 8 : 0);
    *text++ = EncodeCharacter(block >> 18 & 63);
    *text++ = EncodeCharacter(block >> 12 & 63);
    *text++ = rest == 2 ? EncodeCharacter(block >> 6 & 63) : '=';
    *text++ = '=';
  }
}

void SecretCodec::AppendJsonText(const secret::SecretBytes& secret, std::string* out) {
  AppendJsonString(AsText(secret.Open(secret::Access())), out);
}

size_t SecretCodec::Utf16Length(const secret::SecretBytes& text) {
  return wire::Utf16Length(AsText(text.Open(secret::Access())));
}

bool SecretCodec::ConsistsOf(const secret::SecretBytes& text, std::string_view allowed) {
  return AsText(text.Open(secret::Access())).find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace kagimori::wire
