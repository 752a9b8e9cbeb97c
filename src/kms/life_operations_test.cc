// Rotation and import as the pure functions that they are, where the boundaries of time and number are.
#include <gtest/gtest.h>

#include "authz/testing/test_calls.h"
#include "keys/testing/test_keys.h"
#include "kms/import_rules.h"
#include "kms/key_metadata.h"
#include "kms/rotate_key_on_demand.h"

namespace kagimori::kms {
namespace {

using keys::kTestNow;
using keys::MaterialEntry;
using keys::TestMaterialId;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

class LifeOperations : public testing::Test {
 protected:
  Outcome<RotateKeyOnDemand::Api> Rotate(const keys::Key& key) {
    auto shared = std::make_shared<const keys::Key>(key);
    auto permission =
        authorizer
            .OnKey<keys::action::RotateKeyOnDemand>(test_call.asking(), {}, std::move(shared), {}, nullptr, nullptr)
            .value();
    return RotateKeyOnDemand::Run(call, std::move(permission), {}, trail);
  }

  seal::TestStore store;
  authz::Authorizer authorizer;
  authz::TestCall test_call{keys::kTestAccount};
  Call call{.caller = *test_call.caller.principal,
            .region = keys::kTestRegion,
            .now = kTestNow,
            .markers = Markers(*store.hierarchy, keys::kTestAccount)};
  Trail trail;
};

std::string NameOf(const Outcome<RotateKeyOnDemand::Api>& outcome) {
  return outcome ? std::string() : std::string(outcome.error().error().name());
}

TEST_F(LifeOperations, TwentyFiveRotationsOnDemand) {
  keys::Key key = *keys::LoadedTestKey();
  key.rotation.on_demand_count = 24;
  const auto last = Rotate(key);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->change->keys[0].after.rotation.on_demand_count, 25u);
  EXPECT_EQ(last->change->keys[0].after.rotation.on_demand_started, kTestNow);
  EXPECT_FALSE(last->change->keys[0].material) << "the background makes it";
  key.rotation.on_demand_count = 25;
  EXPECT_EQ(NameOf(Rotate(key)), "LimitExceededException");
}

TEST_F(LifeOperations, NotBesideAnotherRotation) {
  keys::Key key = *keys::LoadedTestKey();
  key.rotation.on_demand_started = kTestNow;
  EXPECT_EQ(NameOf(Rotate(key)), "ConflictException");
  key.rotation.on_demand_started.reset();
  key.rotation.period_days = 90;
  key.rotation.next = kTestNow + minutes(20);
  EXPECT_EQ(NameOf(Rotate(key)), "ConflictException");
  key.rotation.next = kTestNow + minutes(20) + milliseconds(1);
  EXPECT_EQ(NameOf(Rotate(key)), "");
}

TEST_F(LifeOperations, AnImportedKeyRotatesToWhatIsStaged) {
  keys::Key key = *keys::LoadedTestKey();
  key.origin = keys::OriginType::kExternal;
  EXPECT_EQ(NameOf(Rotate(key)), "KMSInvalidStateException");
  key.staged = MaterialEntry{.id = TestMaterialId(2), .version = 1};
  EXPECT_EQ(NameOf(Rotate(key)), "");
  key.staged->valid_to = kTestNow;
  EXPECT_EQ(NameOf(Rotate(key)), "KMSInvalidStateException") << "it has expired";
}

TEST(ImportRules, ValidTo) {
  ImportKeyMaterialRequest request;
  auto name = [&] {
    const auto checked = CheckExpiry(request, kTestNow);
    return checked ? std::string() : std::string(checked.error().error().name());
  };
  EXPECT_EQ(name(), "ValidationException") << "it expires by default, and does not say when";
  request.valid_to = kTestNow;
  EXPECT_EQ(name(), "ValidationException");
  request.valid_to = kTestNow + milliseconds(1);
  EXPECT_EQ(CheckExpiry(request, kTestNow).value(), request.valid_to);
  request.valid_to = kTestNow + hours(24 * 365);
  EXPECT_EQ(name(), "");
  request.valid_to = kTestNow + hours(24 * 365) + milliseconds(1);
  EXPECT_EQ(name(), "ValidationException");
  request.expiration_model = shapes::ExpirationModelType::kKeyMaterialDoesNotExpire;
  EXPECT_EQ(name(), "ValidationException");
  request.valid_to.reset();
  EXPECT_EQ(CheckExpiry(request, kTestNow).value(), std::nullopt);
}

TEST(ImportRules, WhereMaterialGoes) {
  keys::Key key = keys::TestKey();
  key.origin = keys::OriginType::kExternal;
  ImportKeyMaterialRequest request;
  auto place = [&](uint8_t byte) { return PlaceOf(TestMaterialId(byte), key, request, kTestNow); };
  EXPECT_EQ(place(1), ImportPlace::kFirst);
  key.materials.push_back(keys::TestEntry(1));
  EXPECT_EQ(place(1), ImportPlace::kKnown);
  EXPECT_FALSE(place(2)) << "existing material, by default";
  request.import_type = shapes::ImportType::kNewKeyMaterial;
  EXPECT_FALSE(place(1));
  EXPECT_EQ(place(2), ImportPlace::kStaged);
  key.staged = MaterialEntry{.id = TestMaterialId(2), .version = 4};
  ASSERT_FALSE(place(3));
  EXPECT_EQ(place(3).error().error().name(), "KMSInvalidStateException");
  key.staged->valid_to = kTestNow;
  EXPECT_EQ(place(3), ImportPlace::kStaged) << "what was staged has expired";
  request.import_type = shapes::ImportType::kExistingKeyMaterial;
  EXPECT_EQ(place(2), ImportPlace::kKnown);
  request.key_material_id = HexEncode(TestMaterialId(1));
  EXPECT_FALSE(place(2)) << "another one than was named";
  EXPECT_EQ(place(1), ImportPlace::kKnown);
}

TEST(Metadata, ExpiryIsTheEarliest) {
  keys::Key key = keys::TestKey();
  key.origin = keys::OriginType::kExternal;
  for (uint8_t byte : {1, 2, 3}) key.materials.push_back(keys::TestEntry(byte));
  EXPECT_EQ(MetadataOf(key).expiration_model, shapes::ExpirationModelType::kKeyMaterialDoesNotExpire);
  key.materials[2].valid_to = kTestNow + hours(2);
  key.materials[1].valid_to = kTestNow + hours(1);
  EXPECT_EQ(MetadataOf(key).valid_to, kTestNow + hours(1));
  EXPECT_EQ(MetadataOf(key).expiration_model, shapes::ExpirationModelType::kKeyMaterialExpires);
  EXPECT_EQ(MetadataOf(key).current_key_material_id, HexEncode(TestMaterialId(3)));
  key.materials[0].version = 0;
  EXPECT_EQ(MetadataOf(key).expiration_model, std::nullopt);
  EXPECT_EQ(MetadataOf(key).valid_to, std::nullopt);
  EXPECT_EQ(MetadataOf(key).current_key_material_id, HexEncode(TestMaterialId(3)));
}

}  // namespace
}  // namespace kagimori::kms
