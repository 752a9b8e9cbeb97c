#include "seal/backup_writer.h"

#include <string>
#include <utility>

#include "seal/backup_frame.h"

namespace kagimori::seal {

struct BackupWriter::State {
  State(const BackupHeader& header, ByteView encoded_header, const secret::SecretKey256& backup_key, BackupSink to)
      : revision(header.revision),
        key(crypto::HmacSha256Key::Create(backup_key)),
        seal(key, header, encoded_header),
        sink(std::move(to)) {}

  Result<> Write(ByteView bytes) {
    hash.Update(bytes);
    totals.file_bytes += bytes.size();
    return sink(bytes);
  }

  Result<> WriteFrame(FrameType type, ByteView content) {
    Bytes frame =
        SealEnvelope(seal.envelope(), FrameHead(type, frames, content.size()), secret::SecretBytes::CopyOf(content));
    ++frames;
    return Write(frame);
  }

  const store::Revision revision;
  const crypto::HmacSha256Key key;
  const FrameSeal seal;
  const BackupSink sink;
  crypto::Sha256Stream hash;
  uint64_t frames = 0;
  Bytes pending;  // records of the next frame
  std::string last_path;
  BackupTotals totals;
};

BackupWriter::BackupWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
BackupWriter::~BackupWriter() = default;

Result<std::unique_ptr<BackupWriter>> BackupWriter::Begin(const BackupHeader& header,
                                                          const secret::SecretKey256& backup_key,
                                                          ByteView deployment_record, BackupSink sink) {
  if (header.slots.empty() || header.slots.size() > kMaxBackupSlots) {
    return Fail(ErrorKind::kInvalid, "a backup has 1 to 8 slots");
  }
  if (deployment_record.empty() || deployment_record.size() > kMaxFrameSize) {
    return Fail(ErrorKind::kInvalid, "a deployment record of an impossible size");
  }
  const Bytes encoded = EncodeBackupHeader(header);
  auto state = std::make_unique<State>(header, encoded, backup_key, std::move(sink));
  KAGIMORI_RETURN_IF_ERROR(state->Write(encoded));
  KAGIMORI_RETURN_IF_ERROR(state->WriteFrame(FrameType::kDeployment, deployment_record));
  return std::unique_ptr<BackupWriter>(new BackupWriter(std::move(state)));
}

Result<> BackupWriter::Add(const store::Record& record) {
  State& s = *state_;
  const bool fits = !record.key.empty() && record.key.size() <= store::kMaxKeySize &&
                    record.value.size() <= store::kMaxValueSize && record.revision > 0 && record.revision <= s.revision;
  if (!fits || record.key <= s.last_path) return Fail(ErrorKind::kInvalid, "a record that a backup cannot hold");
  AppendBe16(static_cast<uint16_t>(record.key.size()), &s.pending);
  s.pending.insert(s.pending.end(), record.key.begin(), record.key.end());
  AppendBe64(record.revision, &s.pending);
  AppendBe32(static_cast<uint32_t>(record.value.size()), &s.pending);
  s.pending.insert(s.pending.end(), record.value.begin(), record.value.end());
  s.last_path = record.key;
  ++s.totals.records;
  s.totals.record_bytes += record.key.size() + record.value.size();
  if (s.pending.size() < kFrameTarget) return {};
  KAGIMORI_RETURN_IF_ERROR(s.WriteFrame(FrameType::kRecords, s.pending));
  s.pending.clear();
  return {};
}

Result<BackupTotals> BackupWriter::Finish() {
  State& s = *state_;
  if (!s.pending.empty()) KAGIMORI_RETURN_IF_ERROR(s.WriteFrame(FrameType::kRecords, s.pending));
  s.pending.clear();
  Bytes end;
  AppendBe64(s.totals.records, &end);
  AppendBe64(s.totals.record_bytes, &end);
  AppendBe64(s.frames, &end);
  const crypto::Sha256Digest before = s.hash.Digest();
  end.insert(end.end(), before.begin(), before.end());
  KAGIMORI_RETURN_IF_ERROR(s.WriteFrame(FrameType::kEnd, end));
  const crypto::Sha256Digest checksum = s.hash.Digest();
  KAGIMORI_RETURN_IF_ERROR(s.Write(checksum));
  s.totals.file_hash = s.hash.Digest();
  return s.totals;
}

}  // namespace kagimori::seal
