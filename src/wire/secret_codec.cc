#include "wire/secret_codec.h"

#include <cstdint>

#include "base/bytes.h"
#include "secret/access.h"
#include "wire/json_structure.h"
#include "wire/json_writer.h"
#include "wire/utf16.h"

namespace kagimori::wire {
namespace {

// Four characters, or the four 6-bit values behind them, in 16-bit lanes of one word; the first in the lowest. Sums and
// differences below stay within a lane, so that lanes never touch each other.
using Lanes = uint64_t;

constexpr Lanes All(uint64_t value) { return value * 0x0001'0001'0001'0001; }
constexpr Lanes kTop = All(0x8000);

constexpr Lanes Pack(uint64_t a, uint64_t b, uint64_t c, uint64_t d) { return a | b << 16 | c << 32 | d << 48; }
constexpr uint32_t Lane(Lanes lanes, int number) { return static_cast<uint32_t>(lanes >> (16 * number) & 0xFFFF); }

// 1 in the lanes that are at least `low`. REQUIRES: lanes and `low` below 0x8000.
constexpr Lanes AtLeast(Lanes lanes, uint64_t low) { return ((lanes + All(0x8000 - low)) & kTop) >> 15; }
// All ones in the lanes from `low` to `high`.
constexpr Lanes Between(Lanes lanes, uint64_t low, uint64_t high) {
  return (AtLeast(lanes, low) & ((All(0x8000 + high) - lanes) & kTop) >> 15) * 0xFFFF;
}

// The values of four base64 characters. Clears the lanes of `good` that are none.
constexpr Lanes DecodeFour(Lanes c, Lanes* good) {
  Lanes upper = Between(c, 'A', 'Z');
  Lanes lower = Between(c, 'a', 'z');
  Lanes digit = Between(c, '0', '9');
  Lanes plus = Between(c, '+', '+');
  Lanes slash = Between(c, '/', '/');
  *good &= upper | lower | digit | plus | slash;
  return ((upper | lower | digit) & c) - (upper & All('A')) - (lower & All('a' - 26)) + (digit & All(52 - '0')) +
         (plus & All(62)) + (slash & All(63));
}

// The characters of four values: runs of the alphabet, each with its own distance from the one before.
constexpr Lanes EncodeFour(Lanes value) {
  return value + All('A') + AtLeast(value, 26) * 6 - AtLeast(value, 52) * 75 - AtLeast(value, 62) * 15 +
         AtLeast(value, 63) * 3;
}

constexpr bool CodesAgree() {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (uint64_t c = 0; c < 256; ++c) {
    Lanes good = ~Lanes{0};
    Lanes value = DecodeFour(Pack('A', c, '/', c), &good);
    size_t at = kAlphabet.find(static_cast<char>(c));
    bool known = at != std::string_view::npos;
    if ((good == ~Lanes{0}) != known) return false;
    if (known && value != Pack(0, at, 63, at)) return false;
    if (known && EncodeFour(value) != Pack('A', c, '/', c)) return false;
  }
  return true;
}
static_assert(CodesAgree());

Lanes CharactersAt(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<uint64_t>(static_cast<uint8_t>(text[at + i])); };
  return Pack(byte(0), byte(1), byte(2), byte(3));
}

constexpr uint32_t Joined(Lanes values) {
  return Lane(values, 0) << 18 | Lane(values, 1) << 12 | Lane(values, 2) << 6 | Lane(values, 3);
}
constexpr Lanes Split(uint32_t block) { return Pack(block >> 18 & 63, block >> 12 & 63, block >> 6 & 63, block & 63); }

}  // namespace

std::expected<secret::SecretBytes, Base64Fault> SecretCodec::DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::unexpected(Base64Fault::kLength);
  // Padding tells the length, which is public.
  size_t padding = 0;
  if (!text.empty() && text.back() == '=') padding = text[text.size() - 2] == '=' ? 2 : 1;
  secret::SecretBytes secret(text.size() / 4 * 3 - padding);
  MutableByteView out = secret.OpenMutable(secret::Access());
  size_t whole = (text.size() - (padding != 0 ? 4 : 0)) / 4;
  Lanes good = ~Lanes{0};
  for (size_t i = 0; i < whole; ++i) {
    uint32_t block = Joined(DecodeFour(CharactersAt(text, 4 * i), &good));
    out[3 * i] = static_cast<uint8_t>(block >> 16);
    out[3 * i + 1] = static_cast<uint8_t>(block >> 8);
    out[3 * i + 2] = static_cast<uint8_t>(block);
  }
  uint32_t stray = 0;  // bits that no byte takes: not canonical, as base/bytes.h has it
  if (padding != 0) {
    Lanes last = CharactersAt(text, 4 * whole);
    // The padding reads as 'A', which is 0.
    Lanes kept = padding == 1 ? Lanes{0x0000'FFFF'FFFF'FFFF} : Lanes{0x0000'0000'FFFF'FFFF};
    uint32_t block = Joined(DecodeFour((last & kept) | (All('A') & ~kept), &good));
    out[3 * whole] = static_cast<uint8_t>(block >> 16);
    if (padding == 1) out[3 * whole + 1] = static_cast<uint8_t>(block >> 8);
    stray = padding == 1 ? block & 0xFF : block & 0xFFFF;
  }
  if (good != ~Lanes{0} || stray != 0) return std::unexpected(Base64Fault::kCharacter);
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
  auto put = [&](uint32_t block) {
    Lanes characters = EncodeFour(Split(block));
    for (int i = 0; i < 4; ++i) *text++ = static_cast<char>(Lane(characters, i));
  };
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) put(uint32_t{bytes[i]} << 16 | uint32_t{bytes[i + 1]} << 8 | bytes[i + 2]);
  if (size_t rest = bytes.size() - i; rest != 0) {
    put(uint32_t{bytes[i]} << 16 | (rest == 2 ? uint32_t{bytes[i + 1]} << 8 : 0));
    text[-1] = '=';
    if (rest == 1) text[-2] = '=';
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

std::string_view SecretCodec::Open(const secret::SecretBytes& text) { return AsText(text.Open(secret::Access())); }

}  // namespace kagimori::wire
