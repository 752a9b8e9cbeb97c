#include "wire/json_writer.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

namespace kagimori::wire {
namespace {

// Bytes that leave a string's fast path: controls, quote, backslash, and everything beyond ASCII.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (size_t i = 0; i < 256; ++i) special[i] = i < 0x20 || i == '"' || i == '\\' || i >= 0x7F;
  return special;
}();

void AppendAsciiEscape(uint8_t byte, std::string* out) {
  switch (byte) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    default: {
      constexpr char kHex[] = "0123456789abcdef";
      const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
      out->append(escape, sizeof(escape));
    }
  }
}

// Whether none of the eight bytes of `word` is special. (Byte-wise tests in one word: Hacker's Delight, 6-1.)
bool AllPlain(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  auto has_zero = [](uint64_t v) { return (v - kOnes) & ~v & kHighs; };
  uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighs;
  return ((word & kHighs) | below_space | has_zero(word ^ kOnes * '"') | has_zero(word ^ kOnes * '\\') |
          has_zero(word ^ kOnes * 0x7F)) == 0;
}

// The first special byte at or after `at`, or the text's end.
size_t FindSpecial(std::string_view text, size_t at) {
  while (at + 8 <= text.size()) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    if (!AllPlain(word)) break;
    at += 8;
  }
  while (at < text.size() && !kSpecial[static_cast<uint8_t>(text[at])]) ++at;
  return at;
}

// The length of the well-formed UTF-8 sequence at `text`, or 0 (Unicode 15, table 3-7).
size_t Utf8SequenceLength(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  auto continues = [&](size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  uint8_t lead = byte(0);
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    bool overlong = lead == 0xF0 && byte(1) < 0x90;
    bool beyond = lead == 0xF4 && byte(1) > 0x8F;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  if (FindSpecial(text, 0) == text.size()) {  // as nearly all are
    const size_t at = out->size();
    const size_t size = at + text.size() + 2;
    // GCC 12 tells the function the capacity where the string grows, and not the size that was asked for.
    out->resize_and_overwrite(size, [&](char* buffer, size_t) {
      buffer[at] = '"';
      std::char_traits<char>::copy(buffer + at + 1, text.data(), text.size());
      buffer[size - 1] = '"';
      return size;
    });
    return;
  }
  out->push_back('"');
  size_t clean = 0;
  size_t at = 0;
  while (at < text.size()) {
    auto byte = static_cast<uint8_t>(text[at]);
    if (!kSpecial[byte]) {
      at = FindSpecial(text, at);
      continue;
    }
    if (byte >= 0x80) {
      if (size_t length = Utf8SequenceLength(text.substr(at)); length != 0) {
        at += length;
        continue;
      }
    }
    out->append(text, clean, at - clean);
    if (byte >= 0x80) {
      out->append("\xEF\xBF\xBD");
    } else {
      AppendAsciiEscape(byte, out);
    }
    clean = ++at;
  }
  out->append(text, clean, at - clean);
  out->push_back('"');
}

void AppendJsonTimestamp(Timestamp time, std::string* out) {
  int64_t millis = time.millis;
  // Written by hand from the integer: a double's shortest form may be 1.7e+09.
  uint64_t magnitude = millis < 0 ? 0 - static_cast<uint64_t>(millis) : static_cast<uint64_t>(millis);
  if (millis < 0) out->push_back('-');
  AppendJsonInteger(magnitude / 1000, out);
  uint64_t part = magnitude % 1000;
  const char decimals[] = {'.', static_cast<char>('0' + part / 100), static_cast<char>('0' + part / 10 % 10),
                           static_cast<char>('0' + part % 10)};
  out->append(decimals, sizeof(decimals));
}

void AppendJsonBlob(ByteView bytes, std::string* out) {
  out->push_back('"');
  AppendBase64(bytes, out);
  out->push_back('"');
}

}  // namespace kagimori::wire
