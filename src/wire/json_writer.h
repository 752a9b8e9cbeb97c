#ifndef KAGIMORI_WIRE_JSON_WRITER_H_
#define KAGIMORI_WIRE_JSON_WRITER_H_

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"

namespace kagimori::wire {

// Appends `text` as a JSON string with its quotes. Text is UTF-8; a byte that is none becomes U+FFFD, so the output is
// always valid JSON.
void AppendJsonString(std::string_view text, std::string* out);

// Epoch seconds with exactly three decimals, never an exponent: 1614905581.947, 1614905581.000. (ISO text breaks the
// JavaScript SDK.)
void AppendJsonTimestamp(Timestamp time, std::string* out);

// Public bytes as a JSON string of base64. Secret ones: SecretCodec.
void AppendJsonBlob(ByteView bytes, std::string* out);

template <class Integer>
void AppendJsonInteger(Integer value, std::string* out) {
  char digits[24];
  auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value);
  out->append(digits, end);
}

inline void AppendJsonBoolean(bool value, std::string* out) { out->append(value ? "true" : "false"); }

// The commas of one object or array; `key` is written as it is: a quoted name and a colon, "\"KeyId\":".
class JsonSeparator {
 public:
  void Next(std::string* out) {
    if (!first_) out->push_back(',');
    first_ = false;
  }
  void Key(std::string_view key, std::string* out) {
    Next(out);
    out->append(key);
  }

 private:
  bool first_ = true;
};

}  // namespace kagimori::wire

#endif  // KAGIMORI_WIRE_JSON_WRITER_H_
