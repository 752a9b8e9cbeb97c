#ifndef KAGIMORI_SHAPES_DECODE_H_
#define KAGIMORI_SHAPES_DECODE_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "secret/secret_bytes.h"
#include "shapes/member_info.h"
#include "shapes/types.h"
#include "wire/json_structure.h"

namespace kagimori::shapes {

// What the decoder met that is not its to judge, kept for the validator.
struct DecodeNotes {
  // Texts of unknown enum values, by value - kUnknownEnum. Beyond kMaxUnknown they share the last, textless number.
  static constexpr size_t kMaxUnknown = 64;
  std::vector<std::string> unknown_enums;
  // Lists and maps with a null inside.
  std::vector<const void*> with_nulls;
  // The SerializationException's text, once decoding has failed.
  std::string failure;
};

// Values of one type each. Every one consumes the value at the cursor, or fails with notes.failure in the service's own
// grammar. Secret content never gets into a failure's text.
bool DecodeValue(wire::JsonCursor& json, std::string& out, DecodeNotes& notes);
bool DecodeValue(wire::JsonCursor& json, SecretText& out, DecodeNotes& notes);
bool DecodeValue(wire::JsonCursor& json, int32_t& out, DecodeNotes& notes);
bool DecodeValue(wire::JsonCursor& json, int64_t& out, DecodeNotes& notes);
bool DecodeValue(wire::JsonCursor& json, bool& out, DecodeNotes& notes);
bool DecodeValue(wire::JsonCursor& json, Timestamp& out, DecodeNotes& notes);
bool DecodeValue(wire::JsonCursor& json, Bytes& out, DecodeNotes& notes);
bool DecodeValue(wire::JsonCursor& json, secret::SecretBytes& out, DecodeNotes& notes);
bool DecodeValue(wire::JsonCursor& json, StringMap& out, DecodeNotes& notes);

// The container's own token is a list's or map's (structure's); fails otherwise.
bool ExpectList(wire::JsonCursor& json, DecodeNotes& notes);
bool ExpectMap(wire::JsonCursor& json, DecodeNotes& notes);

// The number of the enum value `name`, or one at or over kUnknownEnum.
uint8_t EnumNumber(std::string_view name, const std::string_view* names, size_t count, DecodeNotes& notes);
// The enum's text: a view into the body, or into `unescaped`.
bool DecodeEnumText(wire::JsonCursor& json, std::string& unescaped, std::string_view& out, DecodeNotes& notes);

template <Structure T>
bool DecodeValue(wire::JsonCursor& json, T& out, DecodeNotes& notes);

template <ApiEnum E>
bool DecodeValue(wire::JsonCursor& json, E& out, DecodeNotes& notes) {
  std::string unescaped;
  std::string_view name;
  if (!DecodeEnumText(json, unescaped, name, notes)) return false;
  const auto& names = EnumTraits<E>::kNames;
  out = static_cast<E>(EnumNumber(name, names.data(), names.size(), notes));
  return true;
}

template <class T>
bool DecodeValue(wire::JsonCursor& json, std::vector<T>& out, DecodeNotes& notes) {
  if (!ExpectList(json, notes)) return false;
  out.clear();
  return json.TakeArray([&](wire::JsonCursor& element) {
    if (element.type() == wire::JsonType::kNull) {
      element.TakeNull();
      notes.with_nulls.push_back(&out);
      return true;
    }
    return DecodeValue(element, out.emplace_back(), notes);
  });
}

// The visitor that finds one JSON member's place in a structure and fills it. Unknown members and nulls are ignored; of
// a member that comes twice the last one counts.
class MemberDecoder {
 public:
  MemberDecoder(std::string_view name, wire::JsonCursor& json, DecodeNotes& notes)
      : name_(name), json_(json), notes_(notes) {}

  template <class T>
  void Member(const MemberInfo& info, std::optional<T>& member) {
    if (!Take(info)) return;
    if (IsNull()) {
      member.reset();
    } else {
      good_ = DecodeValue(json_, member.emplace(), notes_);
    }
  }

  template <class T>
  void Member(const MemberInfo& info, T& member) {
    if (!Take(info)) return;
    if (IsNull()) {
      member = T();
      null_bit_ = info.bit;
    } else {
      good_ = DecodeValue(json_, member, notes_);
      set_bit_ = info.bit;
    }
  }

  bool found() const { return found_; }
  bool good() const { return good_; }
  MemberSet Update(MemberSet missing) const { return (missing & ~set_bit_) | null_bit_; }

 private:
  bool Take(const MemberInfo& info) {
    if (found_ || name_ != info.name) return false;
    found_ = true;
    return true;
  }
  bool IsNull() {
    if (json_.type() != wire::JsonType::kNull) return false;
    json_.TakeNull();
    return true;
  }

  std::string_view name_;
  wire::JsonCursor& json_;
  DecodeNotes& notes_;
  bool found_ = false;
  bool good_ = true;
  MemberSet set_bit_ = 0;
  MemberSet null_bit_ = 0;
};

template <Structure T>
bool DecodeValue(wire::JsonCursor& json, T& out, DecodeNotes& notes) {
  if (!ExpectMap(json, notes)) return false;
  MemberSet missing = 0;
  if constexpr (requires { T::kRequired; }) missing = T::kRequired;
  bool good = json.TakeObject([&](std::string_view name, wire::JsonCursor& value) {
    std::string unescaped;
    if (wire::HasEscapes(name)) {
      wire::AppendUnescaped(name, &unescaped);
      name = unescaped;
    }
    MemberDecoder decoder(name, value, notes);
    T::Visit(decoder, out);
    if (!decoder.found()) value.Skip();
    missing = decoder.Update(missing);
    return decoder.good();
  });
  if constexpr (requires { T::kRequired; }) out.missing_ = missing;
  return good;
}

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_DECODE_H_
