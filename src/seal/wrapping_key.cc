#include "seal/wrapping_key.h"

#include <algorithm>
#include <utility>

#include "crypto/random.h"
#include "seal/envelope.h"
#include "seal/file.h"
#include "seal/record_codec.h"
#include "seal/written_form.h"

namespace kagimori::seal {
namespace {

constexpr std::string_view kSealLabel = "kagimori/exported-material/1";
constexpr std::string_view kIdLabel = "kagimori/wrapping-key-id/1";
constexpr uint8_t kFormat = 1;
constexpr size_t kHeadSize = 1 + WrappingKeyId{}.size();
constexpr WrittenKind kWritten = {
    .letter = 'W', .name = "wrapping key", .body_size = secret::SecretKey256::size(), .checksum_size = 2};
static_assert(kWritten.groups() * 20 == kWritten.payload_size() * 8);

Bytes HeadOf(const WrappingKeyId& id) {
  Bytes head(kHeadSize);
  head[0] = kFormat;
  std::ranges::copy(id, head.begin() + 1);
  return head;
}

// What is sealed belongs to no store or deployment: whoever has the key may open it.
constexpr ByteArray<16> kNoOwner{};

}  // namespace

WrappingKey::WrappingKey(secret::SecretKey256 key) : key_(std::move(key)), kdf_(crypto::HmacSha256Key::Create(key_)) {
  const crypto::Sha256Digest digest = kdf_.Sign({AsBytes(kIdLabel)});
  std::copy_n(digest.begin(), id_.size(), id_.begin());
}

WrappingKey WrappingKey::New() { return WrappingKey(crypto::RandomSecretArray<secret::SecretKey256::size()>()); }

Result<WrappingKey> WrappingKey::Parse(const secret::SecretBytes& text) {
  if (!WrittenForm::Begins(kWritten, text)) return Fail(ErrorKind::kInvalid, "this is no wrapping key");
  KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretBytes body, WrittenForm::Read(kWritten, text));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretKey256 key, RecordCodec::ToKey(body));
  return WrappingKey(std::move(key));
}

Result<WrappingKey> WrappingKey::ReadFile(const std::filesystem::path& file) {
  KAGIMORI_ASSIGN_OR_RETURN(const File opened, OpenForReading(file, 0007));
  KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretBytes text, RecordCodec::ReadAll(opened.fd(), kMaxWrittenSize));
  Result<WrappingKey> key = Parse(text);
  if (!key) return Fail(key.error().kind, file.string() + ": " + key.error().text);
  return key;
}

secret::SecretBytes WrappingKey::Write() const { return WrittenForm::Write(kWritten, RecordCodec::ToBytes(key_)); }

Bytes WrappingKey::Seal(std::string_view binding, const secret::SecretBytes& secret) const {
  return SealEnvelope({.key = kdf_, .label = kSealLabel, .owner = kNoOwner, .binding = binding}, HeadOf(id_), secret);
}

Result<secret::SecretBytes> WrappingKey::Open(std::string_view binding, ByteView sealed) const {
  if (sealed.size() < kHeadSize || sealed[0] != kFormat) {
    return Fail(ErrorKind::kCorrupt, "this is no sealed key material, or of a format that this version does not know");
  }
  const ByteView id = sealed.subspan(1, id_.size());
  if (!std::ranges::equal(id, id_)) {
    return Fail(ErrorKind::kInvalid,
                "it is sealed under the wrapping key " + HexEncode(id) + ", and " + HexEncode(id_) + " was given");
  }
  return OpenEnvelope({.key = kdf_, .label = kSealLabel, .owner = kNoOwner, .binding = binding}, kHeadSize, sealed);
}

}  // namespace kagimori::seal
