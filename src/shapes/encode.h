#ifndef KAGIMORI_SHAPES_ENCODE_H_
#define KAGIMORI_SHAPES_ENCODE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "secret/secret_bytes.h"
#include "shapes/member_info.h"
#include "shapes/types.h"
#include "wire/json_writer.h"
#include "wire/secret_codec.h"

namespace kagimori::shapes {

inline void EncodeValue(const std::string& value, std::string* out) { wire::AppendJsonString(value, out); }
inline void EncodeValue(int32_t value, std::string* out) { wire::AppendJsonInteger(value, out); }
inline void EncodeValue(int64_t value, std::string* out) { wire::AppendJsonInteger(value, out); }
inline void EncodeValue(bool value, std::string* out) { wire::AppendJsonBoolean(value, out); }
inline void EncodeValue(Timestamp value, std::string* out) { wire::AppendJsonTimestamp(value, out); }
inline void EncodeValue(const Bytes& value, std::string* out) { wire::AppendJsonBlob(value, out); }
inline void EncodeValue(const SecretText& value, std::string* out) {
  wire::SecretCodec::AppendJsonText(value.bytes, out);
}
inline void EncodeValue(const secret::SecretBytes& value, std::string* out) {
  out->push_back('"');
  wire::SecretCodec::AppendBase64(value, out);
  out->push_back('"');
}
void EncodeValue(const StringMap& value, std::string* out);

template <ApiEnum E>
void EncodeValue(E value, std::string* out) {
  out->push_back('"');
  out->append(Name(value));
  out->push_back('"');
}

template <Structure T>
void EncodeValue(const T& value, std::string* out);

template <class T>
void EncodeValue(const std::vector<T>& list, std::string* out) {
  out->push_back('[');
  wire::JsonSeparator separator;
  for (const T& element : list) {
    separator.Next(out);
    EncodeValue(element, out);
  }
  out->push_back(']');
}

// The visitor that appends a structure's members; absent ones are left out.
class Encoder {
 public:
  explicit Encoder(std::string* out) : out_(out) {}

  template <class T>
  void Member(const MemberInfo& info, const std::optional<T>& member) {
    if (member) Member(info, *member);
  }
  template <class T>
  void Member(const MemberInfo& info, const T& member) {
    separator_.Key(info.key, out_);
    EncodeValue(member, out_);
  }

 private:
  std::string* out_;
  wire::JsonSeparator separator_;
};

template <Structure T>
void EncodeValue(const T& value, std::string* out) {
  out->push_back('{');
  Encoder encoder(out);
  T::Visit(encoder, value);
  out->push_back('}');
}

// The visitor that tells an upper bound of a structure's encoding, so that one that holds a secret is written without
// the string growing: a grown string leaves its old block behind, unwiped.
class SizeBound {
 public:
  size_t bytes() const { return bytes_; }

  template <class T>
  void Member(const MemberInfo& info, const std::optional<T>& member) {
    if (member) Member(info, *member);
  }
  template <class T>
  void Member(const MemberInfo& info, const T& member) {
    bytes_ += info.key.size() + 1;
    Add(member);
  }

 private:
  static constexpr size_t kEscape = 6;   // \u001f
  static constexpr size_t kNumber = 32;  // any number, boolean or timestamp

  void Add(const std::string& value) { bytes_ += kEscape * value.size() + 2; }
  void Add(const SecretText& value) { bytes_ += kEscape * value.bytes.size() + 2; }
  void Add(const Bytes& value) { bytes_ += wire::SecretCodec::Base64Length(value.size()) + 2; }
  void Add(const secret::SecretBytes& value) { bytes_ += wire::SecretCodec::Base64Length(value.size()) + 2; }
  void Add(int32_t) { bytes_ += kNumber; }
  void Add(int64_t) { bytes_ += kNumber; }
  void Add(bool) { bytes_ += kNumber; }
  void Add(Timestamp) { bytes_ += kNumber; }
  void Add(const StringMap& value) {
    bytes_ += 2;
    for (const auto& [key, text] : value) {
      Add(key);
      Add(text);
      bytes_ += 2;
    }
  }
  template <ApiEnum E>
  void Add(E value) {
    bytes_ += Name(value).size() + 2;
  }
  template <Structure T>
  void Add(const T& value) {
    bytes_ += 2;
    T::Visit(*this, value);
  }
  template <class T>
  void Add(const std::vector<T>& list) {
    bytes_ += 2 + list.size();
    for (const T& element : list) Add(element);
  }

  size_t bytes_ = 2;
};

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_ENCODE_H_
