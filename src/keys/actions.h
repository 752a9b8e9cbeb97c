#ifndef KAGIMORI_KEYS_ACTIONS_H_
#define KAGIMORI_KEYS_ACTIONS_H_

#include <string_view>

// The permissions of AWS KMS as types, one for each name that a policy can hold. ReEncrypt has none of its own; it
// needs ReEncryptFrom on the source and ReEncryptTo on the destination key.
namespace kagimori::keys::action {

// `kCrossAccount`: whether the permission means anything on a key of another account.
#define KAGIMORI_ACTION_OF(name, cross_account)             \
  struct name {                                             \
    static constexpr std::string_view kName = "kms:" #name; \
    static constexpr bool kCrossAccount = cross_account;    \
  }
#define KAGIMORI_ACTION(name) KAGIMORI_ACTION_OF(name, false)
#define KAGIMORI_CROSS_ACCOUNT_ACTION(name) KAGIMORI_ACTION_OF(name, true)

KAGIMORI_ACTION(CancelKeyDeletion);
KAGIMORI_ACTION(CreateAlias);
KAGIMORI_CROSS_ACCOUNT_ACTION(CreateGrant);
KAGIMORI_ACTION(CreateKey);
KAGIMORI_CROSS_ACCOUNT_ACTION(Decapsulate);
KAGIMORI_CROSS_ACCOUNT_ACTION(Decrypt);
KAGIMORI_ACTION(DeleteAlias);
KAGIMORI_ACTION(DeleteImportedKeyMaterial);
KAGIMORI_CROSS_ACCOUNT_ACTION(DeriveSharedSecret);
KAGIMORI_CROSS_ACCOUNT_ACTION(DescribeKey);
KAGIMORI_ACTION(DisableKey);
KAGIMORI_ACTION(DisableKeyRotation);
KAGIMORI_ACTION(EnableKey);
KAGIMORI_ACTION(EnableKeyRotation);
KAGIMORI_CROSS_ACCOUNT_ACTION(Encapsulate);
KAGIMORI_CROSS_ACCOUNT_ACTION(Encrypt);
KAGIMORI_CROSS_ACCOUNT_ACTION(GenerateDataKey);
KAGIMORI_CROSS_ACCOUNT_ACTION(GenerateDataKeyPair);
KAGIMORI_CROSS_ACCOUNT_ACTION(GenerateDataKeyPairWithoutPlaintext);
KAGIMORI_CROSS_ACCOUNT_ACTION(GenerateDataKeyWithoutPlaintext);
KAGIMORI_CROSS_ACCOUNT_ACTION(GenerateMac);
KAGIMORI_ACTION(GenerateRandom);
KAGIMORI_ACTION(GetKeyLastUsage);
KAGIMORI_ACTION(GetKeyPolicy);
KAGIMORI_CROSS_ACCOUNT_ACTION(GetKeyRotationStatus);
KAGIMORI_ACTION(GetParametersForImport);
KAGIMORI_CROSS_ACCOUNT_ACTION(GetPublicKey);
KAGIMORI_ACTION(ImportKeyMaterial);
KAGIMORI_ACTION(ListAliases);
KAGIMORI_CROSS_ACCOUNT_ACTION(ListGrants);
KAGIMORI_ACTION(ListKeyPolicies);
KAGIMORI_ACTION(ListKeyRotations);
KAGIMORI_ACTION(ListKeys);
KAGIMORI_ACTION(ListResourceTags);
KAGIMORI_ACTION(ListRetirableGrants);
KAGIMORI_ACTION(PutKeyPolicy);
KAGIMORI_CROSS_ACCOUNT_ACTION(ReEncryptFrom);
KAGIMORI_CROSS_ACCOUNT_ACTION(ReEncryptTo);
KAGIMORI_CROSS_ACCOUNT_ACTION(RetireGrant);
KAGIMORI_CROSS_ACCOUNT_ACTION(RevokeGrant);
KAGIMORI_ACTION(RotateKeyOnDemand);
KAGIMORI_ACTION(ScheduleKeyDeletion);
KAGIMORI_CROSS_ACCOUNT_ACTION(Sign);
KAGIMORI_ACTION(TagResource);
KAGIMORI_ACTION(UntagResource);
KAGIMORI_ACTION(UpdateAlias);
KAGIMORI_ACTION(UpdateKeyDescription);
KAGIMORI_CROSS_ACCOUNT_ACTION(Verify);
KAGIMORI_CROSS_ACCOUNT_ACTION(VerifyMac);

#undef KAGIMORI_ACTION
#undef KAGIMORI_CROSS_ACCOUNT_ACTION
#undef KAGIMORI_ACTION_OF

}  // namespace kagimori::keys::action

#endif  // KAGIMORI_KEYS_ACTIONS_H_
