#ifndef KAGIMORI_BASE_IDS_H_
#define KAGIMORI_BASE_IDS_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kagimori {

// A 12-digit AWS account number. Below 10^12 and so within six bytes.
class AccountId {
 public:
  constexpr AccountId() = default;
  static std::optional<AccountId> Parse(std::string_view text);
  // REQUIRES: number < 10^12.
  static constexpr AccountId FromNumber(uint64_t number) { return AccountId(number); }
  std::string ToString() const;  // always 12 digits
  constexpr uint64_t number() const { return number_; }
  auto operator<=>(const AccountId&) const = default;

 private:
  constexpr explicit AccountId(uint64_t number) : number_(number) {}
  uint64_t number_ = 0;
};

// A Region of the fixed table in ids.cc. The number is stored on disk and never changes its meaning.
class Region {
 public:
  static std::optional<Region> Parse(std::string_view name);
  static std::optional<Region> FromNumber(uint16_t number);
  static std::span<const Region> All();
  std::string_view name() const;
  std::string_view partition() const;  // "aws", "aws-cn", "aws-us-gov", …
  uint16_t number() const { return number_; }
  auto operator<=>(const Region&) const = default;
  constexpr explicit Region(uint16_t number, int) : number_(number) {}  // for the table only

 private:
  uint16_t number_;
};

// The id of a KMS key: 16 random bytes, shown as a UUID or, for multi-Region keys, as mrk- and 32 hex digits.
struct KeyId {
  enum class Kind : uint8_t { kSingleRegion = 1, kMultiRegion = 2 };

  Kind kind = Kind::kSingleRegion;
  ByteArray<16> bytes{};

  // Accepts upper-case hex, as AWS does; `canonical` says whether the text was already in the form that ToString gives.
  // An id in another form names no key, although it parses (AWS: NotFound with the given text).
  static std::optional<KeyId> Parse(std::string_view text, bool* canonical = nullptr);
  std::string ToString() const;
  void AppendTo(std::string* out) const;
  auto operator<=>(const KeyId&) const = default;
};

// Lower-case 8-4-4-4-12 form.
std::string FormatUuid(const ByteArray<16>& bytes);
void AppendUuid(const ByteArray<16>& bytes, std::string* out);
// Sets version 4 and the RFC 4122 variant on 16 random bytes.
void MakeUuidV4(ByteArray<16>* random_bytes);

}  // namespace kagimori

template <>
struct std::hash<kagimori::KeyId> {
  size_t operator()(const kagimori::KeyId& id) const noexcept {
    // Key ids are random already; an attacker cannot choose the ids of stored keys.
    return static_cast<size_t>(kagimori::ReadBe(kagimori::ByteView(id.bytes).subspan(8)));
  }
};
template <>
struct std::hash<kagimori::AccountId> {
  size_t operator()(const kagimori::AccountId& id) const noexcept { return std::hash<uint64_t>()(id.number()); }
};

#endif  // KAGIMORI_BASE_IDS_H_
