#include "seal/slots.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "crypto/digest.h"
#include "seal/slot_file.h"
#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

namespace fs = std::filesystem;
using secret::SecretTesting;

constexpr crypto::Argon2Parameters kCheap = {.memory_kib = 8192, .passes = 1, .lanes = 1};
constexpr Timestamp kNow{1'700'000'000'000};

class SlotsTest : public ::testing::Test {
 protected:
  SlotsTest() : deployment_(NewDeployment(DeploymentKind::kDevelopment, kNow)) {}

  fs::path Slot(int number) { return folder_.path() / "slots" / ("0" + std::to_string(number) + ".slot"); }
  fs::path Key(int number) { return folder_.path() / "slots" / ("0" + std::to_string(number) + ".key"); }
  static Bytes Read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void Write(const fs::path& path, ByteView content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << AsText(content);
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  }
  static void ExpectRoot(const Result<secret::SecretKey256>& root) {
    ASSERT_TRUE(root) << Describe(root.error());
    EXPECT_EQ(SecretTesting::BytesOf(*root), Bytes(32, 0x5A));
  }
  static void ExpectError(const Result<secret::SecretKey256>& root, ErrorKind kind) {
    ASSERT_FALSE(root);
    EXPECT_EQ(root.error().kind, kind) << Describe(root.error());
  }
  int AddDevelopment() { return AddDevelopmentSlot(folder_.path(), deployment_, TestRootKey(), kNow).value().number; }
  int AddPassphrase(const secret::SecretBytes& passphrase) {
    return AddPassphraseSlot(folder_.path(), deployment_, passphrase, kCheap, TestRootKey(), kNow).value().number;
  }

  static RootKeyCheck RootIs(uint8_t byte) {
    return [byte](const secret::SecretKey256& root) -> Result<> {
      if (SecretTesting::BytesOf(root) == Bytes(32, byte)) return {};
      return Fail(ErrorKind::kAuthentication, "another root key");
    };
  }

  TestFolder folder_;
  Deployment deployment_;
  const secret::SecretBytes passphrase_ = SecretTesting::FromText("correct horse battery staple");
};

TEST_F(SlotsTest, DevelopmentSlotOpens) {
  EXPECT_EQ(AddDevelopment(), 1);
  ExpectRoot(OpenDevelopmentSlot(folder_.path(), deployment_, 1));
  ExpectRoot(OpenAnyDevelopmentSlot(folder_.path(), deployment_));
  struct stat status;
  for (const fs::path& file : {Slot(1), Key(1)}) {
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600u);
  }
  ASSERT_EQ(stat((folder_.path() / "slots").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
}

TEST_F(SlotsTest, DevelopmentSlotIsRefusedInProduction) {
  deployment_.kind = DeploymentKind::kProduction;
  auto added = AddDevelopmentSlot(folder_.path(), deployment_, TestRootKey(), kNow);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().kind, ErrorKind::kInvalid);
  EXPECT_FALSE(fs::exists(folder_.path() / "slots"));
}

TEST_F(SlotsTest, PassphraseSlotOpensWithItsPassphraseOnly) {
  EXPECT_EQ(AddPassphrase(passphrase_), 1);
  ExpectRoot(OpenPassphraseSlot(folder_.path(), deployment_, 1, passphrase_));
  auto wrong = SecretTesting::FromText("correct horse battery stapla");
  ExpectError(OpenPassphraseSlot(folder_.path(), deployment_, 1, wrong), ErrorKind::kAuthentication);
  ExpectError(OpenAnyPassphraseSlot(folder_.path(), deployment_, wrong), ErrorKind::kAuthentication);
  ExpectError(OpenPassphraseSlot(folder_.path(), deployment_, 2, passphrase_), ErrorKind::kNotFound);
  ExpectError(OpenDevelopmentSlot(folder_.path(), deployment_, 1), ErrorKind::kInvalid);
  ExpectError(OpenAnyDevelopmentSlot(folder_.path(), deployment_), ErrorKind::kNotFound);
}

TEST_F(SlotsTest, SlotsOpenIndependently) {
  auto second = SecretTesting::FromText("another passphrase");
  AddPassphrase(passphrase_);
  AddPassphrase(second);
  AddDevelopment();
  auto slots = ListSlots(folder_.path()).value();
  ASSERT_EQ(slots.size(), 3u);
  EXPECT_EQ(slots[1].number, 2);
  EXPECT_EQ(slots[1].kind, SlotKind::kPassphrase);
  EXPECT_EQ(slots[1].argon2.memory_kib, 8192u);
  EXPECT_EQ(slots[2].kind, SlotKind::kDevelopmentFile);
  EXPECT_EQ(slots[2].created, kNow);
  ExpectRoot(OpenAnyPassphraseSlot(folder_.path(), deployment_, second));
  // A damaged slot does not keep the others from opening, and its number is not given away.
  Write(Slot(1), AsBytes("damage"));
  EXPECT_EQ(ListSlots(folder_.path()).value().size(), 2u);
  ExpectRoot(OpenAnyPassphraseSlot(folder_.path(), deployment_, second));
  EXPECT_EQ(AddDevelopment(), 4);
}

TEST_F(SlotsTest, PassphraseBoundsAndArgonBounds) {
  for (size_t size : {size_t{0}, kMinPassphraseSize - 1, kMaxPassphraseSize + 1}) {
    auto added = AddPassphraseSlot(folder_.path(), deployment_, SecretTesting::FromText(std::string(size, 'x')), kCheap,
                                   TestRootKey(), kNow);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().kind, ErrorKind::kInvalid);
  }
  auto weak = AddPassphraseSlot(folder_.path(), deployment_, passphrase_, {.memory_kib = 64, .passes = 1, .lanes = 1},
                                TestRootKey(), kNow);
  ASSERT_FALSE(weak);
  EXPECT_EQ(weak.error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(ListSlots(folder_.path()).value().empty());
}

TEST_F(SlotsTest, EveryFlippedBitAndEveryCutIsFound) {
  AddDevelopment();
  const Bytes file = Read(Slot(1));
  ASSERT_EQ(file.size(), kSlotFileSize);
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    Bytes changed = file;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_EQ(DecodeSlotHeader(changed).error().kind, ErrorKind::kCorrupt) << bit;
  }
  for (size_t size = 0; size < file.size(); ++size) {
    Write(Slot(1), ByteView(file).first(size));
    ExpectError(OpenDevelopmentSlot(folder_.path(), deployment_, 1), ErrorKind::kCorrupt);
  }
}

// Whoever changes a slot on purpose makes the checksum right as well.
TEST_F(SlotsTest, EveryFlippedBitUnderARightChecksumIsFound) {
  AddDevelopment();
  const Bytes file = Read(Slot(1));
  auto slot_key = secret::SecretKey256::CopyOf(std::span<const uint8_t, 32>(Read(Key(1))));
  ExpectRoot(OpenSlot(file, slot_key));
  for (size_t bit = 0; bit < (file.size() - 32) * 8; ++bit) {
    Bytes changed(file.begin(), file.end() - 32);
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    crypto::Sha256Digest checksum = crypto::Sha256(changed);
    changed.insert(changed.end(), checksum.begin(), checksum.end());
    auto opened = OpenSlot(changed, slot_key);
    ASSERT_FALSE(opened) << bit;
    EXPECT_TRUE(opened.error().kind == ErrorKind::kCorrupt || opened.error().kind == ErrorKind::kAuthentication);
    EXPECT_EQ(opened.error().kind == ErrorKind::kAuthentication, DecodeSlotHeader(changed).has_value()) << bit;
  }
}

TEST_F(SlotsTest, WeakenedArgonParametersNeverReachTheKdf) {
  AddPassphrase(passphrase_);
  Bytes file = Read(Slot(1));
  file.resize(file.size() - 32);
  std::fill(file.begin() + 35, file.begin() + 39, 0xFF);  // memory: 4 TiB
  crypto::Sha256Digest checksum = crypto::Sha256(file);
  file.insert(file.end(), checksum.begin(), checksum.end());
  Write(Slot(1), file);
  ExpectError(OpenPassphraseSlot(folder_.path(), deployment_, 1, passphrase_), ErrorKind::kCorrupt);
}

TEST_F(SlotsTest, AnotherDeploymentsSlotAndARenamedSlotAreRefused) {
  AddDevelopment();
  Deployment other = NewDeployment(DeploymentKind::kDevelopment, kNow);
  ExpectError(OpenDevelopmentSlot(folder_.path(), other, 1), ErrorKind::kAuthentication);
  fs::copy(Slot(1), Slot(2));
  fs::copy(Key(1), Key(2));
  ExpectError(OpenDevelopmentSlot(folder_.path(), deployment_, 2), ErrorKind::kCorrupt);
}

TEST_F(SlotsTest, WrongOrMissingKeyFile) {
  AddDevelopment();
  Bytes key = Read(Key(1));
  key[0] ^= 1;
  Write(Key(1), key);
  ExpectError(OpenDevelopmentSlot(folder_.path(), deployment_, 1), ErrorKind::kAuthentication);
  key.pop_back();
  Write(Key(1), key);
  ExpectError(OpenDevelopmentSlot(folder_.path(), deployment_, 1), ErrorKind::kCorrupt);
  fs::remove(Key(1));
  ExpectError(OpenDevelopmentSlot(folder_.path(), deployment_, 1), ErrorKind::kNotFound);
}

TEST_F(SlotsTest, FilesThatOthersMayReadAreNotOpened) {
  AddDevelopment();
  for (const fs::path& file : {Slot(1), Key(1)}) {
    for (mode_t mode : {0640u, 0604u, 0620u, 0601u}) {
      ASSERT_EQ(chmod(file.c_str(), mode), 0);
      ExpectError(OpenDevelopmentSlot(folder_.path(), deployment_, 1), ErrorKind::kIo);
    }
    ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  }
  fs::rename(Slot(1), folder_.path() / "elsewhere");
  fs::create_symlink(folder_.path() / "elsewhere", Slot(1));
  ExpectError(OpenDevelopmentSlot(folder_.path(), deployment_, 1), ErrorKind::kIo);
  fs::remove(Slot(1));
  ASSERT_EQ(mkfifo(Slot(1).c_str(), 0600), 0);
  ExpectError(OpenDevelopmentSlot(folder_.path(), deployment_, 1), ErrorKind::kIo);
}

TEST_F(SlotsTest, WhereTheOnlySlotIsDamagedTheErrorNamesIt) {
  ExpectError(OpenAnyDevelopmentSlot(folder_.path(), deployment_), ErrorKind::kNotFound);
  AddDevelopment();
  Bytes file = Read(Slot(1));
  file[file.size() / 2] ^= 1;
  Write(Slot(1), file);
  auto opened = OpenAnyDevelopmentSlot(folder_.path(), deployment_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(opened.error().text, "slot 1 is damaged, and there is no other of this kind");
}

// What a crash leaves: a temporary file, whole or cut, or a key file without its slot.
TEST_F(SlotsTest, LeftoversOfACrashAreIgnoredAndReplaced) {
  AddDevelopment();
  Bytes file = Read(Slot(1));
  Write(folder_.path() / "slots" / "02.slot.tmp", ByteView(file).first(50));
  Write(folder_.path() / "slots" / "01.slot.tmp", file);
  Write(Key(2), AsBytes("half"));
  EXPECT_EQ(ListSlots(folder_.path()).value().size(), 1u);
  ExpectRoot(OpenAnyDevelopmentSlot(folder_.path(), deployment_));
  EXPECT_EQ(AddDevelopment(), 2);
  ExpectRoot(OpenDevelopmentSlot(folder_.path(), deployment_, 2));
  EXPECT_FALSE(fs::exists(folder_.path() / "slots" / "02.slot.tmp"));
}

TEST_F(SlotsTest, RemovingNeedsAnotherSlotThatOpens) {
  AddDevelopment();
  const auto passphrase = [](std::string_view text) { return SlotSecret::Passphrase(SecretTesting::FromText(text)); };
  const auto remove = [&](int number, const SlotSecret& proof, uint8_t root = 0x5A) {
    return RemoveSlot(folder_.path(), deployment_, number, proof, RootIs(root));
  };
  const SlotSecret right = passphrase("correct horse battery staple");
  EXPECT_EQ(remove(1, right).error().kind, ErrorKind::kNotFound);
  AddPassphrase(passphrase_);
  EXPECT_EQ(remove(1, passphrase("wrong horse battery staple")).error().kind, ErrorKind::kAuthentication);
  EXPECT_EQ(remove(1, right, 0x11).error().kind, ErrorKind::kAuthentication);
  EXPECT_EQ(remove(2, right).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(remove(3, right).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(remove(0, right).error().kind, ErrorKind::kNotFound);
  ExpectRoot(OpenDevelopmentSlot(folder_.path(), deployment_, 1));
  EXPECT_EQ(remove(1, right).value(), 2);
  EXPECT_FALSE(fs::exists(Slot(1)));
  EXPECT_FALSE(fs::exists(Key(1)));
  ExpectRoot(OpenAnyPassphraseSlot(folder_.path(), deployment_, passphrase_));
  // Two slots of one passphrase stand in for each other; the last one stays.
  AddPassphrase(passphrase_);
  EXPECT_EQ(remove(2, right).value(), 1);
  EXPECT_EQ(remove(1, right).error().kind, ErrorKind::kNotFound);
  // A damaged slot can be removed as well.
  Write(Slot(5), AsBytes("damage"));
  EXPECT_EQ(SlotNumbers(folder_.path()).value(), (std::vector<int>{1, 5}));
  EXPECT_EQ(remove(5, right).value(), 1);
  EXPECT_EQ(SlotNumbers(folder_.path()).value(), std::vector<int>{1});
}

TEST_F(SlotsTest, RecoverySlotOpensWithItsCodeOnly) {
  const RecoveryCode code = NewRecoveryCode();
  const SlotSecret secret = SlotSecret::Recovery(code);
  const SlotInfo added = AddSlot(folder_.path(), deployment_, secret, TestRootKey(), kNow).value();
  EXPECT_EQ(added.number, 1);
  EXPECT_EQ(added.kind, SlotKind::kRecoveryCode);
  ExpectRoot(OpenSlotNumber(folder_.path(), deployment_, 1, secret));
  ExpectRoot(OpenSlotNumber(folder_.path(), deployment_, 1, secret.Clone()));
  ExpectError(OpenSlotNumber(folder_.path(), deployment_, 1, SlotSecret::Recovery(NewRecoveryCode())),
              ErrorKind::kAuthentication);
  ExpectError(OpenPassphraseSlot(folder_.path(), deployment_, 1, passphrase_), ErrorKind::kInvalid);
  const Deployment other = NewDeployment(DeploymentKind::kDevelopment, kNow);
  ExpectError(OpenSlotNumber(folder_.path(), other, 1, secret), ErrorKind::kAuthentication);
  SlotSecret short_code{.kind = SlotKind::kRecoveryCode, .bytes = secret::SecretBytes(31)};
  EXPECT_EQ(AddSlot(folder_.path(), deployment_, short_code, TestRootKey(), kNow).error().kind, ErrorKind::kInvalid);
  // Two slots of one code are sealed under different keys.
  ASSERT_TRUE(AddSlot(folder_.path(), deployment_, secret, TestRootKey(), kNow));
  const auto salt = [&](int number) {
    const Bytes file = Read(Slot(number));
    return Bytes(file.begin() + 47, file.begin() + 79);
  };
  EXPECT_NE(salt(1), salt(2));
}

TEST_F(SlotsTest, EveryFlippedBitOfARecoverySlotIsFound) {
  const RecoveryCode code = NewRecoveryCode();
  const SlotSecret secret = SlotSecret::Recovery(code);
  ASSERT_TRUE(AddSlot(folder_.path(), deployment_, secret, TestRootKey(), kNow));
  const Bytes file = Read(Slot(1));
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    Bytes changed = file;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    Write(Slot(1), changed);
    ExpectError(OpenSlotNumber(folder_.path(), deployment_, 1, secret), ErrorKind::kCorrupt);
    if (bit / 8 >= file.size() - 32) continue;
    // Whoever changes a slot on purpose makes the checksum right as well.
    changed.resize(file.size() - 32);
    const crypto::Sha256Digest checksum = crypto::Sha256(changed);
    changed.insert(changed.end(), checksum.begin(), checksum.end());
    Write(Slot(1), changed);
    EXPECT_FALSE(OpenSlotNumber(folder_.path(), deployment_, 1, secret)) << bit;
  }
  Write(Slot(1), file);
  ExpectRoot(OpenSlotNumber(folder_.path(), deployment_, 1, secret));
}

// A crash in the middle of a rotation: the same passphrase opens slots of two root keys.
TEST_F(SlotsTest, SlotsOfAnotherRootKeyArePassedOver) {
  const SlotSecret secret = SlotSecret::Passphrase(passphrase_.Clone());
  const auto add = [&](uint8_t root) {
    return AddSlot(folder_.path(), deployment_, secret, TestRootKey(root), kNow, kCheap).value().number;
  };
  EXPECT_EQ(add(0x11), 1);
  EXPECT_EQ(add(0x22), 2);
  EXPECT_EQ(add(0x5A), 3);
  const OpenedSlot opened = OpenAnySlot(folder_.path(), deployment_, secret, RootIs(0x5A)).value();
  EXPECT_EQ(opened.number, 3);
  EXPECT_EQ(opened.stale, (std::vector<int>{1, 2}));
  EXPECT_EQ(SecretTesting::BytesOf(opened.root_key), Bytes(32, 0x5A));
  EXPECT_EQ(OpenAnySlot(folder_.path(), deployment_, secret, {}).value().number, 1);
  EXPECT_EQ(OpenAnySlot(folder_.path(), deployment_, secret, RootIs(0x33)).error().kind, ErrorKind::kAuthentication);
  EXPECT_EQ(OpenAnySlot(folder_.path(), deployment_, secret, RootIs(0x5A), 3).error().kind, ErrorKind::kAuthentication);
  // A store that cannot be read is no reason to say that the key is wrong.
  const auto broken = [](const secret::SecretKey256&) -> Result<> { return Fail(ErrorKind::kIo, "broken"); };
  EXPECT_EQ(OpenAnySlot(folder_.path(), deployment_, secret, broken).error().kind, ErrorKind::kIo);
  EXPECT_TRUE(RemoveReplacedSlots(folder_.path(), {1, 2}));
  EXPECT_EQ(SlotNumbers(folder_.path()).value(), std::vector<int>{3});
}

TEST_F(SlotsTest, EightSlotsAndRoomForARotation) {
  const SlotSecret secret = SlotSecret::Recovery(NewRecoveryCode());
  for (int number = 1; number <= kMaxSlots; ++number) {
    EXPECT_EQ(AddSlot(folder_.path(), deployment_, secret, TestRootKey(), kNow).value().number, number);
  }
  EXPECT_EQ(AddSlot(folder_.path(), deployment_, secret, TestRootKey(), kNow).error().kind, ErrorKind::kLimit);
  for (int number = kMaxSlots + 1; number <= kMaxSlotNumber; ++number) {
    auto added = AddSlot(folder_.path(), deployment_, secret, TestRootKey(), kNow, {}, SlotRoom::kForRotation);
    EXPECT_EQ(added.value().number, number);
  }
  auto more = AddSlot(folder_.path(), deployment_, secret, TestRootKey(), kNow, {}, SlotRoom::kForRotation);
  EXPECT_EQ(more.error().kind, ErrorKind::kLimit);
  EXPECT_EQ(ListSlots(folder_.path()).value().size(), static_cast<size_t>(kMaxSlotNumber));
  // No slot has such a number.
  Write(folder_.path() / "slots" / "17.slot", Read(Slot(1)));
  EXPECT_EQ(SlotNumbers(folder_.path()).value().size(), static_cast<size_t>(kMaxSlotNumber));
}

TEST_F(SlotsTest, RootKeyIsNotInAnyFile) {
  AddDevelopment();
  AddPassphrase(passphrase_);
  for (const fs::path& file : {Slot(1), Slot(2), Key(1)}) {
    Bytes content = Read(file);
    EXPECT_EQ(AsText(content).find("ZZZZ"), std::string::npos);  // 0x5A
    EXPECT_EQ(AsText(content).find("horse"), std::string::npos);
  }
}

TEST_F(SlotsTest, NoFolderNoSlots) {
  EXPECT_TRUE(ListSlots(folder_.path()).value().empty());
  ExpectError(OpenAnyPassphraseSlot(folder_.path(), deployment_, passphrase_), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace kagimori::seal
