#include "wire/json_grammar.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "wire/json_structure.h"

namespace kagimori::wire {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

const char* ScanDigits(const char* text) {
  if (!IsDigit(*text)) return nullptr;
  while (IsDigit(*text)) ++text;
  return text;
}

// The four hex digits of a \u escape, or -1.
int32_t Hex4(const char* text) {
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    char c = text[i];
    int digit = IsDigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

bool IsHighSurrogate(int32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(int32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

char* PutUtf8(uint32_t point, char* out) {
  if (point < 0x80) {
    *out++ = static_cast<char>(point);
    return out;
  }
  if (point < 0x800) {
    *out++ = static_cast<char>(0xC0 | point >> 6);
  } else {
    if (point < 0x10000) {
      *out++ = static_cast<char>(0xE0 | point >> 12);
    } else {
      *out++ = static_cast<char>(0xF0 | point >> 18);
      *out++ = static_cast<char>(0x80 | (point >> 12 & 0x3F));
    }
    *out++ = static_cast<char>(0x80 | (point >> 6 & 0x3F));
  }
  *out++ = static_cast<char>(0x80 | (point & 0x3F));
  return out;
}

char SimpleEscape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // " \ /
  }
}

}  // namespace

const char* ScanJsonNumber(const char* text) {
  if (*text == '-') ++text;
  if (*text == '0') {
    ++text;
  } else if (text = ScanDigits(text); text == nullptr) {
    return nullptr;
  }
  if (*text == '.') {
    text = ScanDigits(text + 1);
    if (text == nullptr) return nullptr;
  }
  if (*text == 'e' || *text == 'E') {
    ++text;
    if (*text == '+' || *text == '-') ++text;
    text = ScanDigits(text);
  }
  return text;
}

EscapeCheck CheckJsonEscapes(std::string_view raw) {
  const char* end = raw.data() + raw.size();
  const char* at = raw.data();
  while ((at = static_cast<const char*>(std::memchr(at, '\\', static_cast<size_t>(end - at)))) != nullptr) {
    if (end - at < 2) return EscapeCheck::kSyntax;
    if (at[1] != 'u') {
      if (std::strchr("\"\\/bfnrt", at[1]) == nullptr || at[1] == '\0') return EscapeCheck::kSyntax;
      at += 2;
      continue;
    }
    if (end - at < 6) return EscapeCheck::kSyntax;
    int32_t unit = Hex4(at + 2);
    if (unit < 0) return EscapeCheck::kSyntax;
    at += 6;
    if (IsLowSurrogate(unit)) return EscapeCheck::kSurrogate;
    if (!IsHighSurrogate(unit)) continue;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u' || !IsLowSurrogate(Hex4(at + 2))) return EscapeCheck::kSurrogate;
    at += 6;
  }
  return EscapeCheck::kGood;
}

size_t UnescapeTo(std::string_view raw, char* out) {
  char* const begin = out;
  const char* at = raw.data();
  const char* end = at + raw.size();
  while (at != end) {
    const void* found = std::memchr(at, '\\', static_cast<size_t>(end - at));
    const char* escape = found != nullptr ? static_cast<const char*>(found) : end;
    std::memcpy(out, at, static_cast<size_t>(escape - at));
    out += escape - at;
    at = escape;
    if (at == end) break;
    if (at[1] != 'u') {
      *out++ = SimpleEscape(at[1]);
      at += 2;
      continue;
    }
    auto point = static_cast<uint32_t>(Hex4(at + 2));
    at += 6;
    if (IsHighSurrogate(static_cast<int32_t>(point))) {
      point = 0x10000 + ((point - 0xD800) << 10) + (static_cast<uint32_t>(Hex4(at + 2)) - 0xDC00);
      at += 6;
    }
    out = PutUtf8(point, out);
  }
  return static_cast<size_t>(out - begin);
}

void AppendUnescaped(std::string_view raw, std::string* out) {
  if (!HasEscapes(raw)) {
    out->append(raw);
    return;
  }
  size_t before = out->size();
  out->resize(before + raw.size());
  out->resize(before + UnescapeTo(raw, out->data() + before));
}

}  // namespace kagimori::wire
