#include "seal/written_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.h"
#include "seal/record_codec.h"
#include "secret/compare.h"

namespace kagimori::seal {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford's: no I, L, O, U
constexpr std::string_view kLabel = "kagimori/written/1";
constexpr uint8_t kFormat = 1;
constexpr size_t kGroupSize = 5;
constexpr size_t kDataSize = 4;  // characters of a group that are not its check
constexpr uint8_t kNone = 0xFF;

constexpr std::array<uint8_t, 256> MakeValues() {
  std::array<uint8_t, 256> values{};
  values.fill(kNone);
  for (uint8_t value = 0; value < 32; ++value) {
    const char c = kAlphabet[value];
    values[static_cast<uint8_t>(c)] = value;
    if (c >= 'A') values[static_cast<uint8_t>(c | 0x20)] = value;
  }
  for (const char c : {'O', 'o'}) values[static_cast<uint8_t>(c)] = 0;
  for (const char c : {'I', 'i', 'L', 'l'}) values[static_cast<uint8_t>(c)] = 1;
  return values;
}
constexpr std::array<uint8_t, 256> kValues = MakeValues();

constexpr bool IsSeparator(uint8_t c) { return c == ' ' || c == '-' || (c >= '\t' && c <= '\r'); }

// Times x in GF(2^5) modulo x^5 + x^2 + 1, whose x has order 31.
constexpr uint8_t TimesX(uint8_t value) {
  return static_cast<uint8_t>((value << 1 ^ ((value & 0x10) != 0 ? 0x25 : 0)) & 0x1F);
}

// The group's place and its four values, each with another power of x as its weight; the check itself has weight 1. So
// one wrong value, two that changed places, and two groups that did, give another check.
uint8_t Check(size_t place, const uint8_t* values) {
  uint8_t check = static_cast<uint8_t>(place & 0x1F);
  for (size_t i = 0; i < kDataSize; ++i) check = TimesX(check) ^ values[i];
  return TimesX(check);
}

uint8_t Head(const WrittenKind& kind) {
  return static_cast<uint8_t>(kValues[static_cast<uint8_t>(kind.letter)] << 3 | kFormat);
}

crypto::Sha256Digest Checksum(ByteView payload) { return crypto::Sha256({AsBytes(kLabel), payload}); }

// "group 3" or "groups 3, 4 and 9".
std::string Name(const std::vector<size_t>& places) {
  std::string text = places.size() == 1 ? "group " : "groups ";
  for (size_t i = 0; i < places.size(); ++i) {
    if (i > 0) text += i + 1 == places.size() ? " and " : ", ";
    text += std::to_string(places[i] + 1);
  }
  return text;
}

std::unexpected<Error> Bad(const WrittenKind& kind, std::string_view what) {
  return Fail(ErrorKind::kInvalid, fmt::format("the {}: {}", kind.name, what));
}

// `run` characters between two separators, the first of them in group `place` (from 1).
Result<> CheckRun(const WrittenKind& kind, size_t run, size_t place) {
  if (run % kGroupSize == 0) return {};
  if (run < 2 * kGroupSize) {
    return Bad(kind, fmt::format("group {} has {} characters instead of {}", place, run, kGroupSize));
  }
  return Bad(kind, fmt::format("from group {} on there are {} characters in one piece, which are no whole groups",
                               place, run));
}

// The values of the characters, one a byte. Where groups are set apart each must be whole; what is in one piece is
// taken in fives.
// Gives their number. REQUIRES: values.size() >= characters.size().
Result<size_t> ReadValues(const WrittenKind& kind, ByteView characters, MutableByteView values) {
  size_t used = 0;
  size_t run = 0;
  for (const uint8_t c : characters) {
    if (IsSeparator(c)) {
      KAGIMORI_RETURN_IF_ERROR(CheckRun(kind, run, (used - run) / kGroupSize + 1));
      run = 0;
      continue;
    }
    if (kValues[c] == kNone) {
      return Bad(kind, fmt::format("group {} has a character that is never used", used / kGroupSize + 1));
    }
    values[used++] = kValues[c];
    ++run;
  }
  KAGIMORI_RETURN_IF_ERROR(CheckRun(kind, run, (used - run) / kGroupSize + 1));
  return used;
}

// All groups are there, in their places, and each agrees with its check.
Result<> CheckGroups(const WrittenKind& kind, ByteView values) {
  const size_t groups = values.size() / kGroupSize;
  if (groups == 0) return Bad(kind, "nothing was given");
  std::vector<size_t> wrong;
  for (size_t place = 0; place < groups; ++place) {
    const ByteView group = values.subspan(place * kGroupSize, kGroupSize);
    if (Check(place, group.data()) != group[kDataSize]) wrong.push_back(place);
  }
  const bool first_is_right = wrong.empty() || wrong[0] != 0;
  if (first_is_right && values[0] != kValues[static_cast<uint8_t>(kind.letter)]) {
    return Bad(kind, fmt::format("it begins with {}; this is something else", kind.letter));
  }
  if (groups != kind.groups()) {
    std::string text = fmt::format("{} groups instead of {}", groups, kind.groups());
    if (!wrong.empty())
      text += fmt::format("; the first that is mistyped or not in its place is group {}", wrong[0] + 1);
    return Bad(kind, text);
  }
  if (!wrong.empty()) return Bad(kind, Name(wrong) + (wrong.size() == 1 ? " is" : " are") + " mistyped");
  return {};
}

}  // namespace

secret::SecretBytes WrittenForm::Write(const WrittenKind& kind, const secret::SecretBytes& body) {
  secret::SecretBytes payload(kind.payload_size());
  MutableByteView bytes = RecordCodec::ViewMutable(&payload);
  bytes[0] = Head(kind);
  std::ranges::copy(RecordCodec::View(body), bytes.begin() + 1);
  const crypto::Sha256Digest checksum = Checksum(bytes.first(1 + kind.body_size));
  std::copy_n(checksum.begin(), kind.checksum_size, bytes.begin() + 1 + static_cast<std::ptrdiff_t>(kind.body_size));

  secret::SecretBytes written(kind.groups() * (kGroupSize + 1) - 1);
  secret::SecretBytes group(kDataSize);
  MutableByteView out = RecordCodec::ViewMutable(&written);
  MutableByteView values = RecordCodec::ViewMutable(&group);
  for (size_t place = 0; place < kind.groups(); ++place) {
    uint8_t* at = out.data() + place * (kGroupSize + 1);
    if (place > 0) at[-1] = '-';
    for (size_t i = 0; i < kDataSize; ++i) {
      const size_t bit = (place * kDataSize + i) * 5;
      const size_t pair = bytes[bit / 8] << 8 | (bit / 8 + 1 < bytes.size() ? bytes[bit / 8 + 1] : 0);
      values[i] = static_cast<uint8_t>(pair >> (11 - bit % 8) & 0x1F);
      at[i] = static_cast<uint8_t>(kAlphabet[values[i]]);
    }
    at[kDataSize] = static_cast<uint8_t>(kAlphabet[Check(place, values.data())]);
  }
  return written;
}

Result<secret::SecretBytes> WrittenForm::Read(const WrittenKind& kind, const secret::SecretBytes& text) {
  if (text.size() > kMaxWrittenSize) return Bad(kind, "the text is too long");
  secret::SecretBytes read(text.size());
  KAGIMORI_ASSIGN_OR_RETURN(const size_t size,
                            ReadValues(kind, RecordCodec::View(text), RecordCodec::ViewMutable(&read)));
  const ByteView values = RecordCodec::View(read).first(size);
  KAGIMORI_RETURN_IF_ERROR(CheckGroups(kind, values));
  secret::SecretBytes payload(kind.payload_size());
  const MutableByteView bytes = RecordCodec::ViewMutable(&payload);
  for (size_t i = 0; i < kind.groups() * kDataSize; ++i) {
    const size_t bit = i * 5;
    const size_t pair = static_cast<size_t>(values[i / kDataSize * kGroupSize + i % kDataSize]) << (11 - bit % 8);
    bytes[bit / 8] |= static_cast<uint8_t>(pair >> 8);
    if (bit / 8 + 1 < bytes.size()) bytes[bit / 8 + 1] |= static_cast<uint8_t>(pair);
  }
  if (bytes[0] != Head(kind)) return Bad(kind, "it is of a later version of this program");
  const crypto::Sha256Digest checksum = Checksum(bytes.first(1 + kind.body_size));
  if (!secret::Equal(ByteView(checksum).first(kind.checksum_size), bytes.subspan(1 + kind.body_size))) {
    return Bad(kind, "its groups do not belong together; more than one of them is mistyped");
  }
  return secret::SecretBytes::CopyOf(bytes.subspan(1, kind.body_size));
}

bool WrittenForm::Begins(const WrittenKind& kind, const secret::SecretBytes& text) {
  for (const uint8_t c : RecordCodec::View(text)) {
    if (!IsSeparator(c)) return kValues[c] == kValues[static_cast<uint8_t>(kind.letter)];
  }
  return false;
}

std::vector<secret::SecretBytes> WrittenForm::Lines(const secret::SecretBytes& text) {
  std::vector<secret::SecretBytes> lines;
  ByteView rest = RecordCodec::View(text);
  while (!rest.empty()) {
    const auto end = static_cast<size_t>(std::ranges::find(rest, '\n') - rest.begin());
    const ByteView line = rest.first(end);
    if (!std::ranges::all_of(line, IsSeparator)) lines.push_back(secret::SecretBytes::CopyOf(line));
    rest = rest.subspan(std::min(end + 1, rest.size()));
  }
  return lines;
}

}  // namespace kagimori::seal
