#include "seal/backup_header.h"

#include <algorithm>
#include <string_view>

#include "base/format_version.h"
#include "crypto/digest.h"

namespace kagimori::seal {
namespace {

constexpr std::string_view kMagic = "KAGIBACK";
constexpr size_t kStartSize = 8 + 1;
// id, deployment id, kind, store id, revision, time, audit head, number of slots
constexpr size_t kFixedSize = 16 + 16 + 1 + 16 + 8 + 8 + (8 + 32 + 8 + 8) + 1;
constexpr size_t kChecksumSize = 32;

void Append(ByteView bytes, Bytes* out) { out->insert(out->end(), bytes.begin(), bytes.end()); }

std::unexpected<Error> Damaged(std::string_view what) {
  return Fail(ErrorKind::kCorrupt, "the backup's header is damaged: " + std::string(what));
}

// Takes fixed parts off the front. REQUIRES: they are there.
class Fields {
 public:
  explicit Fields(ByteView bytes) : rest_(bytes) {}
  uint64_t Number(size_t size) { return ReadBe(Take(size)); }
  template <size_t N>
  void Copy(ByteArray<N>* out) {
    std::ranges::copy(Take(N), out->begin());
  }

 private:
  ByteView Take(size_t size) {
    ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  ByteView rest_;
};

Result<size_t> DecodeFixed(ByteView bytes, BackupHeader* header) {
  Fields fields(bytes);
  fields.Copy(&header->id);
  fields.Copy(&header->deployment.id);
  const uint64_t kind = fields.Number(1);
  if (kind != static_cast<uint64_t>(DeploymentKind::kDevelopment) &&
      kind != static_cast<uint64_t>(DeploymentKind::kProduction)) {
    return Damaged("an unknown kind of deployment");
  }
  header->deployment.kind = static_cast<DeploymentKind>(kind);
  fields.Copy(&header->store_id);
  header->revision = fields.Number(8);
  const uint64_t made = fields.Number(8);
  if (made > INT64_MAX) return Damaged("a time that cannot be");
  header->made = {static_cast<int64_t>(made)};
  header->audit_head.sequence = fields.Number(8);
  fields.Copy(&header->audit_head.link);
  header->audit_head.file = fields.Number(8);
  header->audit_head.offset = fields.Number(8);
  const size_t slots = fields.Number(1);
  if (slots == 0 || slots > kMaxBackupSlots) return Damaged("a number of slots out of bounds");
  return slots;
}

}  // namespace

Bytes EncodeBackupHeader(const BackupHeader& header) {
  Bytes out(kMagic.begin(), kMagic.end());
  out.push_back(kBackupFormat);
  Append(header.id, &out);
  Append(header.deployment.id, &out);
  out.push_back(static_cast<uint8_t>(header.deployment.kind));
  Append(header.store_id, &out);
  AppendBe64(header.revision, &out);
  AppendBe64(static_cast<uint64_t>(header.made.millis), &out);
  AppendBe64(header.audit_head.sequence, &out);
  Append(header.audit_head.link, &out);
  AppendBe64(header.audit_head.file, &out);
  AppendBe64(header.audit_head.offset, &out);
  out.push_back(static_cast<uint8_t>(header.slots.size()));
  for (const Bytes& slot : header.slots) {
    AppendBe16(static_cast<uint16_t>(slot.size()), &out);
    Append(slot, &out);
  }
  Append(crypto::Sha256(out), &out);
  return out;
}

Result<> ReadExactly(const BackupSource& source, MutableByteView out) {
  while (!out.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(const size_t got, source(out));
    if (got == 0) return Fail(ErrorKind::kCorrupt, "the backup is cut off: it ends before its end");
    if (got > out.size()) return Fail(ErrorKind::kInternal, "a source gave more than was asked for");
    out = out.subspan(got);
  }
  return {};
}

Result<ReadHeader> ReadBackupHeader(const BackupSource& source) {
  ReadHeader read;
  Bytes& bytes = read.encoded;
  auto more = [&](size_t size) {
    bytes.resize(bytes.size() + size);
    return ReadExactly(source, MutableByteView(bytes).last(size));
  };
  KAGIMORI_RETURN_IF_ERROR(more(kStartSize));
  if (AsText(ByteView(bytes).first(kMagic.size())) != kMagic) {
    return Fail(ErrorKind::kCorrupt, "this is no backup of Kagimori");
  }
  if (const uint8_t format = bytes[kMagic.size()]; format != kBackupFormat) {
    return Fail(ErrorKind::kCorrupt, UnknownFormat("the backup", format, kBackupFormat));
  }
  KAGIMORI_RETURN_IF_ERROR(more(kFixedSize));
  KAGIMORI_ASSIGN_OR_RETURN(const size_t slots, DecodeFixed(ByteView(bytes).subspan(kStartSize), &read.header));
  for (size_t i = 0; i < slots; ++i) {
    KAGIMORI_RETURN_IF_ERROR(more(2));
    const size_t size = ReadBe(ByteView(bytes).last(2));
    KAGIMORI_RETURN_IF_ERROR(more(size));
    ByteView slot = ByteView(bytes).last(size);
    read.header.slots.emplace_back(slot.begin(), slot.end());
  }
  const crypto::Sha256Digest expected = crypto::Sha256(bytes);
  KAGIMORI_RETURN_IF_ERROR(more(kChecksumSize));
  if (!std::ranges::equal(ByteView(bytes).last(kChecksumSize), expected)) return Damaged("its checksum is another");
  return read;
}

}  // namespace kagimori::seal
