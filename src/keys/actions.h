#ifndef KAGIMORI_KEYS_ACTIONS_H_
#define KAGIMORI_KEYS_ACTIONS_H_

#include <string_view>

// The permissions of AWS KMS as types, one for each name that a policy can hold. ReEncrypt has none of its own; it
// needs ReEncryptFrom on the source and ReEncryptTo on the destination key.
namespace kagimori::keys::action {

#define KAGIMORI_ACTION(name)                               \
  struct name {                                             \
    static constexpr std::string_view kName = "kms:" #name; \
  }

KAGIMORI_ACTION(CancelKeyDeletion);
KAGIMORI_ACTION(CreateAlias);
KAGIMORI_ACTION(CreateKey);
KAGIMORI_ACTION(Decapsulate);
KAGIMORI_ACTION(Decrypt);
KAGIMORI_ACTION(DeleteAlias);
KAGIMORI_ACTION(DeriveSharedSecret);
KAGIMORI_ACTION(DescribeKey);
KAGIMORI_ACTION(DisableKey);
KAGIMORI_ACTION(EnableKey);
KAGIMORI_ACTION(Encapsulate);
KAGIMORI_ACTION(Encrypt);
KAGIMORI_ACTION(GenerateDataKey);
KAGIMORI_ACTION(GenerateDataKeyPair);
KAGIMORI_ACTION(GenerateDataKeyPairWithoutPlaintext);
KAGIMORI_ACTION(GenerateDataKeyWithoutPlaintext);
KAGIMORI_ACTION(GenerateMac);
KAGIMORI_ACTION(GenerateRandom);
KAGIMORI_ACTION(GetKeyPolicy);
KAGIMORI_ACTION(GetKeyRotationStatus);
KAGIMORI_ACTION(GetPublicKey);
KAGIMORI_ACTION(ListAliases);
KAGIMORI_ACTION(ListKeyPolicies);
KAGIMORI_ACTION(ListKeys);
KAGIMORI_ACTION(ListResourceTags);
KAGIMORI_ACTION(PutKeyPolicy);
KAGIMORI_ACTION(ReEncryptFrom);
KAGIMORI_ACTION(ReEncryptTo);
KAGIMORI_ACTION(ScheduleKeyDeletion);
KAGIMORI_ACTION(Sign);
KAGIMORI_ACTION(TagResource);
KAGIMORI_ACTION(UntagResource);
KAGIMORI_ACTION(UpdateAlias);
KAGIMORI_ACTION(UpdateKeyDescription);
KAGIMORI_ACTION(Verify);
KAGIMORI_ACTION(VerifyMac);

#undef KAGIMORI_ACTION

}  // namespace kagimori::keys::action

#endif  // KAGIMORI_KEYS_ACTIONS_H_
