#include "base/ids.h"

#include <algorithm>
#include <vector>

namespace kagimori {
namespace {

struct RegionRow {
  std::string_view name;
  std::string_view partition;
};

// The index is the Region's number on disk: append only.
constexpr RegionRow kRegions[] = {
    {"us-east-1", "aws"},
    {"us-east-2", "aws"},
    {"us-west-1", "aws"},
    {"us-west-2", "aws"},
    {"af-south-1", "aws"},
    {"ap-east-1", "aws"},
    {"ap-east-2", "aws"},
    {"ap-northeast-1", "aws"},
    {"ap-northeast-2", "aws"},
    {"ap-northeast-3", "aws"},
    {"ap-south-1", "aws"},
    {"ap-south-2", "aws"},
    {"ap-southeast-1", "aws"},
    {"ap-southeast-2", "aws"},
    {"ap-southeast-3", "aws"},
    {"ap-southeast-4", "aws"},
    {"ap-southeast-5", "aws"},
    {"ap-southeast-6", "aws"},
    {"ap-southeast-7", "aws"},
    {"ca-central-1", "aws"},
    {"ca-west-1", "aws"},
    {"eu-central-1", "aws"},
    {"eu-central-2", "aws"},
    {"eu-north-1", "aws"},
    {"eu-south-1", "aws"},
    {"eu-south-2", "aws"},
    {"eu-west-1", "aws"},
    {"eu-west-2", "aws"},
    {"eu-west-3", "aws"},
    {"il-central-1", "aws"},
    {"me-central-1", "aws"},
    {"me-south-1", "aws"},
    {"mx-central-1", "aws"},
    {"sa-east-1", "aws"},
    {"cn-north-1", "aws-cn"},
    {"cn-northwest-1", "aws-cn"},
    {"us-gov-east-1", "aws-us-gov"},
    {"us-gov-west-1", "aws-us-gov"},
    {"us-iso-east-1", "aws-iso"},
    {"us-iso-west-1", "aws-iso"},
    {"us-isob-east-1", "aws-iso-b"},
    {"us-isob-west-1", "aws-iso-b"},
    {"eu-isoe-west-1", "aws-iso-e"},
    {"us-isof-east-1", "aws-iso-f"},
    {"us-isof-south-1", "aws-iso-f"},
    {"eusc-de-east-1", "aws-eusc"},
};

}  // namespace

std::optional<AccountId> AccountId::Parse(std::string_view text) {
  if (text.size() != 12) return std::nullopt;
  uint64_t number = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return AccountId(number);
}

std::string AccountId::ToString() const {
  std::string digits(12, '0');
  uint64_t rest = number_;
  for (size_t at = digits.size(); rest != 0 && at != 0; rest /= 10) digits[--at] = static_cast<char>('0' + rest % 10);
  return digits;
}

std::optional<Region> Region::Parse(std::string_view name) {
  auto row = std::ranges::find(kRegions, name, &RegionRow::name);
  if (row == std::end(kRegions)) return std::nullopt;
  return Region(static_cast<uint16_t>(row - kRegions), 0);
}

std::optional<Region> Region::FromNumber(uint16_t number) {
  if (number >= std::size(kRegions)) return std::nullopt;
  return Region(number, 0);
}

std::span<const Region> Region::All() {
  static const std::vector<Region> all = [] {
    std::vector<Region> regions;
    for (uint16_t i = 0; i < std::size(kRegions); ++i) regions.emplace_back(i, 0);
    return regions;
  }();
  return all;
}

std::string_view Region::name() const { return kRegions[number_].name; }
std::string_view Region::partition() const { return kRegions[number_].partition; }

std::optional<KeyId> KeyId::Parse(std::string_view text, bool* canonical) {
  KeyId id;
  if (canonical != nullptr) *canonical = std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'F'; });
  if (text.starts_with("mrk-")) {
    id.kind = Kind::kMultiRegion;
    if (!HexDecodeTo(text.substr(4), id.bytes)) return std::nullopt;
    return id;
  }
  if (text.size() != 36) return std::nullopt;
  char hex[32];
  size_t at = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) hex[at++] = text[i];
  }
  if (!HexDecodeTo({hex, sizeof hex}, id.bytes)) return std::nullopt;
  return id;
}

void KeyId::AppendTo(std::string* out) const {
  if (kind == Kind::kMultiRegion) {
    out->append("mrk-");
    AppendHex(bytes, out);
  } else {
    AppendUuid(bytes, out);
  }
}

std::string KeyId::ToString() const {
  std::string out;
  AppendTo(&out);
  return out;
}

void AppendUuid(const ByteArray<16>& bytes, std::string* out) {
  ByteView view(bytes);
  AppendHex(view.subspan(0, 4), out);
  for (size_t at = 4; at < 10; at += 2) {
    out->push_back('-');
    AppendHex(view.subspan(at, 2), out);
  }
  out->push_back('-');
  AppendHex(view.subspan(10), out);
}

std::string FormatUuid(const ByteArray<16>& bytes) {
  std::string out;
  AppendUuid(bytes, &out);
  return out;
}

void MakeUuidV4(ByteArray<16>* random_bytes) {
  (*random_bytes)[6] = static_cast<uint8_t>(((*random_bytes)[6] & 0x0F) | 0x40);
  (*random_bytes)[8] = static_cast<uint8_t>(((*random_bytes)[8] & 0x3F) | 0x80);
}

}  // namespace kagimori
