// Operations as the pure functions that they are: authorized resources and a request in, a response and a change out.
#include "kms/operations.h"

#include <gtest/gtest.h>

#include "authz/testing/test_calls.h"
#include "keys/default_policy.h"
#include "keys/testing/test_keys.h"

namespace kagimori::kms {
namespace {

using keys::KeyState;
using std::chrono::hours;

class OperationsTest : public testing::Test {
 protected:
  template <class Action>
  keys::Authorized<Action, keys::Key> ProofOf(std::shared_ptr<const keys::Key> key) {
    return authorizer.OnKey<Action>(test_call.asking(), {}, std::move(key), {}, nullptr, nullptr).value();
  }
  // What the operation's Run takes: a permission, and, where it uses key material, that.
  template <class Operation>
  auto Allow(std::shared_ptr<const keys::Key> key) {
    auto permission = ProofOf<typename Operation::Action>(std::move(key));
    if constexpr (requires { typename Operation::Ready; }) {
      return *loaded.ReadyNow(&loaded_view, permission);
    } else {
      return permission;
    }
  }
  // Runs an operation on one key.
  template <class Operation>
  Outcome<typename Operation::Api> Run(std::shared_ptr<const keys::Key> key,
                                       const typename Operation::Request& request = {}) {
    return Operation::Run(call, Allow<Operation>(std::move(key)), request, trail);
  }
  Outcome<CreateKey::Api> RunCreateKey(CreateKey::Request request) {
    CreateKey::FillDefaults(request);
    keys::Resolver resolver(&table, &keys_view, &aliases_view, call.account(), call.region, call.now);
    Session session{.call = call,
                    .resolver = resolver,
                    .authorizer = authorizer,
                    .asking = test_call.asking(),
                    .grants = table.grants(),
                    .grants_view = grants_view,
                    .trail = trail,
                    .loaded = loaded,
                    .loaded_view = loaded_view,
                    .usage = usage,
                    .counts = counts,
                    .quotas = quotas};
    auto inputs = SyncWait(CreateKey::Resolve(session, request));
    if (!inputs) return std::unexpected(std::move(inputs).error());
    return CreateKey::Run(call, std::move(*inputs), request, trail);
  }
  // The one key of a change, as it is to be.
  template <class Api>
  static const keys::Key& After(const Outcome<Api>& outcome) {
    return outcome->change.value().keys.at(0).after;
  }
  static std::shared_ptr<const keys::Key> KeyIn(KeyState state) {
    auto key = std::make_shared<keys::Key>(*keys::LoadedTestKey());
    key->stored_state = state;
    return key;
  }

  seal::TestStore store;
  authz::Authorizer authorizer;
  authz::TestCall test_call{keys::kTestAccount};
  Call call{.caller = *test_call.caller.principal,
            .region = keys::kTestRegion,
            .now = keys::kTestNow,
            .markers = Markers(*store.hierarchy, keys::kTestAccount)};
  Trail trail;
  keys::LoadedKeys loaded{store.hierarchy.get(), &store.store, nullptr, 1 << 20};  // symmetric keys need no worker
  keys::LoadedKeyCache::View loaded_view{&loaded.cache()};
  keys::KeyTable table{store.hierarchy.get(), &store.store};
  ManualClock clock{keys::kTestNow};
  keys::UsageTracker usage{store.hierarchy.get(), &store.store, &clock, 1};
  keys::ResourceQuotas quotas;
  keys::KeyCounts counts{store.hierarchy.get(), &store.store, &quotas, nullptr};
  keys::KeyCache::View keys_view{&table.keys()};
  keys::AliasCache::View aliases_view{&table.aliases()};
  keys::GrantCache::View grants_view{&table.grants().cache()};
};

template <class Api>
void ExpectRefused(const std::optional<shapes::OpError<Api>>& refused, std::string_view name,
                   std::string_view message) {
  ASSERT_TRUE(refused) << message;
  EXPECT_EQ(refused->error().name(), name);
  EXPECT_EQ(refused->error().message(), message);
}

TEST_F(OperationsTest, CreateKeyRefusesInTheServicesWords) {
  CreateKey::Request request;
  EXPECT_FALSE(CreateKey::Check(request));
  request.key_spec = shapes::KeySpec::kRsa2048;
  ExpectRefused(CreateKey::Check(request), "ValidationException",
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
  request.key_usage = shapes::KeyUsageType::kSignVerify;
  EXPECT_FALSE(CreateKey::Check(request));
  request.key_spec = shapes::KeySpec::kSymmetricDefault;
  ExpectRefused(CreateKey::Check(request), "ValidationException",
                "KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT");
  request.key_usage = shapes::KeyUsageType::kEncryptDecrypt;
  EXPECT_FALSE(CreateKey::Check(request));
  request.customer_master_key_spec = shapes::CustomerMasterKeySpec::kSymmetricDefault;
  ExpectRefused(
      CreateKey::Check(request), "ValidationException",
      "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.");
  request.key_spec.reset();
  EXPECT_FALSE(CreateKey::Check(request));
}

TEST_F(OperationsTest, CreateKeyRefusesWhatTheRegionOrThisReleaseLacks) {
  auto refused = [&](shapes::KeySpec spec, shapes::KeyUsageType usage, shapes::OriginType origin) {
    CreateKey::Request request;
    request.key_spec = spec;
    request.key_usage = usage;
    request.origin = origin;
    auto made = RunCreateKey(std::move(request));
    return made ? std::string() : std::string(made.error().error().message());
  };
  using shapes::OriginType;
  constexpr auto kSign = shapes::KeyUsageType::kSignVerify;
  constexpr auto kEncrypt = shapes::KeyUsageType::kEncryptDecrypt;
  EXPECT_EQ(refused(shapes::KeySpec::kSm2, kSign, OriginType::kAwsKms), "KeySpec SM2 is not supported in this Region");
  EXPECT_EQ(refused(shapes::KeySpec::kMlDsa44, kSign, OriginType::kExternal),
            "Origin EXTERNAL is not supported for KeySpec ML_DSA_44.");
  EXPECT_EQ(refused(shapes::KeySpec::kSymmetricDefault, kEncrypt, OriginType::kAwsCloudhsm),
            "Origin AWS_CLOUDHSM is not supported by this release.");
  call.sm2 = Sm2Regions::kAll;
  EXPECT_EQ(refused(shapes::KeySpec::kSm2, kSign, OriginType::kAwsKms), "");
}

TEST_F(OperationsTest, AKeyForImportedMaterialWaitsForItWithoutAny) {
  CreateKey::Request request;
  request.origin = shapes::OriginType::kExternal;
  request.multi_region = true;
  auto made = RunCreateKey(std::move(request));
  ASSERT_TRUE(made);
  const keys::KeyChange& change = made->change->keys.at(0);
  EXPECT_FALSE(change.material);
  EXPECT_EQ(change.after.stored_state, KeyState::kPendingImport);
  const shapes::KeyMetadata& metadata = *made->response.key_metadata;
  EXPECT_TRUE(metadata.key_id.starts_with("mrk-"));
  EXPECT_FALSE(metadata.current_key_material_id);
  EXPECT_EQ(metadata.multi_region_configuration->multi_region_key_type, shapes::MultiRegionKeyType::kPrimary);
  auto key = std::make_shared<keys::Key>(change.after);
  key->stored_state = KeyState::kPendingDeletion;
  EXPECT_EQ(After(Run<CancelKeyDeletion>(key)).stored_state, KeyState::kPendingImport);
}

TEST_F(OperationsTest, CreateKeyMakesAKeyWithMaterialOfItsOwn) {
  auto one = RunCreateKey({});
  auto two = RunCreateKey({});
  ASSERT_TRUE(one && two);
  const keys::KeyChange& change = one->change->keys.at(0);
  EXPECT_EQ(change.before, nullptr);
  EXPECT_TRUE(change.parts.empty());
  ASSERT_TRUE(change.material);
  EXPECT_EQ(change.material->bytes.size(), 32u);
  EXPECT_NE(change.material->id, two->change->keys[0].material->id);
  EXPECT_NE(secret::SecretTesting::BytesOf(change.material->bytes),
            secret::SecretTesting::BytesOf(two->change->keys[0].material->bytes));
  EXPECT_NE(change.after.name.id, two->change->keys[0].after.name.id);
  const shapes::KeyMetadata& metadata = *one->response.key_metadata;
  EXPECT_EQ(metadata.key_id, change.after.name.id.ToString());
  EXPECT_EQ(metadata.arn, change.after.name.Arn());
  EXPECT_EQ(metadata.key_state, KeyState::kEnabled);
  EXPECT_EQ(metadata.enabled, true);
  EXPECT_EQ(metadata.description, "");
  EXPECT_EQ(metadata.multi_region, false);
  EXPECT_EQ(metadata.current_key_material_id, HexEncode(change.material->id));
}

TEST_F(OperationsTest, StateChanges) {
  EXPECT_EQ(After(Run<DisableKey>(KeyIn(KeyState::kEnabled))).stored_state, KeyState::kDisabled);
  EXPECT_FALSE(Run<DisableKey>(KeyIn(KeyState::kDisabled))->change) << "idempotent, and no write";
  EXPECT_EQ(After(Run<EnableKey>(KeyIn(KeyState::kDisabled))).stored_state, KeyState::kEnabled);
  EXPECT_FALSE(Run<EnableKey>(KeyIn(KeyState::kEnabled))->change);
}

TEST_F(OperationsTest, DeletionIsScheduledAndCancelled) {
  ScheduleKeyDeletion::Request request;
  for (int days : {0, 1, 6, 31, 365, -1}) {
    request.pending_window_in_days = days;
    auto refused = ScheduleKeyDeletion::Check(request);
    ASSERT_TRUE(refused) << days;
    EXPECT_EQ(refused->error().name(), "ValidationException");
    EXPECT_NE(refused->error().message().find("Value '" + std::to_string(days) + "' at 'pendingWindowInDays'"),
              std::string::npos);
  }
  for (int days : {7, 30}) {
    request.pending_window_in_days = days;
    EXPECT_FALSE(ScheduleKeyDeletion::Check(request));
    auto scheduled = Run<ScheduleKeyDeletion>(KeyIn(KeyState::kEnabled), request);
    EXPECT_EQ(After(scheduled).deletion_due, keys::kTestNow + hours(24) * days);
    EXPECT_EQ(After(scheduled).stored_state, KeyState::kPendingDeletion);
    EXPECT_EQ(scheduled->response.deletion_date, keys::kTestNow + hours(24) * days);
  }
  request.pending_window_in_days.reset();
  ScheduleKeyDeletion::FillDefaults(request);
  EXPECT_EQ(request.pending_window_in_days, 30);

  auto pending = std::make_shared<keys::Key>(*KeyIn(KeyState::kPendingDeletion));
  pending->deletion_due = keys::kTestNow + hours(1);
  pending->pending_window_days = 7;
  auto cancelled = Run<CancelKeyDeletion>(pending);
  EXPECT_EQ(After(cancelled).stored_state, KeyState::kDisabled) << "whatever it was before";
  EXPECT_FALSE(After(cancelled).deletion_due);
  EXPECT_EQ(cancelled->response.key_id, pending->arn);
}

TEST_F(OperationsTest, PoliciesHaveOneName) {
  GetKeyPolicy::Request request;
  const std::string shown = keys::DefaultKeyPolicy(keys::kTestAccount, keys::kTestRegion);
  auto get = [&] {
    return GetKeyPolicy::Run(call, {ProofOf<GetKeyPolicy::Action>(KeyIn(KeyState::kEnabled)), shown}, request, trail);
  };
  auto policy = get();
  EXPECT_EQ(policy->response.policy, shown);
  EXPECT_EQ(policy->response.policy_name, "default");
  request.policy_name = "other";
  auto other = get();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().error().name(), "NotFoundException");
  EXPECT_EQ(other.error().error().message(), "No such policy exists");
}

TEST_F(OperationsTest, TagsComePageByPage) {
  auto key = std::make_shared<keys::Key>(*KeyIn(KeyState::kEnabled));
  for (char c = 'a'; c <= 'e'; ++c) key->tags.push_back({std::string(1, c), "v"});
  ListResourceTags::Request request;
  request.limit = 2;
  std::string seen;
  for (int page = 0; page < 10; ++page) {
    auto listed = Run<ListResourceTags>(key, request);
    ASSERT_TRUE(listed);
    for (const auto& tag : *listed->response.tags) seen += tag.tag_key;
    if (!*listed->response.truncated) break;
    request.marker = listed->response.next_marker;
  }
  EXPECT_EQ(seen, "abcde");
  request.marker = "not ours";
  auto bad = Run<ListResourceTags>(key, request);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().error().name(), "InvalidMarkerException");
}

TEST_F(OperationsTest, AtMostFiftyTags) {
  auto key = std::make_shared<keys::Key>(*KeyIn(KeyState::kEnabled));
  for (int i = 10; i < 60; ++i) key->tags.push_back({std::to_string(i), "v"});
  TagResource::Request request;
  request.tags.emplace_back();
  request.tags[0].tag_key = "10";
  request.tags[0].tag_value = "new";
  auto replaced = Run<TagResource>(key, request);
  ASSERT_TRUE(replaced);
  EXPECT_EQ(After(replaced).tags.at(0).value, "new");
  request.tags[0].tag_key = "99";
  auto refused = Run<TagResource>(key, request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error().name(), "TagException");
  UntagResource::Request untag;
  untag.tag_keys = {"none"};
  EXPECT_FALSE(Run<UntagResource>(key, untag)->change) << "what is not there is passed over";
  untag.tag_keys = {"none", "10"};
  EXPECT_EQ(After(Run<UntagResource>(key, untag)).tags.size(), 49u);
}

TEST_F(OperationsTest, AnAliasMoves) {
  auto from = std::make_shared<keys::Key>(*keys::LoadedTestKey(keys::TestName(1)));
  from->aliases = {"alias/other", "alias/x"};
  auto to = std::make_shared<keys::Key>(*keys::LoadedTestKey(keys::TestName(2)));
  auto alias =
      std::make_shared<keys::Alias>(keys::Alias{.name = keys::TestAliasName("alias/x"), .target = from->name.id});
  using Action = keys::action::UpdateAlias;
  auto run = [&](std::shared_ptr<const keys::Key> target) {
    UpdateAlias::Inputs inputs{
        {authorizer.OnAlias<Action>(test_call.asking(), alias->name, nullptr).value(), ProofOf<Action>(from), alias},
        ProofOf<Action>(std::move(target))};
    UpdateAlias::Request request;
    request.alias_name = "alias/x";
    return UpdateAlias::Run(call, std::move(inputs), request, trail);
  };
  auto moved = run(to);
  ASSERT_TRUE(moved);
  ASSERT_EQ(moved->change->keys.size(), 2u);
  EXPECT_EQ(moved->change->keys[0].after.aliases, std::vector<std::string>{"alias/other"});
  EXPECT_EQ(moved->change->keys[1].after.aliases, std::vector<std::string>{"alias/x"});
  EXPECT_EQ(moved->change->aliases.at(0).after->target, to->name.id);
  EXPECT_EQ(moved->change->aliases.at(0).before, alias);

  auto pending = std::make_shared<keys::Key>(*to);
  pending->stored_state = KeyState::kPendingDeletion;
  auto refused = run(pending);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error().message(), pending->arn + " is pending deletion.");

  auto full = std::make_shared<keys::Key>(*to);
  for (int i = 0; i < 50; ++i) full->aliases.push_back("alias/" + std::to_string(i));
  EXPECT_EQ(run(full).error().error().name(), "LimitExceededException");
}

TEST_F(OperationsTest, EncryptThenDecrypt) {
  auto key = keys::LoadedTestKey();
  Encrypt::Request request;
  request.plaintext = secret::SecretTesting::FromText("hello");
  Encrypt::FillDefaults(request);
  auto sealed = Run<Encrypt>(key, request);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->response.key_id, key->arn);
  EXPECT_EQ(trail.additional_event_data_json, "{\"keyMaterialId\":\"" + HexEncode(keys::TestMaterialId(1)) + "\"}");

  auto decrypt = [&](Bytes blob) {
    Decrypt::Request opened;
    opened.ciphertext_blob = std::move(blob);
    Decrypt::FillDefaults(opened);
    auto permission = ProofOf<keys::action::Decrypt>(key);
    Decrypt::Ready ready{*loaded.ReadyNow(&loaded_view, permission), keys::ParseCiphertext(*opened.ciphertext_blob)};
    return Decrypt::Run(call, std::move(ready), opened, trail);
  };
  Bytes blob = *sealed->response.ciphertext_blob;
  auto opened = decrypt(blob);
  ASSERT_TRUE(opened);
  EXPECT_EQ(AsText(secret::SecretTesting::BytesOf(*opened->response.plaintext)), "hello");
  blob.back() ^= 1;
  auto refused = decrypt(blob);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error().name(), "InvalidCiphertextException");
  EXPECT_EQ(refused.error().error().message(), "") << "nothing about what is wrong";
}

}  // namespace
}  // namespace kagimori::kms
