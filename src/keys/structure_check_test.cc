#include "keys/structure_check.h"

#include <gtest/gtest.h>

#include <string>

#include "keys/paths.h"
#include "keys/testing/test_keys.h"
#include "seal/ledger.h"
#include "seal/scrub.h"

namespace kagimori::keys {
namespace {

// What a look at the whole store finds, a line each, the paths as their type only.
std::string Check(KeyRoom& room) {
  StructureCheck check(&room.hierarchy());
  auto ledger = seal::Ledger::Create(&room.hierarchy(), &room.test.store).value();
  auto snapshot = room.test.store.TakeSnapshot().value();
  auto report = seal::Scrub(
      room.hierarchy(), *snapshot,
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

std::shared_ptr<const Key> MakeKey(KeyRoom& room) {
  Key key = TestKey();
  key.description = "one";
  key.policy = "{}";
  key.tags = {{"a", "b"}};
  key.deletion_due = kTestNow;
  room.AddAlias(room.Create(std::move(key)), "alias/a");
  return room.Load();
}

TEST(StructureCheck, AWholeKeyAgreesWithItself) {
  KeyRoom room;
  MakeKey(room);
  EXPECT_EQ(Check(room), "");
}

TEST(StructureCheck, NamesWhatIsMissing) {
  KeyRoom room;
  auto key = MakeKey(room);
  for (const std::string& path :
       {PartPath(key->name, Part::kTags), AliasPath(room.hierarchy(), TestAliasName("alias/a")),
        DuePath(*key->deletion_due, key->name), MaterialPath(key->name, key->materials.at(0)->id)}) {
    room.Delete(path);
  }
  EXPECT_EQ(Check(room),
            "21 is missing: the key's head names it\n"
            "21 is missing: the key's head names it\n"
            "22 is missing: the key's list of aliases names it\n"
            "23 is missing: the key's head (date of deletion) names it\n");
}

TEST(StructureCheck, NamesWhatIsExtraAndWhatIsStale) {
  KeyRoom room;
  auto key = MakeKey(room);
  std::string tags = PartPath(key->name, Part::kTags);
  std::string description = PartPath(key->name, Part::kDescription);
  Bytes old_tags = *room.test.Read(tags);
  Bytes old_description = *room.test.Read(description);
  key = room.Update(key, [](Key& edited) { edited.tags.clear(); });
  key = room.Update(key, [](Key& edited) { edited.description = "two"; });
  EXPECT_EQ(Check(room), "");
  room.test.Write(tags, old_tags);
  room.test.Write(description, old_description);
  EXPECT_EQ(Check(room),
            "21 is stale: it is of version 1, the key's head names 4\n"
            "21 is extra: the key's head does not name it\n");
}

TEST(StructureCheck, LeavesTheRestOfAKeyAloneThatIsBeingDestroyed) {
  KeyRoom room;
  auto key = MakeKey(room);
  room.Update(key, [](Key& edited) {
    edited.due_seen_uptime = 5;
    edited.parts = {};
    edited.materials.clear();
    edited.aliases.clear();
  });
  room.Delete(AliasPath(room.hierarchy(), TestAliasName("alias/a")));
  EXPECT_EQ(Check(room), "");
}

}  // namespace
}  // namespace kagimori::keys
