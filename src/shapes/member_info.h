#ifndef KAGIMORI_SHAPES_MEMBER_INFO_H_
#define KAGIMORI_SHAPES_MEMBER_INFO_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "shapes/patterns.h"

namespace kagimori::shapes {

// The bounds of a value: of an integer's value, of a blob's bytes, of a string's UTF-16 units, of a list's elements.
struct Constraint {
  static constexpr int64_t kNoMin = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kNoMax = std::numeric_limits<int64_t>::max();

  int64_t min = kNoMin;
  int64_t max = kNoMax;
  Pattern pattern = Pattern::kNone;
};

// What the model knows about one member of a structure; the generated Visit functions hand it to the visitors.
struct MemberInfo {
  std::string_view name;                 // KeyId
  std::string_view lower_name;           // keyId: in validation messages and audit records
  std::string_view key;                  // "KeyId":
  std::string_view lower_key;            // "keyId":
  uint32_t bit = 0;                      // of MemberSet; 0 for members that are not required
  bool required_unless_ignored = false;  // required, but not where DryRunModifiers holds IGNORE_CIPHERTEXT
  bool unprinted = false;                // the value appears in no message and no audit record
  bool audited = false;                  // a top-level member that the audit record shows
  Constraint value{};
  Constraint element{};  // of a list's elements
};

// A set of a structure's required members, by MemberInfo::bit.
using MemberSet = uint32_t;

// Specialised by the generated enums: kNames in the order of the values, kPrinted as AWS prints the set.
template <class E>
struct EnumTraits;

template <class E>
concept ApiEnum = requires { EnumTraits<E>::kNames; };

template <class T>
concept Structure = requires { T::kIsStructure; };

// An unknown name in a request becomes kUnknownEnum + n, whose text the decoder keeps for the validator; it never gets
// past validation.
inline constexpr int kUnknownEnum = 128;

template <ApiEnum E>
constexpr std::string_view Name(E value) {
  return EnumTraits<E>::kNames[static_cast<uint8_t>(value)];
}

// The value of that name; nothing when there is none.
template <ApiEnum E>
constexpr std::optional<E> ParseEnum(std::string_view name) {
  for (size_t i = 0; i < EnumTraits<E>::kNames.size(); ++i) {
    if (EnumTraits<E>::kNames[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_MEMBER_INFO_H_
