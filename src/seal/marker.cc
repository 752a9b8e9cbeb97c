#include <stdexcept>

#include "base/base64url.h"
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

std::unexpected<Error> NotOurs() { return Fail(ErrorKind::kInvalid, "not a marker that was given out for this"); }

}  // namespace

std::string SealMarker(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                       std::string_view value) {
  if (value.size() > kMaxMarkerValue) throw std::logic_error("a marker's value is too long");
  auto [term, key] = hierarchy.KeyForSealing(Purpose::kMarker, account);
  Bytes head = {kFormat};
  AppendBe32(term, &head);
  return Base64UrlEncode(SealEnvelope({.key = *key, .label = kLabel, .owner = hierarchy.store_id(), .binding = binding},
                                      std::move(head), secret::SecretBytes::CopyOf(AsBytes(value))));
}

Result<std::string> OpenMarker(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                               std::string_view marker) {
  if (marker.size() > kMaxMarkerText) return NotOurs();
  std::optional<Bytes> sealed = Base64UrlDecode(marker);
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
