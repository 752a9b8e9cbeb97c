// Every format of this room: one that this program does not know is refused, and the text says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "seal/deployment_record.h"
#include "seal/ledger_head.h"
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
