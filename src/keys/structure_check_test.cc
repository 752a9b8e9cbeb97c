#include "keys/structure_check.h"

#include <gtest/gtest.h>

#include <string>

#include "keys/destroyed_keys.h"
#include "keys/paths.h"
#include "keys/records.h"
#include "keys/testing/test_grants.h"
#include "seal/ledger.h"
#include "seal/scrub.h"
#include "seal/sealed_record.h"

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
        DuePath(*key->deletion_due, key->name), MaterialPath(key->name, key->materials.at(0).id)}) {
    room.Delete(path);
  }
  EXPECT_EQ(Check(room),
            "21 is missing: the key's head names it\n"
            "21 is missing: the key's head names it\n"
            "22 is missing: the key's list of aliases names it\n"
            "23 is missing: the key's head (what happens to it next) names it\n");
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

// The last use of a key is named by no head, but it is some key's.
TEST(StructureCheck, ADestroyedKeyDoesNotComeBack) {
  KeyRoom room;
  store::Transaction mark;
  mark.puts.push_back(DestroyedPut(room.hierarchy(), TestName(9)));
  store::CommitAndWait(room.test.store, std::move(mark)).value();
  EXPECT_EQ(Check(room), "");
  const auto key = MakeKey(room);
  store::Transaction beside;
  beside.puts.push_back(DestroyedPut(room.hierarchy(), key->name));
  store::CommitAndWait(room.test.store, std::move(beside)).value();
  EXPECT_EQ(Check(room), "21 is extra: the key's head does not name it\n");
}

TEST(StructureCheck, ALastUseBelongsToAKey) {
  KeyRoom room;
  auto key = MakeKey(room);
  const auto write_use_of = [&](const KeyName& name) {
    const std::string path = PartPath(name, Part::kUsage);
    room.test.Write(path,
                    seal::SealRecord(room.hierarchy(), {.path = path, .account = name.account, .version = 7},
                                     records::EncodeUsage({.operation = shapes::Operation::kSign, .at = kTestNow})));
  };
  write_use_of(key->name);
  EXPECT_EQ(Check(room), "");
  KeyName nobody = key->name;
  nobody.id.bytes[0] ^= 1;
  write_use_of(nobody);
  EXPECT_EQ(Check(room), "21 is extra: the key's head does not name it\n");
}

// Grants with everything that goes with one.
struct Granted : GrantRoom {
  Granted() {
    grant.name = "n";
    grant.retiring = TestRole("R");
    id = Give(grant);
    Give(TestGrant());
    Give(TestGrant(TestRole("TWO")));
  }
  Grant grant = TestGrant();
  GrantId id;
};

TEST(StructureCheck, GrantsAgreeWithTheirHeadsCountsNamesAndRetiringPrincipals) {
  Granted room;
  EXPECT_EQ(Check(room), "");
  room.End(room.id);
  EXPECT_EQ(Check(room), "");
}

TEST(StructureCheck, NamesGrantsThatAreMissing) {
  Granted room;
  room.Delete(GrantPath(TestName(), room.id));
  const std::string found = Check(room);
  EXPECT_NE(found.find("24 does not fit: it says 2 grants of this grantee, 1 are there\n"), found.npos) << found;
  EXPECT_NE(found.find("24 does not fit: it counts "), found.npos) << found;
  EXPECT_NE(found.find("24 is extra: it leads to no grant\n"), found.npos) << found;
  EXPECT_NE(found.find("25 is extra: it leads to no grant\n"), found.npos) << found;
}

TEST(StructureCheck, NamesAGrantThatWasPutBack) {
  Granted room;
  const std::string path = GrantPath(TestName(), room.id);
  const Bytes record = *room.test.Read(path);
  room.End(room.id);
  room.test.Write(path, record);
  const std::string found = Check(room);
  EXPECT_NE(found.find("24 does not fit: it says 1 grants of this grantee, 2 are there\n"), found.npos) << found;
  EXPECT_NE(found.find("24 is missing: a grant is to be found by it\n"), found.npos) << found;
  EXPECT_NE(found.find("25 is missing: a grant is to be found by it\n"), found.npos) << found;
}

TEST(StructureCheck, NamesAGrantInAnothersPlace) {
  Granted room;
  const GrantId other = room.Give(TestGrant());
  const std::string path = GrantPath(TestName(), room.id);
  const Bytes record = *room.test.Read(path);
  room.End(room.id);
  room.test.Write(path, record);
  room.Delete(GrantPath(TestName(), other));
  const std::string found = Check(room);
  EXPECT_NE(found.find("24 does not fit: it says 2 grants of this grantee, 2 are there, but others\n"), found.npos)
      << found;
}

TEST(StructureCheck, NamesWhatLeadsToNoGrantAndGrantsOfNoKey) {
  Granted room;
  const std::string retirable = RetirablePath(room.hierarchy(), *room.grant.retiring, TestName(), room.id);
  const std::string name = GrantNamePath(room.hierarchy(), room.grant);
  const Bytes retirable_record = *room.test.Read(retirable);
  const Bytes name_record = *room.test.Read(name);
  room.End(room.id);
  room.test.Write(retirable, retirable_record);
  room.test.Write(name, name_record);
  EXPECT_EQ(Check(room), "24 is extra: it leads to no grant\n25 is extra: it leads to no grant\n");
  GrantRoom orphaned;
  orphaned.Give(TestGrant());
  orphaned.Delete(HeadPath(TestName()));
  orphaned.Delete(MaterialPath(TestName(), TestMaterialId(1)));
  EXPECT_EQ(Check(orphaned), "24 is extra: it is a grant on a key that is not there\n");
}

TEST(StructureCheck, LeavesTheGrantsOfAKeyAloneThatIsBeingDestroyed) {
  Granted room;
  room.Update(room.Load(), [](Key& edited) {
    edited.due_seen_uptime = 5;
    edited.parts = {};
    edited.materials.clear();
  });
  room.Delete(GrantPath(TestName(), room.id));
  room.Delete(MaterialPath(TestName(), TestMaterialId(1)));
  EXPECT_EQ(Check(room), "");
}

}  // namespace
}  // namespace kagimori::keys
