#include "keys/records.h"

#include <gtest/gtest.h>

#include <functional>

#include "keys/records.pb.h"
#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

using Materials = std::vector<std::pair<MaterialId, uint64_t>>;

Key FullKey() {
  Key key = TestKey();
  key.stored_state = KeyState::kPendingDeletion;
  key.deletion_due = kTestNow + std::chrono::hours(24 * 7);
  key.pending_window_days = 7;
  key.due_seen_uptime = 77;
  key.parts = {.description = 1, .policy = 2, .tags = 3, .aliases = 4};
  key.materials = {TestMaterial(1), TestMaterial(2)};
  return key;
}

TEST(Records, HeadRoundTrips) {
  Key key = FullKey();
  Key back = TestKey();
  back.created = {};
  Materials materials;
  ASSERT_TRUE(records::DecodeHead(records::EncodeHead(key), &back, &materials));
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
  EXPECT_EQ(materials, (Materials{{TestMaterialId(1), 1}, {TestMaterialId(2), 1}}));
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
    Materials materials;
    return records::DecodeHead(head.SerializeAsString(), &key, &materials);
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
    Materials materials;
    Alias alias{.name = TestAliasName("")};
    EXPECT_EQ(records::DecodeHead(garbage, &key, &materials).error().kind, ErrorKind::kCorrupt);
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
