#include "base/bytes.h"

#include <cstring>

namespace kagimori {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> MakeHexValues() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 10; ++i) values[static_cast<size_t>('0' + i)] = static_cast<int8_t>(i);
  for (int i = 0; i < 6; ++i) {
    values[static_cast<size_t>('a' + i)] = static_cast<int8_t>(10 + i);
    values[static_cast<size_t>('A' + i)] = static_cast<int8_t>(10 + i);
  }
  return values;
}
constexpr std::array<int8_t, 256> kHexValues = MakeHexValues();

// Both digits of a byte at once.
constexpr std::array<std::array<char, 2>, 256> kHexPairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kHex[i >> 4], kHex[i & 15]};
  return pairs;
}();

int HexDigit(char c) { return kHexValues[static_cast<uint8_t>(c)]; }

constexpr std::array<int8_t, 256> MakeBase64Values() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 64; ++i) values[static_cast<uint8_t>(kBase64[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kBase64Values = MakeBase64Values();

// The 24 bits of four characters; negative when one of them is none of the alphabet.
int32_t Base64Group(const char* text) {
  const auto* c = reinterpret_cast<const uint8_t*>(text);
  const int32_t a = kBase64Values[c[0]], b = kBase64Values[c[1]], d = kBase64Values[c[2]], e = kBase64Values[c[3]];
  return (a | b | d | e) < 0 ? -1 : a << 18 | b << 12 | d << 6 | e;
}

// The last group, which may be padded: one to three bytes. Negative: it is none, or has stray bits (not canonical).
int Base64LastGroup(const char* text, uint8_t* out) {
  std::array<char, 4> group;
  std::memcpy(group.data(), text, group.size());
  const int pad = group[3] != '=' ? 0 : group[2] != '=' ? 1 : 2;
  for (int i = 0; i < pad; ++i) group[static_cast<size_t>(3 - i)] = 'A';
  const int32_t bits = Base64Group(group.data());
  if (bits < 0 || (pad > 0 && (bits & (pad == 2 ? 0xFFFF : 0xFF)) != 0)) return -1;
  for (int i = 0; i < 3 - pad; ++i) out[i] = static_cast<uint8_t>(bits >> (16 - 8 * i));
  return 3 - pad;
}

}  // namespace

void AppendHex(ByteView bytes, std::string* out) {
  const size_t at = out->size();
  const size_t size = at + bytes.size() * 2;
  // GCC 12 tells the function the capacity where the string grows, and not the size that was asked for.
  out->resize_and_overwrite(size, [&](char* text, size_t) {
    char* p = text + at;
    for (uint8_t byte : bytes) {
      std::memcpy(p, kHexPairs[byte].data(), 2);
      p += 2;
    }
    return size;
  });
}

std::string HexEncode(ByteView bytes) {
  std::string out;
  AppendHex(bytes, &out);
  return out;
}

bool HexDecodeTo(std::string_view text, MutableByteView out) {
  if (text.size() != out.size() * 2) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    int high = HexDigit(text[2 * i]);
    int low = HexDigit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

std::optional<Bytes> HexDecode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out(text.size() / 2);
  if (!HexDecodeTo(text, out)) return std::nullopt;
  return out;
}

void AppendBase64(ByteView bytes, std::string* out) {
  size_t at = out->size();
  out->resize(at + (bytes.size() + 2) / 3 * 4);
  char* p = out->data() + at;
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    uint32_t v = static_cast<uint32_t>(bytes[i]) << 16 | static_cast<uint32_t>(bytes[i + 1]) << 8 | bytes[i + 2];
    *p++ = kBase64[v >> 18];
    *p++ = kBase64[v >> 12 & 63];
    *p++ = kBase64[v >> 6 & 63];
    *p++ = kBase64[v & 63];
  }
  if (size_t rest = bytes.size() - i; rest > 0) {
    uint32_t v = static_cast<uint32_t>(bytes[i]) << 16 | (rest == 2 ? static_cast<uint32_t>(bytes[i + 1]) << 8 : 0);
    *p++ = kBase64[v >> 18];
    *p++ = kBase64[v >> 12 & 63];
    *p++ = rest == 2 ? kBase64[v >> 6 & 63] : '=';
    *p++ = '=';
  }
}

std::string Base64Encode(ByteView bytes) {
  std::string out;
  AppendBase64(bytes, &out);
  return out;
}

std::optional<Bytes> Base64Decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return Bytes();
  Bytes out(text.size() / 4 * 3);
  uint8_t* p = out.data();
  const char* last = text.data() + text.size() - 4;
  for (const char* at = text.data(); at != last; at += 4) {
    const int32_t bits = Base64Group(at);
    if (bits < 0) return std::nullopt;
    *p++ = static_cast<uint8_t>(bits >> 16);
    *p++ = static_cast<uint8_t>(bits >> 8);
    *p++ = static_cast<uint8_t>(bits);
  }
  const int rest = Base64LastGroup(last, p);
  if (rest < 0) return std::nullopt;
  out.resize(static_cast<size_t>(p - out.data() + rest));
  return out;
}

}  // namespace kagimori
