#ifndef KAGIMORI_WIRE_JSON_GRAMMAR_H_
#define KAGIMORI_WIRE_JSON_GRAMMAR_H_

#include <string_view>

namespace kagimori::wire {

// The end of the number (RFC 8259 section 6) that starts at `text`, or null. REQUIRES: `text` reaches a byte that is in
// no number.
const char* ScanJsonNumber(const char* text);

enum class EscapeCheck { kGood, kSyntax, kSurrogate };
// The escapes of a string without its quotes. Half a surrogate pair is no text and is refused (RFC 8259 section 8.2).
EscapeCheck CheckJsonEscapes(std::string_view raw);

// The last byte before `end` that is no white space. REQUIRES: there is one.
inline const char* LastBeforeSpace(const char* end) {
  do {
    --end;
  } while (*end == ' ' || *end == '\n' || *end == '\r' || *end == '\t');
  return end;
}

}  // namespace kagimori::wire

#endif  // KAGIMORI_WIRE_JSON_GRAMMAR_H_
