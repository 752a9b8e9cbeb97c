#ifndef KAGIMORI_KMS_OPERATIONS_H_
#define KAGIMORI_KMS_OPERATIONS_H_

#include "kms/cancel_key_deletion.h"
#include "kms/create_alias.h"
#include "kms/create_grant.h"
#include "kms/create_key.h"
#include "kms/decapsulate.h"
#include "kms/decrypt.h"
#include "kms/delete_alias.h"
#include "kms/delete_imported_key_material.h"
#include "kms/derive_shared_secret.h"
#include "kms/describe_key.h"
#include "kms/disable_key.h"
#include "kms/disable_key_rotation.h"
#include "kms/enable_key.h"
#include "kms/enable_key_rotation.h"
#include "kms/encapsulate.h"
#include "kms/encrypt.h"
#include "kms/generate_data_key.h"
#include "kms/generate_data_key_pair.h"
#include "kms/generate_data_key_pair_without_plaintext.h"
#include "kms/generate_data_key_without_plaintext.h"
#include "kms/generate_mac.h"
#include "kms/generate_random.h"
#include "kms/get_key_last_usage.h"
#include "kms/get_key_policy.h"
#include "kms/get_key_rotation_status.h"
#include "kms/get_parameters_for_import.h"
#include "kms/get_public_key.h"
#include "kms/import_key_material.h"
#include "kms/list_aliases.h"
#include "kms/list_grants.h"
#include "kms/list_key_policies.h"
#include "kms/list_key_rotations.h"
#include "kms/list_keys.h"
#include "kms/list_resource_tags.h"
#include "kms/list_retirable_grants.h"
#include "kms/put_key_policy.h"
#include "kms/re_encrypt.h"
#include "kms/retire_grant.h"
#include "kms/revoke_grant.h"
#include "kms/rotate_key_on_demand.h"
#include "kms/schedule_key_deletion.h"
#include "kms/sign.h"
#include "kms/tag_resource.h"
#include "kms/untag_resource.h"
#include "kms/update_alias.h"
#include "kms/update_key_description.h"
#include "kms/verify.h"
#include "kms/verify_mac.h"

namespace kagimori::kms {

template <class... Operations>
struct OperationList {};

// The one list of the operations that are built. What is not on it is answered with UnsupportedOperationException.
using BuiltOperations =
    OperationList<CancelKeyDeletion, CreateAlias, CreateGrant, CreateKey, Decapsulate, Decrypt, DeleteAlias,
                  DeleteImportedKeyMaterial, DeriveSharedSecret, DescribeKey, DisableKey, DisableKeyRotation, EnableKey,
                  EnableKeyRotation, Encapsulate, Encrypt, GenerateDataKey, GenerateDataKeyPair,
                  GenerateDataKeyPairWithoutPlaintext, GenerateDataKeyWithoutPlaintext, GenerateMac, GenerateRandom,
                  GetKeyLastUsage, GetKeyPolicy, GetKeyRotationStatus, GetParametersForImport, GetPublicKey,
                  ImportKeyMaterial, ListAliases, ListGrants, ListKeyPolicies, ListKeyRotations, ListKeys,
                  ListResourceTags, ListRetirableGrants, PutKeyPolicy, ReEncrypt, RetireGrant, RevokeGrant,
                  RotateKeyOnDemand, ScheduleKeyDeletion, Sign, TagResource, UntagResource, UpdateAlias,
                  UpdateKeyDescription, Verify, VerifyMac>;

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_OPERATIONS_H_
