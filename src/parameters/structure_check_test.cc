#include "parameters/structure_check.h"

#include <gtest/gtest.h>

#include <string>

#include "parameters/inventory.h"
#include "parameters/paths.h"
#include "parameters/records.h"
#include "parameters/testing/parameter_room.h"
#include "seal/ledger.h"
#include "seal/scrub.h"

namespace kagimori::parameters {
namespace {

// What a look at the whole store finds, a line each, the paths as their type only.
std::string Check(Room& room) {
  StructureCheck check(room.test.hierarchy.get());
  auto ledger = seal::Ledger::Create(room.test.hierarchy.get(), &room.test.store).value();
  auto snapshot = room.test.store.TakeSnapshot().value();
  auto report = seal::Scrub(
      *room.test.hierarchy, *snapshot,
      {.records_per_second = 0,
       .stop = [] { return false; },
       .also = [&](std::string_view path, const seal::OpenedRecord& record) { return check.Take(path, record); }});
  EXPECT_TRUE(report->ok()) << report->findings.at(0).text;
  std::string all;
  check.Finish([&](const std::string& path, const std::string& text) {
    all += HexEncode(AsBytes(path.substr(0, 1))) + " " + text + "\n";
  });
  return all;
}

// With two older versions, a label, a tag and a date.
ParameterPtr MakeParameter(Room& room) {
  for (int i = 0; i < 3; ++i) room.Put("/a/b/c", "v", Timestamp{kTestNow.millis + 1000});
  Change change;
  const ParameterPtr before = room.Load("/a/b/c");
  change.parameters.push_back({.before = before,
                               .after = *before,
                               .labels = Labels{{"one", 1}},
                               .tags = std::vector<Tag>{{.key = "k", .value = "v"}}});
  EXPECT_TRUE(room.Commit(change));
  return room.Load("/a/b/c");
}

void Delete(Room& room, const std::string& path) {
  store::Transaction transaction;
  transaction.deletes.push_back(path);
  ASSERT_TRUE(store::CommitAndWait(room.test.store, std::move(transaction)));
}
void PutRecord(Room& room, const std::string& path, uint64_t version, std::string_view message) {
  store::Transaction transaction;
  transaction.puts.push_back(
      {path,
       seal::SealRecord(*room.test.hierarchy, {.path = path, .account = kTestAccount, .version = version}, message)});
  ASSERT_TRUE(store::CommitAndWait(room.test.store, std::move(transaction)));
}

TEST(ParameterStructureCheck, AWholeParameterAgreesWithItself) {
  Room room;
  MakeParameter(room);
  room.Put("x");
  EXPECT_EQ(Check(room), "");
}

TEST(ParameterStructureCheck, WhatIsLeftOfADeletedParameterIsNothingWrong) {
  Room room;
  MakeParameter(room);
  room.Delete("/a/b/c");
  EXPECT_EQ(Check(room), "");
  room.Put("/a/b/c");
  EXPECT_EQ(Check(room), "");
  ASSERT_TRUE(room.reaper.RunOnce());
  EXPECT_EQ(Check(room), "");
}

TEST(ParameterStructureCheck, NamesWhatIsMissing) {
  Room room;
  const ParameterPtr made = MakeParameter(room);
  Delete(room, VersionPath(made->name, made->id, 2));
  Delete(room, PartPath(made->name, made->id, Part::kLabels));
  Delete(room, EntryPaths(*room.test.hierarchy, made->name).at(0));
  Delete(room, DuePath(*room.test.hierarchy, *made->expires, made->name));
  EXPECT_EQ(Check(room),
            "41 is missing: the parameter's head names it\n"
            "41 is missing: the parameter's head names it\n"
            "42 is missing: the parameter's head names it\n"
            "44 is missing: the parameter's head names it\n");
}

TEST(ParameterStructureCheck, NamesWhatIsExtraAndWhatIsStale) {
  Room room;
  const ParameterPtr made = MakeParameter(room);
  PutRecord(room, VersionPath(made->name, made->id, 9), 1, records::EncodeVersion(made->id, made->current));
  PutRecord(room, PartPath(made->name, made->id, Part::kTags), made->tags_version + 1,
            records::EncodeTags({{.key = "k", .value = "old"}}));
  EXPECT_EQ(Check(room), "41 is extra: no parameter's head names it\n41 is stale: it is of version " +
                             std::to_string(made->tags_version + 1) + ", the parameter's head names " +
                             std::to_string(made->tags_version) + "\n");
}

TEST(ParameterStructureCheck, Counts) {
  Room room;
  MakeParameter(room);
  PutRecord(room, CountsPath(kTestAccount, kTestRegion), 9, records::EncodeCounts({.standard = 2, .advanced = 1}));
  EXPECT_EQ(Check(room), "43 is wrong: it says 2 standard and 1 advanced parameters, there are 1 and 0\n");
  Delete(room, CountsPath(kTestAccount, kTestRegion));
  EXPECT_EQ(Check(room), "43 is wrong: it says 0 standard and 0 advanced parameters, there are 1 and 0\n");
}

TEST(ParameterInventory, SaysWhatThereIs) {
  Room room;
  const ParameterPtr made = MakeParameter(room);
  const std::string path = HeadPath(*room.test.hierarchy, made->name);
  const store::GetResult got = store::GetAndWait(room.test.store, {path}).value();
  const ParameterEntry entry = ReadParameterEntry(*room.test.hierarchy, *got.records.at(0)).value();
  EXPECT_EQ(entry.name.Arn(), "arn:aws:ssm:eu-central-1:111122223333:parameter/a/b/c");
  EXPECT_EQ(TypeText(entry.type), "String");
  EXPECT_EQ(entry.version, 3U);
}

}  // namespace
}  // namespace kagimori::parameters
