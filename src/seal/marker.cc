#include <algorithm>
#include <stdexcept>

#include "crypto/aead.h"
#include "seal/envelope.h"
#include "seal/record_codec.h"
#include "seal/sealed_record.h"

namespace kagimori::seal {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kHeadSize = 1 + 4;
constexpr std::string_view kLabel = "kagimori/marker/1";
constexpr size_t kMaxMarkerText = 1024;  // as AWS bounds it
static_assert((kHeadSize + kSaltSize + kMaxMarkerValue + crypto::kGcmTagSize + 2) / 3 * 4 <= kMaxMarkerText);

// RFC 4648 section 5, without padding.
std::string ToBase64Url(ByteView bytes) {
  std::string text = Base64Encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<Bytes> FromBase64Url(std::string_view url) {
  if (url.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string text(url);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text.push_back('=');
  return Base64Decode(text);
}

std::unexpected<Error> NotOurs() { return Fail(ErrorKind::kInvalid, "not a marker that was given out for this"); }

}  // namespace

std::string SealMarker(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                       std::string_view value) {
  if (value.size() > kMaxMarkerValue) throw std::logic_error("a marker's value is too long");
  auto [term, key] = hierarchy.KeyForSealing(Purpose::kMarker, account);
  Bytes head = {kFormat};
  AppendBe32(term, &head);
  return ToBase64Url(SealEnvelope({.key = *key, .label = kLabel, .owner = hierarchy.store_id(), .binding = binding},
                                  std::move(head), secret::SecretBytes::CopyOf(AsBytes(value))));
}

Result<std::string> OpenMarker(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                               std::string_view marker) {
  if (marker.size() > kMaxMarkerText) return NotOurs();
  std::optional<Bytes> sealed = FromBase64Url(marker);
  if (!sealed || sealed->size() < kHeadSize || (*sealed)[0] != kFormat) return NotOurs();
  TermId term = static_cast<TermId>(ReadBe(ByteView(*sealed).subspan(1, 4)));
  auto key = hierarchy.PurposeKey(term, Purpose::kMarker, account);
  if (!key) return NotOurs();
  auto value = OpenEnvelope({.key = **key, .label = kLabel, .owner = hierarchy.store_id(), .binding = binding},
                            kHeadSize, *sealed);
  if (!value) return NotOurs();
  return RecordCodec::Message(*value);
}

}  // namespace kagimori::seal
