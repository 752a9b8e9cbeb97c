#include "base/bytes.h"

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

int HexDigit(char c) { return kHexValues[static_cast<uint8_t>(c)]; }

constexpr std::array<int8_t, 256> MakeBase64Values() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 64; ++i) values[static_cast<uint8_t>(kBase64[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kBase64Values = MakeBase64Values();

}  // namespace

void AppendHex(ByteView bytes, std::string* out) {
  size_t at = out->size();
  out->resize(at + bytes.size() * 2);
  char* p = out->data() + at;
  for (uint8_t byte : bytes) {
    *p++ = kHex[byte >> 4];
    *p++ = kHex[byte & 15];
  }
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
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    bool last = i + 4 == text.size();
    size_t pad = last ? (text[i + 3] == '=') + (text[i + 2] == '=' && text[i + 3] == '=') : 0;
    uint32_t v = 0;
    for (size_t j = 0; j < 4; ++j) {
      int value = j >= 4 - pad ? 0 : kBase64Values[static_cast<uint8_t>(text[i + j])];
      if (value < 0) return std::nullopt;
      v = v << 6 | static_cast<uint32_t>(value);
    }
    out.push_back(static_cast<uint8_t>(v >> 16));
    if (pad < 2) out.push_back(static_cast<uint8_t>(v >> 8));
    if (pad < 1) out.push_back(static_cast<uint8_t>(v));
    if (pad > 0 && (v & (pad == 2 ? 0xFFFFu : 0xFFu)) != 0) return std::nullopt;  // stray bits: not canonical
  }
  return out;
}

}  // namespace kagimori
