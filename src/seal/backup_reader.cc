#include "seal/backup_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "crypto/aead.h"
#include "seal/backup_frame.h"
#include "seal/record_codec.h"

namespace kagimori::seal {
namespace {

std::unexpected<Error> Damaged(std::string what) {
  return Fail(ErrorKind::kCorrupt, "the backup is damaged: " + std::move(what));
}

struct Frame {
  FrameType type = FrameType::kRecords;
  size_t size = 0;
  Bytes sealed;  // with its head
};

// A source that is counted and hashed.
class Input {
 public:
  explicit Input(BackupSource source) : source_(std::move(source)) {}

  BackupSource counted() {
    return [this](MutableByteView out) -> Result<size_t> {
      KAGIMORI_ASSIGN_OR_RETURN(const size_t got, source_(out));
      hash_.Update(out.first(std::min(got, out.size())));
      bytes_ += got;
      return got;
    };
  }

  // The frame that has `number`; its content is not looked at.
  Result<Frame> ReadFrame(uint64_t number) {
    Frame frame;
    frame.sealed.resize(kFrameHeadSize);
    KAGIMORI_RETURN_IF_ERROR(ReadExactly(counted(), frame.sealed));
    ByteView head = frame.sealed;
    if (head[0] < static_cast<uint8_t>(FrameType::kDeployment) || head[0] > static_cast<uint8_t>(FrameType::kEnd)) {
      return Damaged(fmt::format("part {} is of no known type", number));
    }
    frame.type = static_cast<FrameType>(head[0]);
    frame.size = ReadBe(head.subspan(9, 4));
    if (ReadBe(head.subspan(1, 8)) != number) {
      return Damaged(fmt::format("part {} is missing or stands in another place", number));
    }
    if ((frame.type == FrameType::kDeployment) != (number == 0)) return Damaged("its first part is not the first");
    if (frame.size == 0 || frame.size > kMaxFrameSize) return Damaged(fmt::format("part {} has a wrong size", number));
    const size_t rest = kSaltSize + frame.size + crypto::kGcmTagSize;
    frame.sealed.resize(kFrameHeadSize + rest);
    KAGIMORI_RETURN_IF_ERROR(ReadExactly(counted(), MutableByteView(frame.sealed).last(rest)));
    return frame;
  }

  // The checksum of everything before it, and nothing behind.
  Result<> ReadEnd() {
    const crypto::Sha256Digest expected = hash_.Digest();
    crypto::Sha256Digest checksum{};
    KAGIMORI_RETURN_IF_ERROR(ReadExactly(counted(), checksum));
    if (checksum != expected) return Damaged("its checksum is another");
    ByteArray<1> beyond{};
    KAGIMORI_ASSIGN_OR_RETURN(const size_t got, source_(beyond));
    if (got != 0) return Damaged("there are bytes behind its end");
    return {};
  }

  crypto::Sha256Digest hash() const { return hash_.Digest(); }
  uint64_t bytes() const { return bytes_; }

 private:
  BackupSource source_;
  crypto::Sha256Stream hash_;
  uint64_t bytes_ = 0;
};

// One record off the front of `rest`. Nothing: not in the form that BackupWriter writes.
std::optional<store::Record> TakeRecord(ByteView* rest) {
  auto take = [rest](size_t size) -> std::optional<ByteView> {
    if (rest->size() < size) return std::nullopt;
    ByteView taken = rest->first(size);
    *rest = rest->subspan(size);
    return taken;
  };
  auto number = [&take](size_t size) -> std::optional<uint64_t> {
    auto bytes = take(size);
    return bytes ? std::optional(ReadBe(*bytes)) : std::nullopt;
  };
  auto path_size = number(2);
  if (!path_size || *path_size == 0 || *path_size > store::kMaxKeySize) return std::nullopt;
  auto path = take(*path_size);
  auto revision = number(8);
  auto value_size = number(4);
  if (!path || !revision || !value_size || *value_size > store::kMaxValueSize) return std::nullopt;
  auto value = take(*value_size);
  if (!value) return std::nullopt;
  return store::Record{
      .key = std::string(AsText(*path)), .value = Bytes(value->begin(), value->end()), .revision = *revision};
}

}  // namespace

struct BackupReader::State {
  explicit State(BackupSource source) : input(std::move(source)) {}

  Result<std::string> OpenFrame(const Frame& frame) {
    auto opened = OpenEnvelope(seal->envelope(), kFrameHeadSize, frame.sealed);
    if (!opened) {
      if (opened.error().kind != ErrorKind::kAuthentication) return std::unexpected(std::move(opened).error());
      if (frames == 0) {
        return Fail(ErrorKind::kAuthentication, "the key does not open the backup, or the backup was changed");
      }
      return Fail(ErrorKind::kAuthentication,
                  fmt::format("part {} of the backup was changed, or is another backup's", frames));
    }
    // Sealed records and counts: no secret in the clear.
    return RecordCodec::Message(*opened);
  }

  Result<std::vector<store::Record>> ParseRecords(ByteView content) {
    std::vector<store::Record> records;
    while (!content.empty()) {
      auto record = TakeRecord(&content);
      const bool right =
          record && record->key > last_path && record->revision > 0 && record->revision <= header.revision;
      if (!right) return Damaged(fmt::format("part {} holds no records", frames));
      last_path = record->key;
      ++totals.records;
      totals.record_bytes += record->key.size() + record->value.size();
      records.push_back(*std::move(record));
    }
    return records;
  }

  Result<> CheckEnd(ByteView content, const crypto::Sha256Digest& hash_before) {
    const bool right = content.size() == kEndSize && ReadBe(content.first(8)) == totals.records &&
                       ReadBe(content.subspan(8, 8)) == totals.record_bytes &&
                       ReadBe(content.subspan(16, 8)) == frames && std::ranges::equal(content.subspan(24), hash_before);
    if (!right) return Damaged("its end speaks of another content");
    KAGIMORI_RETURN_IF_ERROR(input.ReadEnd());
    totals.file_bytes = input.bytes();
    totals.file_hash = input.hash();
    return {};
  }

  Input input;
  BackupHeader header;
  Bytes encoded_header;
  std::optional<crypto::HmacSha256Key> key;
  std::optional<FrameSeal> seal;
  uint64_t frames = 0;  // read so far
  std::string last_path;
  BackupTotals totals;
};

BackupReader::BackupReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
BackupReader::~BackupReader() = default;

const BackupHeader& BackupReader::header() const { return state_->header; }
const BackupTotals& BackupReader::totals() const { return state_->totals; }

Result<std::unique_ptr<BackupReader>> BackupReader::Open(BackupSource source) {
  auto state = std::make_unique<State>(std::move(source));
  KAGIMORI_ASSIGN_OR_RETURN(ReadHeader read, ReadBackupHeader(state->input.counted()));
  state->header = std::move(read.header);
  state->encoded_header = std::move(read.encoded);
  return std::unique_ptr<BackupReader>(new BackupReader(std::move(state)));
}

Result<Bytes> BackupReader::Unlock(const secret::SecretKey256& backup_key) {
  State& s = *state_;
  s.key = crypto::HmacSha256Key::Create(backup_key);
  s.seal.emplace(*s.key, s.header, s.encoded_header);
  KAGIMORI_ASSIGN_OR_RETURN(const Frame frame, s.input.ReadFrame(0));
  KAGIMORI_ASSIGN_OR_RETURN(const std::string record, s.OpenFrame(frame));
  s.frames = 1;
  return Bytes(record.begin(), record.end());
}

Result<std::vector<store::Record>> BackupReader::Next() {
  State& s = *state_;
  if (!s.seal || s.frames == 0) return Fail(ErrorKind::kInternal, "a backup is read before it is unlocked");
  const crypto::Sha256Digest hash_before = s.input.hash();
  KAGIMORI_ASSIGN_OR_RETURN(const Frame frame, s.input.ReadFrame(s.frames));
  KAGIMORI_ASSIGN_OR_RETURN(const std::string content, s.OpenFrame(frame));
  if (frame.type == FrameType::kEnd) {
    KAGIMORI_RETURN_IF_ERROR(s.CheckEnd(AsBytes(content), hash_before));
    return std::vector<store::Record>();
  }
  KAGIMORI_ASSIGN_OR_RETURN(std::vector<store::Record> records, s.ParseRecords(AsBytes(content)));
  ++s.frames;
  return records;
}

Result<BackupTotals> CheckBackupFile(const BackupSource& source, BackupHeader* header) {
  Input input(source);
  KAGIMORI_ASSIGN_OR_RETURN(ReadHeader read, ReadBackupHeader(input.counted()));
  *header = std::move(read.header);
  FrameType type = FrameType::kDeployment;
  for (uint64_t number = 0; type != FrameType::kEnd; ++number) {
    KAGIMORI_ASSIGN_OR_RETURN(const Frame frame, input.ReadFrame(number));
    type = frame.type;
  }
  KAGIMORI_RETURN_IF_ERROR(input.ReadEnd());
  return BackupTotals{.file_bytes = input.bytes(), .file_hash = input.hash()};
}

}  // namespace kagimori::seal
