#ifndef KAGIMORI_SHAPES_REDACT_H_
#define KAGIMORI_SHAPES_REDACT_H_

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "secret/secret_bytes.h"
#include "shapes/encode.h"
#include "shapes/member_info.h"
#include "shapes/types.h"

namespace kagimori::shapes {

// "Aug 10, 2022, 10:38:27 PM", UTC: how CloudTrail prints dates inside request and response elements.
std::string FormatAuditDate(Timestamp time);

// The visitor that writes what an audit record may show: lower-camel names, of the top level the model's audited
// members alone, below it everything that is neither secret nor a blob. Blobs, public ones too, never appear.
class Redactor {
 public:
  Redactor(bool top_level, std::string* out) : top_level_(top_level), out_(out) {}

  template <class T>
  void Member(const MemberInfo& info, const std::optional<T>& member) {
    if (member) Member(info, *member);
  }
  template <class T>
  void Member(const MemberInfo& info, const T& member) {
    if constexpr (!kHidden<T>) {
      if (info.unprinted || (top_level_ && !info.audited)) return;
      separator_.Key(info.lower_key, out_);
      any_ = true;
      Append(member);
    }
  }
  // A member that the structure lacks.
  void Extra(std::string_view lower_key, std::string_view text) {
    separator_.Key(lower_key, out_);
    any_ = true;
    wire::AppendJsonString(text, out_);
  }

  bool any() const { return any_; }

 private:
  template <class T>
  static constexpr bool kHidden =
      std::is_same_v<T, Bytes> || std::is_same_v<T, secret::SecretBytes> || std::is_same_v<T, SecretText>;

  void Append(Timestamp value) { wire::AppendJsonString(FormatAuditDate(value), out_); }
  template <Structure T>
  void Append(const T& value) {
    out_->push_back('{');
    Redactor inner(false, out_);
    T::Visit(inner, value);
    out_->push_back('}');
  }
  template <Structure T>
  void Append(const std::vector<T>& list) {
    out_->push_back('[');
    wire::JsonSeparator separator;
    for (const T& element : list) {
      separator.Next(out_);
      Append(element);
    }
    out_->push_back(']');
  }
  template <class T>
  void Append(const T& value) {
    EncodeValue(value, out_);
  }

  bool top_level_;
  bool any_ = false;
  std::string* out_;
  wire::JsonSeparator separator_;
};

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_REDACT_H_
