#include "seal/slot_file.h"

#include <algorithm>

#include "base/format_version.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "seal/envelope.h"
#include "seal/record_codec.h"

namespace kagimori::seal {
namespace {

constexpr std::string_view kMagic = "KAGISLOT";
constexpr uint8_t kFormat = 1;
constexpr std::string_view kLabel = "kagimori/slot/1";
constexpr size_t kHeadSize = 8 + 1 + 1 + 1 + 16 + 8 + 4 + 4 + 4 + 32;
constexpr size_t kEnvelopeSize = kHeadSize + kSaltSize + 32 + crypto::kGcmTagSize;
static_assert(kEnvelopeSize + 32 == kSlotFileSize);

Bytes EncodeHead(const SlotHeader& header) {
  Bytes head(kMagic.begin(), kMagic.end());
  head.push_back(kFormat);
  head.push_back(static_cast<uint8_t>(header.info.kind));
  head.push_back(static_cast<uint8_t>(header.info.number));
  head.insert(head.end(), header.deployment_id.begin(), header.deployment_id.end());
  AppendBe64(static_cast<uint64_t>(header.info.created.millis), &head);
  AppendBe32(header.info.argon2.memory_kib, &head);
  AppendBe32(header.info.argon2.passes, &head);
  AppendBe32(header.info.argon2.lanes, &head);
  head.insert(head.end(), header.kdf_salt.begin(), header.kdf_salt.end());
  return head;
}

std::unexpected<Error> Damaged() { return Fail(ErrorKind::kCorrupt, "a slot file is damaged"); }

}  // namespace

Bytes EncodeSlot(const SlotHeader& header, const secret::SecretKey256& slot_key, const secret::SecretKey256& root_key) {
  crypto::HmacSha256Key key = crypto::HmacSha256Key::Create(slot_key);
  Bytes file = SealEnvelope({.key = key, .label = kLabel, .owner = header.deployment_id, .binding = {}},
                            EncodeHead(header), RecordCodec::ToBytes(root_key));
  crypto::Sha256Digest checksum = crypto::Sha256(file);
  file.insert(file.end(), checksum.begin(), checksum.end());
  return file;
}

Result<SlotHeader> DecodeSlotHeader(ByteView file) {
  // The number first: a newer format may have another size.
  if (file.size() <= kMagic.size() || AsText(file.first(kMagic.size())) != kMagic) return Damaged();
  if (file[8] != kFormat) return Fail(ErrorKind::kCorrupt, UnknownFormat("the slot file", file[8], kFormat));
  if (file.size() != kSlotFileSize) return Damaged();
  if (!std::ranges::equal(crypto::Sha256(file.first(kEnvelopeSize)), file.subspan(kEnvelopeSize))) return Damaged();
  SlotHeader header;
  switch (file[9]) {
    case static_cast<uint8_t>(SlotKind::kDevelopmentFile):
      header.info.kind = SlotKind::kDevelopmentFile;
      break;
    case static_cast<uint8_t>(SlotKind::kPassphrase):
      header.info.kind = SlotKind::kPassphrase;
      break;
    case static_cast<uint8_t>(SlotKind::kRecoveryCode):
      header.info.kind = SlotKind::kRecoveryCode;
      break;
    default:
      return Damaged();
  }
  header.info.number = file[10];
  std::ranges::copy(file.subspan(11, 16), header.deployment_id.begin());
  header.info.created = {static_cast<int64_t>(ReadBe(file.subspan(27, 8)))};
  header.info.argon2.memory_kib = static_cast<uint32_t>(ReadBe(file.subspan(35, 4)));
  header.info.argon2.passes = static_cast<uint32_t>(ReadBe(file.subspan(39, 4)));
  header.info.argon2.lanes = static_cast<uint32_t>(ReadBe(file.subspan(43, 4)));
  std::ranges::copy(file.subspan(47, 32), header.kdf_salt.begin());
  return header;
}

Result<secret::SecretKey256> OpenSlot(ByteView file, const secret::SecretKey256& slot_key) {
  KAGIMORI_ASSIGN_OR_RETURN(SlotHeader header, DecodeSlotHeader(file));
  crypto::HmacSha256Key key = crypto::HmacSha256Key::Create(slot_key);
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes opened,
                            OpenEnvelope({.key = key, .label = kLabel, .owner = header.deployment_id, .binding = {}},
                                         kHeadSize, file.first(kEnvelopeSize)));
  return RecordCodec::ToKey(opened);
}

}  // namespace kagimori::seal
