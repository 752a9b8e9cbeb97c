#include "shapes/decode.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "wire/secret_codec.h"

namespace kagimori::shapes {
namespace {

using wire::JsonCursor;
using wire::JsonType;

bool Fail(DecodeNotes& notes, std::string text) {
  notes.failure = std::move(text);
  return false;
}

// The texts are the service's, Java and grammar included.
bool WrongType(DecodeNotes& notes, JsonType found, std::string_view wanted) {
  switch (found) {
    case JsonType::kObject:
      return Fail(notes, "Start of structure or map found where not expected.");
    case JsonType::kArray:
      return Fail(notes, "Start of list found where not expected");
    default: {
      std::string text = found == JsonType::kNumber   ? "class com.amazon.coral.value.json.numbers.TruncatingBigNumber"
                         : found == JsonType::kString ? "class java.lang.String"
                                                      : "class java.lang.Boolean";
      return Fail(notes, text.append(" can not be converted to ").append(wanted));
    }
  }
}

// The integer part of a verified JSON number, held to what fits.
template <class Int>
Int Truncate(std::string_view number) {
  constexpr Int kMin = std::numeric_limits<Int>::min();
  constexpr Int kMax = std::numeric_limits<Int>::max();
  Int whole = 0;
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), whole);
  bool plain = end == number.data() + number.size();
  if (plain) return error == std::errc() ? whole : number.front() == '-' ? kMin : kMax;
  double value = 0;
  auto [rest, range] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (range != std::errc()) {
    // Too large, or too small to be told from 0.
    bool tiny = number.find("e-") != std::string_view::npos || number.find("E-") != std::string_view::npos;
    return tiny ? 0 : number.front() == '-' ? kMin : kMax;
  }
  if (value >= static_cast<double>(kMax)) return kMax;
  if (value <= static_cast<double>(kMin)) return kMin;
  return static_cast<Int>(value);
}

// A blob's text that is wrong base64, in the service's words; `text` is not secret.
std::string BlobFailure(std::string_view text) {
  if (text.size() % 4 != 0) {
    return "'" + std::string(text) +
           "' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 " +
           "bytes but found: " + std::to_string(text.size());
  }
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t bad = text.find_first_not_of(kAlphabet);
  // A padding sign at the end is right; what is wrong with it then is an unused bit before it.
  if (bad == std::string_view::npos) bad = text.size() - 1;
  size_t length = 1;  // of the whole character: half of one would be no UTF-8
  while (bad + length < text.size() && (static_cast<uint8_t>(text[bad + length]) & 0xC0) == 0x80) ++length;
  return "Invalid Base64 character: '" + std::string(text.substr(bad, length)) + "'";
}

}  // namespace

bool ExpectList(JsonCursor& json, DecodeNotes& notes) {
  JsonType type = json.type();
  if (type == JsonType::kArray) return true;
  if (type == JsonType::kObject) return WrongType(notes, type, "");
  return Fail(notes, "Expected list or null");
}

bool ExpectMap(JsonCursor& json, DecodeNotes& notes) {
  JsonType type = json.type();
  if (type == JsonType::kObject) return true;
  if (type == JsonType::kArray) return WrongType(notes, type, "");
  return Fail(notes, "Expected map or null");
}

bool DecodeValue(JsonCursor& json, std::string& out, DecodeNotes& notes) {
  if (json.type() != JsonType::kString) return WrongType(notes, json.type(), "an String");
  out.clear();
  wire::AppendUnescaped(json.TakeRawString(), &out);
  return true;
}

bool DecodeValue(JsonCursor& json, SecretText& out, DecodeNotes& notes) {
  if (json.type() != JsonType::kString) return WrongType(notes, json.type(), "an String");
  out.bytes = wire::SecretCodec::DecodeJsonText(json.TakeRawString());
  return true;
}

bool DecodeValue(JsonCursor& json, int32_t& out, DecodeNotes& notes) {
  if (json.type() != JsonType::kNumber) return WrongType(notes, json.type(), "an Integer");
  out = Truncate<int32_t>(json.TakeNumber());
  return true;
}

bool DecodeValue(JsonCursor& json, int64_t& out, DecodeNotes& notes) {
  if (json.type() != JsonType::kNumber) return WrongType(notes, json.type(), "a Long");
  out = Truncate<int64_t>(json.TakeNumber());
  return true;
}

bool DecodeValue(JsonCursor& json, bool& out, DecodeNotes& notes) {
  if (json.type() != JsonType::kBoolean) return WrongType(notes, json.type(), "an Boolean");
  out = json.TakeBoolean();
  return true;
}

bool DecodeValue(JsonCursor& json, Timestamp& out, DecodeNotes& notes) {
  if (json.type() != JsonType::kNumber) return WrongType(notes, json.type(), "milliseconds since epoch");
  // 100 million days, ECMAScript's range of times; what is beyond is held to it.
  constexpr double kMaxMillis = 8.64e15;
  std::string_view number = json.TakeNumber();
  double seconds = 0;
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
  if (error != std::errc()) seconds = number.front() == '-' ? -kMaxMillis : kMaxMillis;
  out.millis = static_cast<int64_t>(std::clamp(std::round(seconds * 1000), -kMaxMillis, kMaxMillis));
  return true;
}

bool DecodeValue(JsonCursor& json, Bytes& out, DecodeNotes& notes) {
  if (json.type() != JsonType::kString) return WrongType(notes, json.type(), "a Blob");
  std::string_view text = json.TakeRawString();
  std::string unescaped;
  if (wire::HasEscapes(text)) {
    wire::AppendUnescaped(text, &unescaped);
    text = unescaped;
  }
  std::optional<Bytes> bytes = Base64Decode(text);
  if (!bytes) return Fail(notes, BlobFailure(text));
  out = std::move(*bytes);
  return true;
}

bool DecodeValue(JsonCursor& json, secret::SecretBytes& out, DecodeNotes& notes) {
  if (json.type() != JsonType::kString) return WrongType(notes, json.type(), "a Blob");
  std::string_view raw = json.TakeRawString();
  auto bytes = wire::SecretCodec::DecodeJsonBlob(raw);
  if (!bytes) {
    // Less than the service says: its text repeats the value.
    return Fail(notes, bytes.error() == wire::Base64Fault::kLength
                           ? "Base64 encoded length is expected a multiple of 4 bytes"
                           : "Invalid Base64 character");
  }
  out = std::move(*bytes);
  return true;
}

bool DecodeValue(JsonCursor& json, StringMap& out, DecodeNotes& notes) {
  if (!ExpectMap(json, notes)) return false;
  std::vector<StringMap::Entry> entries;
  bool good = json.TakeObject([&](std::string_view raw_name, JsonCursor& value) {
    if (value.type() == JsonType::kNull) {
      value.TakeNull();
      notes.with_nulls.push_back(&out);
      return true;
    }
    StringMap::Entry& entry = entries.emplace_back();
    wire::AppendUnescaped(raw_name, &entry.first);
    return DecodeValue(value, entry.second, notes);
  });
  if (good) out = StringMap(std::move(entries));
  return good;
}

bool DecodeEnumText(JsonCursor& json, std::string& unescaped, std::string_view& out, DecodeNotes& notes) {
  if (json.type() != JsonType::kString) return WrongType(notes, json.type(), "an String");
  out = json.TakeRawString();
  if (wire::HasEscapes(out)) {
    wire::AppendUnescaped(out, &unescaped);
    out = unescaped;
  }
  return true;
}

uint8_t EnumNumber(std::string_view name, const std::string_view* names, size_t count, DecodeNotes& notes) {
  for (size_t i = 0; i < count; ++i) {
    if (names[i] == name) return static_cast<uint8_t>(i);
  }
  size_t number = notes.unknown_enums.size();
  if (number < DecodeNotes::kMaxUnknown) notes.unknown_enums.emplace_back(name);
  return static_cast<uint8_t>(kUnknownEnum + number);
}

}  // namespace kagimori::shapes
