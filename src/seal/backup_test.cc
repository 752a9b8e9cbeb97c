#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "crypto/digest.h"
#include "seal/backup_frame.h"
#include "seal/backup_slots.h"
#include "seal/testing/test_backup.h"

namespace kagimori::seal {
namespace {

using testing::HasSubstr;

bool Same(const std::vector<store::Record>& a, const std::vector<store::Record>& b) {
  return std::ranges::equal(a, b, [](const store::Record& x, const store::Record& y) {
    return x.key == y.key && x.value == y.value && x.revision == y.revision;
  });
}

// Where the frames of a backup begin; the last entry is where the checksum begins.
std::vector<size_t> FrameStarts(ByteView file) {
  size_t at = ReadBackupHeader(SourceOf(file)).value().encoded.size();
  std::vector<size_t> starts = {at};
  FrameType type = FrameType::kDeployment;
  while (type != FrameType::kEnd) {
    type = static_cast<FrameType>(file[at]);
    at += kFrameHeadSize + kSaltSize + ReadBe(file.subspan(at + 9, 4)) + 16;
    starts.push_back(at);
  }
  EXPECT_EQ(at + 32, file.size());
  return starts;
}

Bytes Part(ByteView file, size_t begin, size_t end) {
  ByteView part = file.subspan(begin, end - begin);
  return Bytes(part.begin(), part.end());
}

Bytes Join(std::initializer_list<Bytes> parts) {
  Bytes whole;
  for (const Bytes& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

// The file with its last 32 bytes, the checksum against damage, made right again: as a forger would.
Bytes WithChecksum(Bytes file) {
  file.resize(file.size() - 32);
  crypto::Sha256Digest checksum = crypto::Sha256(file);
  file.insert(file.end(), checksum.begin(), checksum.end());
  return file;
}

TEST(Backup, GivesBackWhatWasWritten) {
  for (size_t count : {0, 1, 9, 3000}) {
    const auto records = TestRecords(count, 500);
    BackupTotals written, read;
    const Bytes file = WriteTestBackup(TestBackupHeader(), TestBackupKey(), records, &written);
    auto back = ReadTestBackup(file, TestBackupKey(), &read);
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_TRUE(Same(*back, records));
    EXPECT_EQ(written.records, count);
    EXPECT_EQ(read.records, count);
    EXPECT_EQ(read.record_bytes, written.record_bytes);
    EXPECT_EQ(read.file_bytes, file.size());
    EXPECT_EQ(written.file_bytes, file.size());
    EXPECT_EQ(written.file_hash, crypto::Sha256(file));
    EXPECT_EQ(read.file_hash, written.file_hash);
  }
}

TEST(Backup, HeaderSaysWhatItIsACopyOf) {
  const BackupHeader header = TestBackupHeader();
  const Bytes file = WriteTestBackup(header, TestBackupKey(), {});
  const BackupHeader read = BackupReader::Open(SourceOf(file)).value()->header();
  EXPECT_EQ(read.id, header.id);
  EXPECT_EQ(read.deployment.id, header.deployment.id);
  EXPECT_EQ(read.deployment.kind, header.deployment.kind);
  EXPECT_EQ(read.store_id, header.store_id);
  EXPECT_EQ(read.revision, header.revision);
  EXPECT_EQ(read.made, header.made);
  EXPECT_EQ(read.audit_head, header.audit_head);
  EXPECT_EQ(read.slots, header.slots);
}

TEST(Backup, NothingOfTheContentIsInTheClear) {
  std::vector<store::Record> records = TestRecords(2, 500);
  records[1].value = Bytes(400, 'x');
  const Bytes file = WriteTestBackup(TestBackupHeader(), TestBackupKey(), records);
  EXPECT_THAT(std::string(AsText(file)), testing::Not(HasSubstr(std::string(16, 'x'))));
  EXPECT_THAT(std::string(AsText(file)), testing::Not(HasSubstr("deployment record")));
}

TEST(Backup, TakesRecordsOfOneSnapshotInOrderOnly) {
  auto begin = [] {
    return BackupWriter::Begin(TestBackupHeader(), TestBackupKey(), AsBytes("x"), [](ByteView) { return Result<>(); })
        .value();
  };
  auto writer = begin();
  ASSERT_TRUE(writer->Add({.key = "b", .value = {}, .revision = 1}));
  EXPECT_EQ(writer->Add({.key = "b", .value = {}, .revision = 1}).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(writer->Add({.key = "a", .value = {}, .revision = 1}).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(begin()->Add({.key = "a", .value = {}, .revision = 1'000'001}).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(begin()->Add({.key = "a", .value = {}, .revision = 0}).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(begin()->Add({.key = "", .value = {}, .revision = 1}).error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(begin()->Add({.key = std::string(512, 'k'), .value = Bytes(256 * 1024), .revision = 1}));
  EXPECT_EQ(begin()->Add({.key = "a", .value = Bytes(256 * 1024 + 1), .revision = 1}).error().kind,
            ErrorKind::kInvalid);
}

TEST(Backup, ErrorOfTheSinkEndsIt) {
  size_t left = 300'000;
  auto writer = BackupWriter::Begin(TestBackupHeader(), TestBackupKey(), AsBytes("x"), [&left](ByteView bytes) {
    if (bytes.size() > left) return Result<>(Fail(ErrorKind::kIo, "no space left"));
    left -= bytes.size();
    return Result<>();
  });
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->Add({.key = "a", .value = Bytes(256 * 1024), .revision = 1}));
  auto failed = (*writer)->Add({.key = "b", .value = Bytes(256 * 1024), .revision = 1});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().text, "no space left");
}

// Every bit flip in every byte's place is refused, with and, where it lies in sealed parts, without the checksum.
TEST(BackupDamage, EveryFlippedByteIsRefused) {
  const Bytes file = WriteTestBackup(TestBackupHeader(), TestBackupKey(), TestRecords(3, 40));
  const std::vector<size_t> frames = FrameStarts(file);
  std::map<std::string, int> texts;
  for (size_t at = 0; at < file.size(); ++at) {
    Bytes bad = file;
    bad[at] ^= static_cast<uint8_t>(1u << at % 8);
    auto read = ReadTestBackup(bad, TestBackupKey());
    ASSERT_FALSE(read) << "byte " << at;
    EXPECT_THAT(read.error().text, HasSubstr("backup")) << "byte " << at;
    ++texts[read.error().text];
    BackupHeader header;
    EXPECT_FALSE(CheckBackupFile(SourceOf(bad), &header)) << "byte " << at;
    // A flip in a frame, with the checksum made right: the seal finds it.
    if (at >= frames.front() && at < frames.back()) {
      EXPECT_FALSE(ReadTestBackup(WithChecksum(bad), TestBackupKey())) << "byte " << at;
    }
  }
  EXPECT_GE(texts.size(), 6u);  // the places are told apart
}

TEST(BackupDamage, EveryCutIsRefused) {
  const Bytes file = WriteTestBackup(TestBackupHeader(), TestBackupKey(), TestRecords(3, 40));
  for (size_t size = 0; size < file.size(); ++size) {
    auto read = ReadTestBackup(ByteView(file).first(size), TestBackupKey());
    ASSERT_FALSE(read) << "cut to " << size;
    EXPECT_THAT(read.error().text, HasSubstr("cut off"));
    BackupHeader header;
    EXPECT_FALSE(CheckBackupFile(SourceOf(ByteView(file).first(size)), &header));
  }
  Bytes longer = file;
  longer.push_back(0);
  EXPECT_THAT(ReadTestBackup(longer, TestBackupKey()).error().text, HasSubstr("behind its end"));
}

TEST(BackupDamage, CutAtAFrameWithItsChecksumMadeRightIsRefused) {
  const Bytes file = WriteTestBackup(TestBackupHeader(), TestBackupKey(), TestRecords(8, 200 * 1024));
  const std::vector<size_t> frames = FrameStarts(file);
  ASSERT_GE(frames.size(), 5u);
  for (size_t i = 0; i + 1 < frames.size(); ++i) {
    const Bytes cut = WithChecksum(Join({Part(file, 0, frames[i]), Bytes(32)}));
    EXPECT_FALSE(ReadTestBackup(cut, TestBackupKey())) << "frame " << i;
    // The end put right behind what is left.
    const Bytes closed =
        WithChecksum(Join({Part(file, 0, frames[i]), Part(file, frames[frames.size() - 2], file.size())}));
    EXPECT_EQ(ReadTestBackup(closed, TestBackupKey()).has_value(), i + 2 == frames.size()) << "frame " << i;
  }
}

TEST(BackupDamage, SwappedDoubledAndMissingFramesAreRefused) {
  const Bytes file = WriteTestBackup(TestBackupHeader(), TestBackupKey(), TestRecords(8, 200 * 1024));
  const std::vector<size_t> at = FrameStarts(file);
  ASSERT_GE(at.size(), 5u);
  const Bytes start = Part(file, 0, at[1]);
  const Bytes one = Part(file, at[1], at[2]), two = Part(file, at[2], at[3]), rest = Part(file, at[3], file.size());
  ASSERT_TRUE(ReadTestBackup(Join({start, one, two, rest}), TestBackupKey()));
  auto renumbered = [](Bytes frame, uint8_t number) {
    frame[8] = number;
    return frame;
  };
  for (const Bytes& bad : {
           Join({start, two, one, rest}),
           Join({start, renumbered(two, 1), renumbered(one, 2), rest}),
           Join({start, one, one, rest}),
           Join({start, one, renumbered(one, 2), rest}),
           Join({start, one, rest}),
           Join({start, two, rest}),
       }) {
    auto read = ReadTestBackup(WithChecksum(bad), TestBackupKey());
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().text, testing::AnyOf(HasSubstr("missing or stands in another place"),
                                                  HasSubstr("was changed, or is another backup's")));
  }
}

// Two backups with the same key, even: their frames do not mix, and neither do their headers.
TEST(BackupDamage, TwoBackupsDoNotMix) {
  const auto records = TestRecords(8, 200 * 1024);
  const Bytes a = WriteTestBackup(TestBackupHeader(1), TestBackupKey(), records);
  const Bytes b = WriteTestBackup(TestBackupHeader(2), TestBackupKey(), records);
  BackupHeader later = TestBackupHeader(1);
  later.revision += 1;
  const Bytes c = WriteTestBackup(later, TestBackupKey(), records);
  const std::vector<size_t> at = FrameStarts(a);
  for (const Bytes& other : {b, c}) {
    ASSERT_EQ(other.size(), a.size());
    for (size_t i = 0; i + 1 < at.size(); ++i) {
      const Bytes mixed =
          WithChecksum(Join({Part(a, 0, at[i]), Part(other, at[i], at[i + 1]), Part(a, at[i + 1], a.size())}));
      auto read = ReadTestBackup(mixed, TestBackupKey());
      ASSERT_FALSE(read) << "frame " << i;
      EXPECT_EQ(read.error().kind, ErrorKind::kAuthentication);
    }
    const Bytes header_swapped = WithChecksum(Join({Part(other, 0, at[0]), Part(a, at[0], a.size())}));
    EXPECT_EQ(ReadTestBackup(header_swapped, TestBackupKey()).error().kind, ErrorKind::kAuthentication);
  }
}

TEST(BackupDamage, AnotherKeyOpensNothing) {
  const Bytes file = WriteTestBackup(TestBackupHeader(), TestBackupKey(), TestRecords(1, 1));
  auto read = ReadTestBackup(file, TestBackupKey(0xB1));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::kAuthentication);
}

TEST(BackupFormat, ANewerOneIsRefusedByName) {
  Bytes file = WriteTestBackup(TestBackupHeader(), TestBackupKey(), {});
  file[8] = kBackupFormat + 1;
  EXPECT_THAT(ReadTestBackup(file, TestBackupKey()).error().text, HasSubstr("made by a newer version"));
  BackupHeader header;
  EXPECT_THAT(CheckBackupFile(SourceOf(file), &header).error().text, HasSubstr("made by a newer version"));
  const std::string_view other = "PK\x03\x04 something else altogether";
  EXPECT_THAT(ReadTestBackup(AsBytes(other), TestBackupKey()).error().text, HasSubstr("no backup of Kagimori"));
}

TEST(BackupCheck, SeesAWholeFileWithoutItsKey) {
  BackupTotals totals;
  const Bytes file = WriteTestBackup(TestBackupHeader(), TestBackupKey(), TestRecords(900, 600), &totals);
  BackupHeader header;
  auto checked = CheckBackupFile(SourceOf(file), &header);
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->file_hash, totals.file_hash);
  EXPECT_EQ(header.revision, TestBackupHeader().revision);
}

constexpr crypto::Argon2Parameters kCheap{.memory_kib = 8192, .passes = 1, .lanes = 1};

TEST(BackupSlots, OpenWithThePassphraseTheyWereMadeFor) {
  BackupHeader header = TestBackupHeader();
  const auto passphrase = secret::SecretTesting::FromText("a passphrase of the backup");
  header.slots = {MakeBackupPassphraseSlot(header.id, 1, passphrase, kCheap, TestBackupKey(), header.made).value()};
  const Bytes file = WriteTestBackup(header, TestBackupKey(), TestRecords(2, 9));
  const BackupHeader read = BackupReader::Open(SourceOf(file)).value()->header();
  auto key = OpenBackupSlots(read, SlotSecret::Passphrase(passphrase.Clone()));
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_TRUE(ReadTestBackup(file, *key));
  EXPECT_EQ(
      OpenBackupSlots(read, SlotSecret::Passphrase(secret::SecretTesting::FromText("another passphrase"))).error().kind,
      ErrorKind::kAuthentication);
  EXPECT_EQ(MakeBackupPassphraseSlot(header.id, 1, secret::SecretTesting::FromText("short"), kCheap, TestBackupKey(),
                                     header.made)
                .error()
                .kind,
            ErrorKind::kInvalid);
}

TEST(BackupSlots, OpenWithTheirRecoveryCode) {
  BackupHeader header = TestBackupHeader();
  const RecoveryCode code = NewRecoveryCode();
  const auto passphrase = secret::SecretTesting::FromText("a passphrase of the backup");
  header.slots = {MakeBackupPassphraseSlot(header.id, 1, passphrase, kCheap, TestBackupKey(), header.made).value(),
                  MakeBackupRecoverySlot(header.id, 2, code, TestBackupKey(), header.made)};
  const Bytes file = WriteTestBackup(header, TestBackupKey(), TestRecords(2, 9));
  for (const SlotSecret& secret : {SlotSecret::Recovery(code), SlotSecret::Passphrase(passphrase.Clone())}) {
    auto key = OpenBackupSlots(header, secret);
    ASSERT_TRUE(key) << key.error().text;
    EXPECT_TRUE(ReadTestBackup(file, *key));
  }
  EXPECT_EQ(OpenBackupSlots(header, SlotSecret::Recovery(NewRecoveryCode())).error().kind, ErrorKind::kAuthentication);
  EXPECT_EQ(OpenBackupSlots(header, SlotSecret::DevelopmentFile()).error().kind, ErrorKind::kInvalid);
  header.slots.pop_back();
  EXPECT_EQ(OpenBackupSlots(header, SlotSecret::Recovery(code)).error().kind, ErrorKind::kNotFound);
}

TEST(BackupSlots, GoFromOneProcessToAnother) {
  NewBackupKey made = MakeBackupKey();
  made.slots = {TestBackupSlot(made.id, made.key), TestBackupSlot(made.id, made.key)};
  auto packed = PackBackupKey(made);
  auto unpacked = UnpackBackupKey(packed);
  ASSERT_TRUE(unpacked);
  EXPECT_EQ(unpacked->id, made.id);
  EXPECT_EQ(unpacked->slots, made.slots);
  EXPECT_EQ(secret::SecretTesting::BytesOf(unpacked->key), secret::SecretTesting::BytesOf(made.key));

  packed.push_back(secret::SecretBytes::CopyOf(TestBackupSlot(TestBackupHeader().id, made.key)));
  EXPECT_FALSE(UnpackBackupKey(packed));  // another backup's slot
  packed.pop_back();
  packed.push_back(secret::SecretTesting::FromText("no slot"));
  EXPECT_FALSE(UnpackBackupKey(packed));
  std::vector<secret::SecretBytes> key_alone;
  key_alone.push_back(packed[0].Clone());
  EXPECT_FALSE(UnpackBackupKey(key_alone));
}

TEST(BackupSlots, AnotherBackupsSlotOpensNothing) {
  const auto passphrase = secret::SecretTesting::FromText("a passphrase of the backup");
  BackupHeader header = TestBackupHeader(1);
  header.slots = {
      MakeBackupPassphraseSlot(TestBackupHeader(2).id, 1, passphrase, kCheap, TestBackupKey(), header.made).value()};
  auto opened = OpenBackupSlots(header, SlotSecret::Passphrase(passphrase.Clone()));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text, HasSubstr("another backup's"));
}

}  // namespace
}  // namespace kagimori::seal
