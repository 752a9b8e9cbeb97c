#include "keys/records.h"

#include <gtest/gtest.h>

#include <functional>

#include "keys/records.pb.h"
#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

Key FullKey() {
  Key key = TestKey();
  key.stored_state = KeyState::kPendingDeletion;
  key.deletion_due = kTestNow + std::chrono::hours(24 * 7);
  key.pending_window_days = 7;
  key.due_seen_uptime = 77;
  key.parts = {.description = 1, .policy = 2, .tags = 3, .aliases = 4, .notes = 5};
  key.materials = {TestEntry(1), TestEntry(2)};
  key.materials[1].rotation = RotationKind::kOnDemand;
  key.materials[1].rotated = kTestNow;
  key.materials[1].valid_to = kTestNow + std::chrono::hours(1);
  key.materials[1].expired_uptime = 9;
  key.staged = MaterialEntry{.id = TestMaterialId(3), .version = 8};
  key.rotation = {.period_days = 90, .next = kTestNow, .on_demand_count = 3, .on_demand_started = kTestNow};
  return key;
}

TEST(Records, HeadRoundTrips) {
  Key key = FullKey();
  Key back = TestKey();
  back.created = {};
  ASSERT_TRUE(records::DecodeHead(records::EncodeHead(key), &back));
  EXPECT_EQ(back.spec, key.spec);
  EXPECT_EQ(back.usage, key.usage);
  EXPECT_EQ(back.origin, key.origin);
  EXPECT_EQ(back.manager, key.manager);
  EXPECT_EQ(back.stored_state, key.stored_state);
  EXPECT_EQ(back.created, key.created);
  EXPECT_EQ(back.deletion_due, key.deletion_due);
  EXPECT_EQ(back.pending_window_days, 7u);
  EXPECT_EQ(back.due_seen_uptime, 77u);
  EXPECT_EQ(back.parts.description, 1u);
  EXPECT_EQ(back.parts.policy, 2u);
  EXPECT_EQ(back.parts.tags, 3u);
  EXPECT_EQ(back.parts.aliases, 4u);
  EXPECT_EQ(back.parts.notes, 5u);
  ASSERT_EQ(back.materials.size(), 2u);
  EXPECT_EQ(back.materials[0].id, TestMaterialId(1));
  EXPECT_EQ(back.materials[0].version, 1u);
  EXPECT_EQ(back.materials[0].rotation, RotationKind::kNone);
  EXPECT_EQ(back.materials[0].valid_to, std::nullopt);
  EXPECT_EQ(back.materials[0].loaded, nullptr);
  EXPECT_EQ(back.materials[1].rotation, RotationKind::kOnDemand);
  EXPECT_EQ(back.materials[1].rotated, kTestNow);
  EXPECT_EQ(back.materials[1].valid_to, kTestNow + std::chrono::hours(1));
  EXPECT_EQ(back.materials[1].expired_uptime, 9u);
  ASSERT_TRUE(back.staged);
  EXPECT_EQ(back.staged->id, TestMaterialId(3));
  EXPECT_EQ(back.staged->version, 8u);
  EXPECT_EQ(back.rotation.period_days, 90u);
  EXPECT_EQ(back.rotation.next, kTestNow);
  EXPECT_EQ(back.rotation.on_demand_count, 3u);
  EXPECT_EQ(back.rotation.on_demand_started, kTestNow);
}

// As releases before rotation wrote it: with what they knew of, and nothing else.
TEST(Records, AHeadOfTheFirstSchema) {
  records::KeyHead old;
  ASSERT_TRUE(old.ParseFromString(records::EncodeHead(FullKey())));
  old.clear_staged();
  old.clear_rotation();
  old.mutable_parts()->clear_notes();
  for (auto& material : *old.mutable_materials()) {
    material.clear_rotation();
    material.clear_rotated();
    material.clear_valid_to();
    material.clear_expired_uptime();
  }
  Key key = TestKey();
  ASSERT_TRUE(records::DecodeHead(old.SerializeAsString(), &key));
  ASSERT_EQ(key.materials.size(), 2u);
  EXPECT_TRUE(key.materials[1].PresentAt(kTestNow));
  EXPECT_FALSE(key.staged);
  EXPECT_EQ(key.rotation.period_days, 0u);
  EXPECT_FALSE(key.rotation.on_demand_started);
}

TEST(Records, NotesRoundTrip) {
  const std::vector<MaterialNote> notes = {{.id = TestMaterialId(1), .description = "from the HSM", .public_key = {}},
                                           {.id = TestMaterialId(2), .description = "", .public_key = {1, 2}}};
  const auto back = records::DecodeNotes(records::EncodeNotes(notes)).value();
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].id, TestMaterialId(1));
  EXPECT_EQ(back[0].description, "from the HSM");
  EXPECT_EQ(back[1].public_key, (Bytes{1, 2}));
  records::MaterialNotes bad;
  bad.add_notes()->set_id("short");
  EXPECT_EQ(records::DecodeNotes(bad.SerializeAsString()).error().kind, ErrorKind::kCorrupt);
}

// The numbers are on disk: another number for the same thing would change stored keys.
TEST(Records, NumbersOfTheHeadAreStable) {
  auto encoded = [](const std::function<void(Key&)>& edit) {
    Key key = TestKey();
    edit(key);
    records::KeyHead head;
    EXPECT_TRUE(head.ParseFromString(records::EncodeHead(key)));
    return head;
  };
  auto plain = encoded([](Key&) {});
  EXPECT_EQ(plain.spec(), 1u);
  EXPECT_EQ(plain.usage(), 1u);
  EXPECT_EQ(plain.origin(), 1u);
  EXPECT_EQ(plain.manager(), 1u);
  EXPECT_EQ(plain.state(), 1u);
  EXPECT_EQ(plain.deletion_due(), 0);
  EXPECT_EQ(encoded([](Key& key) { key.stored_state = KeyState::kDisabled; }).state(), 2u);
  EXPECT_EQ(encoded([](Key& key) { key.stored_state = KeyState::kPendingDeletion; }).state(), 3u);
  EXPECT_EQ(encoded([](Key& key) { key.stored_state = KeyState::kPendingImport; }).state(), 4u);
  EXPECT_EQ(encoded([](Key& key) { key.spec = KeySpec::kEccSecgP256K1; }).spec(), 8u);
  EXPECT_EQ(encoded([](Key& key) { key.usage = KeyUsageType::kKeyAgreement; }).usage(), 4u);
  EXPECT_EQ(encoded([](Key& key) { key.origin = OriginType::kExternal; }).origin(), 2u);
  EXPECT_EQ(encoded([](Key& key) { key.manager = KeyManagerType::kAws; }).manager(), 2u);
}

TEST(Records, AHeadWithAnUnknownNumberIsCorrupt) {
  records::KeyHead good;
  ASSERT_TRUE(good.ParseFromString(records::EncodeHead(FullKey())));
  auto decode = [&](const std::function<void(records::KeyHead&)>& edit) {
    records::KeyHead head = good;
    edit(head);
    Key key = TestKey();
    return records::DecodeHead(head.SerializeAsString(), &key);
  };
  EXPECT_TRUE(decode([](auto&) {}));
  const std::function<void(records::KeyHead&)> edits[] = {
      [](auto& head) { head.set_spec(0); },
      [](auto& head) { head.set_spec(21); },
      [](auto& head) { head.set_usage(6); },
      [](auto& head) { head.set_origin(0xFFFFFFFF); },
      [](auto& head) { head.set_manager(0); },
      [](auto& head) { head.set_state(5); },
      [](auto& head) { head.mutable_materials(0)->set_id(std::string(31, 'x')); },
      [](auto& head) { head.mutable_materials(1)->set_id(std::string(33, 'x')); },
      [](auto& head) { head.add_materials(); },
      [](auto& head) { head.mutable_materials(0)->set_rotation(3); },
      [](auto& head) { head.mutable_staged()->set_id("x"); },
  };
  for (size_t i = 0; i < std::size(edits); ++i) {
    auto decoded = decode(edits[i]);
    ASSERT_FALSE(decoded) << i;
    EXPECT_EQ(decoded.error().kind, ErrorKind::kCorrupt) << i;
  }
}

TEST(Records, PartsRoundTrip) {
  std::string text("\0\xFF policy", 9);
  EXPECT_EQ(records::DecodeText(records::EncodeText(text)).value(), text);

  auto tags = records::DecodeTags(records::EncodeTags({{"a", ""}, {"\xC3\xA4", "v"}})).value();
  ASSERT_EQ(tags.size(), 2u);
  EXPECT_EQ(tags[1].key, "\xC3\xA4");
  EXPECT_EQ(tags[1].value, "v");

  std::vector<std::string> names = {"alias/a", "alias/b"};
  EXPECT_EQ(records::DecodeAliasNames(records::EncodeAliasNames(names)).value(), names);

  auto material =
      records::DecodeMaterial(records::EncodeMaterial({.wrapped = {0, 1, 255}, .created = kTestNow})).value();
  EXPECT_EQ(material.wrapped, (Bytes{0, 1, 255}));
  EXPECT_EQ(material.created, kTestNow);

  Alias alias{.name = TestAliasName("alias/x"),
              .target = TestName(9).id,
              .created = kTestNow,
              .updated = kTestNow + std::chrono::hours(1)};
  Alias back{.name = TestAliasName("")};
  ASSERT_TRUE(records::DecodeAlias(records::EncodeAlias(alias), &back));
  EXPECT_EQ(back.name, alias.name);
  EXPECT_EQ(back.target, alias.target);
  EXPECT_EQ(back.created, alias.created);
  EXPECT_EQ(back.updated, alias.updated);

  EXPECT_EQ(records::DecodeDue(records::EncodeDue(TestName(3, kOtherAccount))).value(), TestName(3, kOtherAccount));
  EXPECT_EQ(records::DecodeOutbox(records::EncodeOutbox("{\"x\":1}")).value(), "{\"x\":1}");

  auto clock = records::DecodeClock(
      records::EncodeClock({.high_water = kTestNow, .uptime_seconds = 5, .development_offset_millis = -6}));
  EXPECT_EQ(clock.value().high_water, kTestNow);
  EXPECT_EQ(clock.value().uptime_seconds, 5u);
  EXPECT_EQ(clock.value().development_offset_millis, -6);
}

TEST(Records, WhatIsNoMessageIsCorrupt) {
  for (std::string_view garbage :
       {std::string_view("\xFF"), std::string_view("\x0A\x7F", 2), std::string_view("\x0A\x02x", 3)}) {
    Key key = TestKey();
    Alias alias{.name = TestAliasName("")};
    EXPECT_EQ(records::DecodeHead(garbage, &key).error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(records::DecodeText(garbage).error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(records::DecodeTags(garbage).error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(records::DecodeAliasNames(garbage).error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(records::DecodeMaterial(garbage).error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(records::DecodeAlias(garbage, &alias).error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(records::DecodeDue(garbage).error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(records::DecodeOutbox(garbage).error().kind, ErrorKind::kCorrupt);
  }
  EXPECT_EQ(records::DecodeClock("\xFF").error().kind, ErrorKind::kCorrupt);
}

TEST(Records, AForeignDueOrAliasIsCorrupt) {
  auto due = [](uint64_t account, uint32_t region, uint32_t kind, size_t id_size) {
    records::Due message;
    message.set_account(account);
    message.set_region(region);
    message.set_key_kind(kind);
    message.set_key_id(std::string(id_size, 'x'));
    return records::DecodeDue(message.SerializeAsString());
  };
  EXPECT_TRUE(due(1, 0, 1, 16));
  EXPECT_FALSE(due(1'000'000'000'000, 0, 1, 16));
  EXPECT_FALSE(due(1, 60'000, 1, 16));
  EXPECT_FALSE(due(1, 65'536, 1, 16)) << "not Region 0";
  EXPECT_FALSE(due(1, 0, 0, 16));
  EXPECT_FALSE(due(1, 0, 3, 16));
  EXPECT_FALSE(due(1, 0, 257, 16));
  EXPECT_FALSE(due(1, 0, 1, 15));
  EXPECT_FALSE(due(1, 0, 1, 0));

  records::Alias alias;
  alias.set_key_kind(3);
  alias.set_key_id(std::string(16, 'x'));
  Alias decoded{.name = TestAliasName("")};
  EXPECT_FALSE(records::DecodeAlias(alias.SerializeAsString(), &decoded));
}

}  // namespace
}  // namespace kagimori::keys
