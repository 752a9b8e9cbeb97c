#include "keys/state_table.h"

#include <gtest/gtest.h>

#include <string>

#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

constexpr KeyState kColumns[] = {KeyState::kEnabled,       KeyState::kDisabled,    KeyState::kPendingDeletion,
                                 KeyState::kPendingImport, KeyState::kUnavailable, KeyState::kCreating,
                                 KeyState::kUpdating};

struct Row {
  std::string_view operations;  // with spaces between
  int notes[7];                 // 0: goes on
};

// The developer guide's table "key states of AWS KMS keys", for what this release has. A note that says something about
// the key's kind and not about its state counts as 0.
constexpr Row kTable[] = {
    // Enabled Disabled PendingDeletion PendingImport Unavailable Creating Updating
    {"CancelKeyDeletion", {4, 4, 0, 4, 4, 4, 4}},
    {"CreateAlias", {0, 0, 3, 0, 0, 0, 0}},
    {"Encrypt Decrypt ReEncrypt GenerateDataKey GenerateDataKeyWithoutPlaintext", {0, 1, 3, 5, 11, 14, 0}},
    {"Sign Verify GenerateMac VerifyMac DeriveSharedSecret Encapsulate Decapsulate", {0, 1, 3, 5, 0, 14, 0}},
    {"GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext", {0, 1, 3, 5, 0, 14, 0}},
    {"CreateGrant", {0, 1, 3, 5, 0, 14, 0}},
    {"GetPublicKey", {0, 0, 3, 0, 0, 14, 0}},
    {"GetKeyLastUsage ListGrants RetireGrant RevokeGrant", {0, 0, 0, 0, 0, 0, 0}},
    {"DeleteAlias DescribeKey GetKeyPolicy PutKeyPolicy ListAliases ListKeyPolicies ListResourceTags UpdateAlias",
     {0, 0, 0, 0, 0, 0, 0}},
    {"EnableKey DisableKey", {0, 0, 3, 5, 0, 14, 15}},
    {"GetKeyRotationStatus", {0, 0, 0, 6, 0, 0, 0}},
    {"EnableKeyRotation DisableKeyRotation", {0, 1, 3, 6, 0, 14, 0}},
    {"RotateKeyOnDemand", {0, 1, 3, 5, 0, 14, 0}},
    {"ListKeyRotations", {0, 0, 0, 0, 0, 0, 0}},
    {"GetParametersForImport", {0, 0, 3, 0, 0, 14, 15}},
    {"ImportKeyMaterial", {0, 0, 3, 0, 0, 14, 0}},
    {"DeleteImportedKeyMaterial", {0, 0, 0, 0, 0, 14, 15}},
    {"ScheduleKeyDeletion", {0, 0, 3, 0, 0, 0, 15}},
    {"TagResource UntagResource UpdateKeyDescription", {0, 0, 3, 0, 0, 0, 0}},
    {"CreateKey GenerateRandom ListKeys ListRetirableGrants", {0, 0, 0, 0, 0, 0, 0}},
};

struct Expected {
  std::string_view name, text;
};
Expected Note(int note) {
  switch (note) {
    case 1:
      return {"DisabledException", " is disabled."};
    case 3:
      return {"KMSInvalidStateException", " is pending deletion."};
    case 4:
      return {"KMSInvalidStateException", " is not pending deletion."};
    case 5:
      return {"KMSInvalidStateException", " is pending import."};
    case 6:
      return {"UnsupportedOperationException", " origin is EXTERNAL which is not valid for this operation."};
    case 11:
      return {"KMSInvalidStateException", " is unavailable."};
    case 14:
      return {"KMSInvalidStateException", " is creating."};
    case 15:
      return {"KMSInvalidStateException", " is updating."};
    default:
      return {};
  }
}

Key InState(KeyState state) {
  Key key = TestKey();
  key.stored_state = state;
  return key;
}

TEST(StateTable, EveryBuiltOperationInEveryState) {
  size_t checked = 0;
  for (const Row& row : kTable) {
    std::string_view names = row.operations;
    while (!names.empty()) {
      size_t space = std::min(names.find(' '), names.size());
      std::string name(names.substr(0, space));
      names.remove_prefix(std::min(space + 1, names.size()));
      const auto* operation = shapes::FindOperation("TrentService." + name);
      ASSERT_NE(operation, nullptr) << name;
      EXPECT_TRUE(operation->implemented) << name;
      ++checked;
      for (size_t column = 0; column < std::size(kColumns); ++column) {
        Key key = InState(kColumns[column]);
        auto refused = CheckState(operation->operation, key);
        ASSERT_EQ(refused.has_value(), row.notes[column] != 0) << name << " in column " << column;
        if (!refused) continue;
        EXPECT_EQ(refused->name(), Note(row.notes[column]).name) << name << " in column " << column;
        EXPECT_EQ(refused->message(), key.arn + std::string(Note(row.notes[column]).text))
            << name << " in column " << column;
      }
    }
  }
  size_t built = 0;
  for (const auto& operation : shapes::kOperations) built += operation.implemented;
  EXPECT_EQ(checked, built) << "an operation of this release is not in the table above";
}

TEST(StateTable, PendingReplicaDeletionIsPendingDeletion) {
  for (const auto& operation : shapes::kOperations) {
    auto one = CheckState(operation.operation, InState(KeyState::kPendingDeletion));
    auto other = CheckState(operation.operation, InState(KeyState::kPendingReplicaDeletion));
    ASSERT_EQ(one.has_value(), other.has_value()) << operation.name;
    if (one) {
      EXPECT_EQ(one->name(), other->name()) << operation.name;
    }
  }
}

// A cell that cannot be read ends the process. Also of the operations that are not built yet: their rows stand in the
// model.
TEST(StateTable, EveryCellOfTheModelIsUnderstood) {
  for (const auto& operation : shapes::kOperations) {
    for (KeyState state : kColumns) CheckState(operation.operation, InState(state));
  }
}

}  // namespace
}  // namespace kagimori::keys
