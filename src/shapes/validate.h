#ifndef KAGIMORI_SHAPES_VALIDATE_H_
#define KAGIMORI_SHAPES_VALIDATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "secret/secret_bytes.h"
#include "shapes/decode.h"
#include "shapes/member_info.h"
#include "shapes/types.h"

namespace kagimori::shapes {

// The violations of one request, in AWS's words:
// "2 validation errors detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: …; Value null at 'keyId' …"
class Violations {
 public:
  // Beyond this many they are neither collected nor counted; a request can hold hundreds of thousands.
  static constexpr int kMax = 64;

  void Add(std::string_view value, std::string_view path, std::string_view constraint);
  bool empty() const { return count_ == 0; }
  std::string Message() const;

 private:
  int count_ = 0;
  std::string text_;
};

// Where the validator is; the path's text is made only for a violation.
struct MemberPath {
  const MemberPath* parent = nullptr;
  std::string_view name;  // lower-camel
  size_t element = 0;     // 1-based, of a list's element; 0: the member itself
  std::string Text() const;
};

// The visitor of step "validate". It never stops early: all violations, in the members' order.
class Validator {
 public:
  // `missing`: the structure's required members that were not there. `ciphertext_ignored`: DryRunModifiers says so.
  Validator(const DecodeNotes& notes, const MemberPath* parent, MemberSet missing, bool ciphertext_ignored,
            Violations* violations)
      : notes_(notes),
        parent_(parent),
        missing_(missing),
        ciphertext_ignored_(ciphertext_ignored),
        violations_(violations) {}

  template <class T>
  void Member(const MemberInfo& info, const std::optional<T>& member) {
    if (member) {
      Check(info, Path(info), *member);
    } else if (info.required_unless_ignored && !ciphertext_ignored_) {
      Missing(Path(info), false);
    }
  }

  template <class T>
  void Member(const MemberInfo& info, const T& member) {
    if ((missing_ & info.bit) == 0) {
      Check(info, Path(info), member);
    } else {
      // A secret blob that is missing prints "Value at", everything else "Value null at".
      Missing(Path(info), std::is_same_v<T, secret::SecretBytes> || std::is_same_v<T, SecretText>);
    }
  }

 private:
  MemberPath Path(const MemberInfo& info) const { return {parent_, info.lower_name, 0}; }

  void Missing(const MemberPath& path, bool secret);
  void Check(const MemberInfo& info, const MemberPath& path, const std::string& value);
  void Check(const MemberInfo& info, const MemberPath& path, const SecretText& value);
  void Check(const MemberInfo& info, const MemberPath& path, int32_t value) { Check(info, path, int64_t{value}); }
  void Check(const MemberInfo& info, const MemberPath& path, int64_t value);
  void Check(const MemberInfo&, const MemberPath&, bool) {}
  void Check(const MemberInfo&, const MemberPath&, Timestamp) {}
  void Check(const MemberInfo& info, const MemberPath& path, const Bytes& value) {
    CheckBlobLength(info, path, value.size());
  }
  void Check(const MemberInfo& info, const MemberPath& path, const secret::SecretBytes& value) {
    CheckBlobLength(info, path, value.size());
  }
  void Check(const MemberInfo& info, const MemberPath& path, const StringMap& value);

  template <ApiEnum E>
  void Check(const MemberInfo&, const MemberPath& path, E value) {
    auto number = static_cast<uint8_t>(value);
    if (number >= kUnknownEnum) UnknownEnum(path, number, EnumTraits<E>::kPrinted);
  }

  template <Structure T>
  void Check(const MemberInfo&, const MemberPath& path, const T& value) {
    CheckStructure(path, value);
  }

  template <Structure T>
  void Check(const MemberInfo& info, const MemberPath& path, const std::vector<T>& list) {
    CheckListLength(info, path, list.size(), "");
    CheckNoNulls(path, &list, "");
    for (size_t i = 0; i < list.size(); ++i) CheckStructure({parent_, path.name, i + 1}, list[i]);
  }

  template <ApiEnum E>
  void Check(const MemberInfo& info, const MemberPath& path, const std::vector<E>& list) {
    std::vector<std::string_view> names;
    bool unknown = false;
    for (E value : list) {
      auto number = static_cast<uint8_t>(value);
      unknown |= number >= kUnknownEnum;
      names.push_back(number < kUnknownEnum ? Name(value) : UnknownEnumText(number));
    }
    CheckList(info, path, names, &list);
    if (unknown)
      BadElements(info, path, names, "Member must satisfy enum value set: " + std::string(EnumTraits<E>::kPrinted));
  }

  void Check(const MemberInfo& info, const MemberPath& path, const std::vector<std::string>& list);

  template <class T>
  void CheckStructure(const MemberPath& path, const T& value) {
    MemberSet missing = 0;
    if constexpr (requires { value.missing_; }) missing = value.missing_;
    Validator inner(notes_, &path, missing, false, violations_);
    T::Visit(inner, value);
  }

  void CheckLength(const Constraint& bounds, const MemberPath& path, std::string_view printed, size_t length);
  void CheckBlobLength(const MemberInfo& info, const MemberPath& path, size_t length);
  void CheckListLength(const MemberInfo& info, const MemberPath& path, size_t length, std::string_view printed);
  void CheckList(const MemberInfo& info, const MemberPath& path, const std::vector<std::string_view>& list,
                 const void* address);
  void CheckNoNulls(const MemberPath& path, const void* container, std::string_view printed);
  void BadElements(const MemberInfo& info, const MemberPath& path, const std::vector<std::string_view>& list,
                   std::string_view constraint);
  void UnknownEnum(const MemberPath& path, uint8_t number, std::string_view printed_set);
  std::string_view UnknownEnumText(uint8_t number) const;
  bool HasNull(const void* container) const;

  const DecodeNotes& notes_;
  const MemberPath* parent_;
  MemberSet missing_;
  bool ciphertext_ignored_;
  Violations* violations_;
};

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_VALIDATE_H_
