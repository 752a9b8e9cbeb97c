#include "seed/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "seed/writer.h"

namespace kagimori::seed {
namespace {

using testing::HasSubstr;

constexpr char kId[] = "11111111-2222-4333-8444-555555555555";
const std::string kKey = std::string("region = \"eu-central-1\"\n[[key]]\nid = \"") + kId + "\"\n";

Result<Declaration> ReadText(std::string_view toml) {
  const Bundle bundle{.toml = toml, .policies = {{"policy.json", "{ }"}}};
  return Read(bundle, {.account = AccountId::FromNumber(111122223333)});
}

std::string Refusal(std::string_view toml) {
  const auto read = ReadText(toml);
  return read ? "it was taken" : read.error().text;
}

TEST(SeedReader, ReadsWhatAFileSays) {
  const auto read = ReadText(kKey + R"(
description = "text"
enabled = false
aliases = ["alias/one"]
tags = { team = "a" }
policy_file = "policy.json"
[[key.material]]
clear = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
[[key.grant]]
grantee = "arn:aws:iam::111122223333:root"
operations = ["Decrypt"]
)");
  ASSERT_TRUE(read) << read.error().text;
  ASSERT_EQ(read->keys.size(), 1u);
  const DeclaredKey& key = read->keys[0];
  EXPECT_EQ(key.name.Arn(), std::string("arn:aws:kms:eu-central-1:111122223333:key/") + kId);
  EXPECT_EQ(key.description, "text");
  EXPECT_EQ(key.enabled, false);
  EXPECT_EQ(key.policy, "{ }");
  EXPECT_FALSE(key.spec);
  EXPECT_THAT(key.aliases, testing::ElementsAre("alias/one"));
  ASSERT_EQ(key.materials.size(), 1u);
  EXPECT_EQ(key.materials[0].clear.size(), 32u);
  ASSERT_EQ(key.grants.size(), 1u);
  EXPECT_EQ(key.grants[0].request.operations.size(), 1u);
}

TEST(SeedReader, NamesLineKeyAndMember) {
  EXPECT_EQ(Refusal(kKey + "colour = 1\n"), std::string("line 4: key ") + kId + ": colour: there is no such member");
  EXPECT_THAT(Refusal(kKey + "enabled = \"yes\"\n"), HasSubstr("enabled: true or false"));
  EXPECT_THAT(Refusal("a ="), HasSubstr("line 1"));
}

TEST(SeedReader, WantsTheIdInItsOneForm) {
  for (const char* id : {"", "x", "11111111222243338444555555555555", "MRK-0123456789abcdef0123456789abcdef",
                         "AAAAAAAA-2222-4333-8444-555555555555"}) {
    EXPECT_THAT(Refusal("region = \"eu-central-1\"\n[[key]]\nid = \"" + std::string(id) + "\"\n"), HasSubstr("id: "))
        << id;
  }
}

TEST(SeedReader, TakesNothingTwice) {
  EXPECT_THAT(Refusal(kKey + "[[key]]\nid = \"" + kId + "\"\n"), HasSubstr("twice"));
  EXPECT_THAT(Refusal(kKey + "aliases = [\"alias/a\", \"alias/a\"]\n"), HasSubstr("twice"));
}

TEST(SeedReader, HoldsMaterialsTogether) {
  const std::string one = "[[key.material]]\nclear = \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"\n";
  EXPECT_THAT(Refusal(kKey + one + "rotation = \"AUTOMATIC\"\n"), HasSubstr("first material"));
  EXPECT_THAT(Refusal(kKey + one + "sealed = \"AQID\"\n"), HasSubstr("either sealed or in clear"));
  EXPECT_THAT(Refusal(kKey + one + "valid_to = 2026-01-02T03:04:05Z\n"), HasSubstr("EXTERNAL"));
  EXPECT_THAT(Refusal(kKey + "[[key.material]]\n"), HasSubstr("no material"));
  EXPECT_THAT(Refusal(kKey + "spec = \"HMAC_256\"\nusage = \"GENERATE_VERIFY_MAC\"\n" + one + one),
              HasSubstr("several materials"));
  std::string many = kKey;
  for (size_t i = 0; i <= kMaxMaterials; ++i) many += one;
  EXPECT_THAT(Refusal(many), HasSubstr("more than 80"));
}

TEST(SeedReader, WantsTimesWithTheirOffset) {
  EXPECT_THAT(Refusal(kKey + "created = 2026-01-02T03:04:05\n"), HasSubstr("offset"));
  EXPECT_THAT(Refusal(kKey + "created = \"2026-01-02T03:04:05Z\"\n"), HasSubstr("created"));
  const auto read = ReadText(kKey + "created = 2026-01-02T03:04:05.678+01:00\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(FormatIso(*read->keys[0].created), "2026-01-02T02:04:05Z");
  EXPECT_EQ(read->keys[0].created->millis % 1000, 678);
}

TEST(SeedReader, TakesNoTablesThatLieDeeperThanTheStack) {
  const auto repeated = [](std::string_view text, size_t times) {
    std::string all;
    for (size_t i = 0; i < times; ++i) all += text;
    return all;
  };
  constexpr size_t kMany = 100'000;
  const std::string key = "a" + repeated(".a", kMany);
  EXPECT_THAT(Refusal(key + " = 1\n"), HasSubstr("too many parts"));
  EXPECT_THAT(Refusal("[" + key + "]\n"), HasSubstr("too many parts"));
  // Quotes behind the end of a text, and texts right behind each other, hide nothing.
  EXPECT_THAT(Refusal("x = [\"\"\"y\"\"\"\", {" + key + " = 1}]\n"), HasSubstr("too many parts"));
  EXPECT_THAT(Refusal("x = ['''y''''', {" + key + " = 1}]\n"), HasSubstr("too many parts"));
  EXPECT_THAT(Refusal("\"a\"." + key + " = 1\n"), HasSubstr("too many parts"));
  EXPECT_THAT(Refusal("''." + key + " = 1\n"), HasSubstr("too many parts"));
  EXPECT_THAT(Refusal("x = " + repeated("[", kMany)), HasSubstr("line 1"));
  EXPECT_THAT(Refusal("x = " + repeated("{ a.b.c.d = [\n", kMany)), HasSubstr("line "));
  const auto read = ReadText(kKey + "description = \"" + repeated(".", 100) + "\" # " + repeated(".", 100) + "\n");
  EXPECT_TRUE(read) << read.error().text;
}

TEST(SeedReader, UnpacksWhatWasPacked) {
  secret::WipingBuffer packed;
  for (const char* part : {"a = 1", "policy.json", "{}"}) AppendPart(part, &packed);
  const auto bundle = Unpack(packed.text());
  ASSERT_TRUE(bundle);
  EXPECT_EQ(bundle->toml, "a = 1");
  EXPECT_EQ(bundle->policies.at("policy.json"), "{}");
  for (size_t size = 1; size < packed.size(); ++size) {
    const auto cut = Unpack(packed.text().substr(0, size));
    EXPECT_TRUE(!cut || cut->policies.empty()) << size;
  }
  EXPECT_FALSE(Unpack(""));
}

TEST(SeedReader, NamesPolicyFiles) {
  const auto files = PolicyFilesOf("[[key]]\npolicy_file = \"a.json\"\n[[key]]\n[[key]]\npolicy_file = \"a.json\"\n");
  ASSERT_TRUE(files);
  EXPECT_THAT(*files, testing::ElementsAre("a.json"));
  EXPECT_FALSE(PolicyFilesOf("[["));
}

DeclaredKey Exported() {
  DeclaredKey key{.name = {.account = AccountId::FromNumber(111122223333),
                           .region = *Region::Parse("eu-central-1"),
                           .id = *KeyId::Parse(kId)}};
  key.spec = keys::KeySpec::kSymmetricDefault;
  key.usage = keys::KeyUsageType::kEncryptDecrypt;
  key.origin = keys::OriginType::kExternal;
  key.created = Timestamp{1'700'000'000'123};
  key.description = "\"quotes\" \\ \n \t \x01 \x7f ü";
  key.enabled = true;
  key.tags = {{.tag_key = "a b", .tag_value = "c=d"}};
  key.aliases = {"alias/one"};
  key.policy = "{\"a\":1}";
  DeclaredMaterial& first = key.materials.emplace_back();
  first.form = DeclaredMaterial::Form::kSealed;
  first.sealed = {1, 2, 3};
  first.id.emplace().fill(7);
  first.created = Timestamp{1'700'000'000'001};
  first.valid_to = Timestamp{1'800'000'000'999};
  first.description = "said of it";
  DeclaredMaterial& second = key.materials.emplace_back();
  second.id.emplace().fill(8);
  second.public_key = {4, 5};
  return key;
}

TEST(SeedWriter, WritesWhatReadsTheSame) {
  const DeclaredKey key = Exported();
  const std::string text = WriteHead({1, 2, 3, 4, 5, 6, 7, 8}) + WriteKey(key) + WriteComment("left\nout");
  const auto read = ReadText(text);
  ASSERT_TRUE(read) << read.error().text;
  ASSERT_EQ(read->keys.size(), 1u);
  EXPECT_EQ(WriteKey(read->keys[0]), WriteKey(key));
  EXPECT_EQ(read->keys[0].description, key.description);
  EXPECT_EQ(read->wrapping_key, (seal::WrappingKeyId{1, 2, 3, 4, 5, 6, 7, 8}));
  for (size_t i = 0; i < key.materials.size(); ++i)
    EXPECT_EQ(MaterialBinding(read->keys[0], i), MaterialBinding(key, i));
}

TEST(MaterialBinding, IsAnotherOneForWhateverDiffers) {
  const std::string whole = MaterialBinding(Exported(), 0);
  const auto differs = [&whole](auto change) {
    DeclaredKey key = Exported();
    change(key);
    EXPECT_NE(MaterialBinding(key, 0), whole);
  };
  EXPECT_NE(MaterialBinding(Exported(), 1), whole);
  differs([](DeclaredKey& key) { key.name.account = AccountId::FromNumber(1); });
  differs([](DeclaredKey& key) { key.name.region = *Region::Parse("us-east-1"); });
  differs([](DeclaredKey& key) { key.name.id.bytes[0] ^= 1; });
  differs([](DeclaredKey& key) { key.spec = keys::KeySpec::kHmac256; });
  differs([](DeclaredKey& key) { key.usage = keys::KeyUsageType::kSignVerify; });
  differs([](DeclaredKey& key) { key.origin = keys::OriginType::kAwsKms; });
  differs([](DeclaredKey& key) { key.materials.pop_back(); });
  differs([](DeclaredKey& key) { key.materials[0].id->at(31) ^= 1; });
  differs([](DeclaredKey& key) { key.materials[0].created->millis += 1; });
  differs([](DeclaredKey& key) { key.materials[0].valid_to.reset(); });
  differs([](DeclaredKey& key) { key.materials[0].rotation = keys::RotationKind::kOnDemand; });
  differs([](DeclaredKey& key) { key.materials[0].rotated = Timestamp{1}; });
  differs([](DeclaredKey& key) { key.materials[0].staged = true; });
  differs([](DeclaredKey& key) { key.materials[0].description += "!"; });
}

}  // namespace
}  // namespace kagimori::seed
