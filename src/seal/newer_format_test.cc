// Every format of this room: one that this program does not know is refused, and the text says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "seal/deployment_record.h"
#include "seal/ledger_head.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "seal/slot_file.h"
#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr AccountId kAccount = AccountId::FromNumber(111122223333);

auto IsNewer() { return HasSubstr("made by a newer version of Kagimori"); }

TEST(NewerFormat, Record) {
  TestStore test;
  Bytes sealed = SealRecord(*test.hierarchy, {.path = "\x20path", .account = kAccount, .version = 1}, "message");
  sealed[0] = 2;
  EXPECT_THAT(OpenRecord(*test.hierarchy, "\x20path", kAccount, sealed).error().text, IsNewer());
  sealed[0] = 0;
  EXPECT_THAT(OpenRecord(*test.hierarchy, "\x20path", kAccount, sealed).error().text, HasSubstr("damaged"));
}

// Whoever reads a record gets no message that it does not know, whatever the record is.
TEST(NewerFormat, MessageOfEveryTypeOfRecord) {
  TestStore test;
  for (RecordType type :
       {RecordType::kClock, RecordType::kAuditKey, RecordType::kHead, RecordType::kAnchorsKept, RecordType::kAccount,
        RecordType::kAccessKey, RecordType::kIamHead, RecordType::kIamEntity, RecordType::kKey, RecordType::kKeyPart,
        RecordType::kAlias, RecordType::kDue, RecordType::kGrant, RecordType::kRetirable, RecordType::kOutbox}) {
    const std::string path = Path(type).Number<8>(7).text();
    auto open = [&](std::optional<uint16_t> schema) {
      return OpenRecord(*test.hierarchy, path, kAccount,
                        SealRecord(*test.hierarchy, {.path = path, .account = kAccount, .schema = schema}, "message"));
    };
    SCOPED_TRACE(DescribePath(path));
    EXPECT_EQ(open(std::nullopt).value().schema, NewestSchema(path));
    EXPECT_EQ(open(1).value().message, "message");
    const Error newer = open(NewestSchema(path) + 1).error();
    EXPECT_EQ(newer.kind, ErrorKind::kCorrupt);
    EXPECT_THAT(newer.text, IsNewer());
    EXPECT_THAT(open(0).error().text, HasSubstr("damaged"));
  }
}

TEST(NewerFormat, TypeOfRecord) {
  TestStore test;
  const std::string path = "\x7Fsomething";
  const Bytes sealed = SealRecord(*test.hierarchy, {.path = path, .account = kAccount, .schema = 1}, "message");
  EXPECT_THAT(OpenRecord(*test.hierarchy, path, kAccount, sealed).error().text, IsNewer());
}

TEST(NewerFormat, WrappedSecret) {
  TestStore test;
  Bytes wrapped = WrapSecret(*test.hierarchy, kAccount, "binding", secret::SecretTesting::FromText("secret"));
  wrapped[0] = 2;
  EXPECT_THAT(UnwrapSecret(*test.hierarchy, kAccount, "binding", wrapped).error().text, IsNewer());
}

TEST(NewerFormat, DeploymentRecord) {
  TestStore test;
  const std::string path = DeploymentRecordPath();
  Bytes record = *test.Read(path);
  ++record[0];
  test.Write(path, record);
  EXPECT_THAT(KeyHierarchy::Load(TestRootKey(), &test.store, test.deployment).error().text, IsNewer());
}

TEST(NewerFormat, SlotFile) {
  SlotHeader header;
  header.info.number = 1;
  Bytes slot = EncodeSlot(header, TestRootKey(1), TestRootKey(2));
  ++slot[8];
  EXPECT_THAT(DecodeSlotHeader(slot).error().text, IsNewer());
  slot.push_back(0);  // a newer format may be longer
  EXPECT_THAT(DecodeSlotHeader(slot).error().text, IsNewer());
}

TEST(NewerFormat, DeploymentFile) {
  TestFolder folder;
  std::ofstream(folder.path() / "deployment.json") << R"({"format":2,"deployment":{"something":"else"}})";
  EXPECT_THAT(LoadDeployment(folder.path()).error().text, AllOf(HasSubstr("deployment.json"), IsNewer()));
}

TEST(NewerFormat, HeadOfTheLedger) {
  TestStore test;
  const std::string path = LedgerHeadPath(kAccount);
  const Bytes sealed = SealRecord(*test.hierarchy, {.path = path, .account = kAccount, .schema = 2, .version = 1}, "?");
  EXPECT_THAT(OpenAccountHead(*test.hierarchy, kAccount, sealed).error().text, IsNewer());
}

}  // namespace
}  // namespace kagimori::seal
