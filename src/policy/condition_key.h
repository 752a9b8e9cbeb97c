#ifndef KAGIMORI_POLICY_CONDITION_KEY_H_
#define KAGIMORI_POLICY_CONDITION_KEY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kagimori::policy {

enum class ValueType : uint8_t { kString, kNumeric, kDate, kBool, kIp, kArn };

// Every condition key with a meaning of its own: (enumerator, name as AWS writes it, type, single- or multi-valued).
// Source: the service authorization references of KMS, STS, IAM and Systems Manager; "AWS global condition context
// keys".
#define KAGIMORI_CONDITION_KEYS(SINGLE, MULTI)                                                              \
  SINGLE(KmsBypassPolicyLockoutSafetyCheck, "kms:BypassPolicyLockoutSafetyCheck", kBool)                    \
  SINGLE(KmsCallerAccount, "kms:CallerAccount", kString)                                                    \
  SINGLE(KmsCustomerMasterKeySpec, "kms:CustomerMasterKeySpec", kString)                                    \
  SINGLE(KmsCustomerMasterKeyUsage, "kms:CustomerMasterKeyUsage", kString)                                  \
  SINGLE(KmsDataKeyPairSpec, "kms:DataKeyPairSpec", kString)                                                \
  SINGLE(KmsEncryptionAlgorithm, "kms:EncryptionAlgorithm", kString)                                        \
  MULTI(KmsEncryptionContextKeys, "kms:EncryptionContextKeys", kString)                                     \
  SINGLE(KmsExpirationModel, "kms:ExpirationModel", kString)                                                \
  SINGLE(KmsGrantConstraintSourceArn, "kms:GrantConstraintSourceArn", kArn)                                 \
  SINGLE(KmsGrantConstraintType, "kms:GrantConstraintType", kString)                                        \
  SINGLE(KmsGrantIsForAwsResource, "kms:GrantIsForAWSResource", kBool)                                      \
  MULTI(KmsGrantOperations, "kms:GrantOperations", kString)                                                 \
  SINGLE(KmsGranteePrincipal, "kms:GranteePrincipal", kString)                                              \
  SINGLE(KmsGranteeServicePrincipal, "kms:GranteeServicePrincipal", kString)                                \
  SINGLE(KmsKeyAgreementAlgorithm, "kms:KeyAgreementAlgorithm", kString)                                    \
  SINGLE(KmsKeyOrigin, "kms:KeyOrigin", kString)                                                            \
  SINGLE(KmsKeySpec, "kms:KeySpec", kString)                                                                \
  SINGLE(KmsKeyUsage, "kms:KeyUsage", kString)                                                              \
  SINGLE(KmsMacAlgorithm, "kms:MacAlgorithm", kString)                                                      \
  SINGLE(KmsMessageType, "kms:MessageType", kString)                                                        \
  SINGLE(KmsMultiRegion, "kms:MultiRegion", kBool)                                                          \
  SINGLE(KmsMultiRegionKeyType, "kms:MultiRegionKeyType", kString)                                          \
  SINGLE(KmsPrimaryRegion, "kms:PrimaryRegion", kString)                                                    \
  SINGLE(KmsReEncryptOnSameKey, "kms:ReEncryptOnSameKey", kBool)                                            \
  SINGLE(KmsReplicaRegion, "kms:ReplicaRegion", kString)                                                    \
  SINGLE(KmsRequestAlias, "kms:RequestAlias", kString)                                                      \
  MULTI(KmsResourceAliases, "kms:ResourceAliases", kString)                                                 \
  SINGLE(KmsRetiringPrincipal, "kms:RetiringPrincipal", kString)                                            \
  SINGLE(KmsRetiringServicePrincipal, "kms:RetiringServicePrincipal", kString)                              \
  SINGLE(KmsRotationPeriodInDays, "kms:RotationPeriodInDays", kNumeric)                                     \
  SINGLE(KmsScheduleKeyDeletionPendingWindowInDays, "kms:ScheduleKeyDeletionPendingWindowInDays", kNumeric) \
  SINGLE(KmsSigningAlgorithm, "kms:SigningAlgorithm", kString)                                              \
  SINGLE(KmsTrailingDaysWithoutKeyUsage, "kms:TrailingDaysWithoutKeyUsage", kNumeric)                       \
  SINGLE(KmsValidTo, "kms:ValidTo", kDate)                                                                  \
  SINGLE(KmsViaService, "kms:ViaService", kString)                                                          \
  SINGLE(KmsWrappingAlgorithm, "kms:WrappingAlgorithm", kString)                                            \
  SINGLE(KmsWrappingKeySpec, "kms:WrappingKeySpec", kString)                                                \
  SINGLE(AwsAssumedRoot, "aws:AssumedRoot", kBool)                                                          \
  MULTI(AwsCalledVia, "aws:CalledVia", kString)                                                             \
  SINGLE(AwsCalledViaFirst, "aws:CalledViaFirst", kString)                                                  \
  SINGLE(AwsCalledViaLast, "aws:CalledViaLast", kString)                                                    \
  SINGLE(AwsCurrentTime, "aws:CurrentTime", kDate)                                                          \
  SINGLE(AwsEpochTime, "aws:EpochTime", kDate)                                                              \
  SINGLE(AwsFederatedProvider, "aws:FederatedProvider", kString)                                            \
  SINGLE(AwsMultiFactorAuthAge, "aws:MultiFactorAuthAge", kNumeric)                                         \
  SINGLE(AwsMultiFactorAuthPresent, "aws:MultiFactorAuthPresent", kBool)                                    \
  SINGLE(AwsPrincipalAccount, "aws:PrincipalAccount", kString)                                              \
  SINGLE(AwsPrincipalArn, "aws:PrincipalArn", kArn)                                                         \
  SINGLE(AwsPrincipalIsAwsService, "aws:PrincipalIsAWSService", kBool)                                      \
  SINGLE(AwsPrincipalOrgId, "aws:PrincipalOrgID", kString)                                                  \
  MULTI(AwsPrincipalOrgPaths, "aws:PrincipalOrgPaths", kString)                                             \
  SINGLE(AwsPrincipalServiceName, "aws:PrincipalServiceName", kString)                                      \
  MULTI(AwsPrincipalServiceNamesList, "aws:PrincipalServiceNamesList", kString)                             \
  SINGLE(AwsPrincipalType, "aws:PrincipalType", kString)                                                    \
  SINGLE(AwsReferer, "aws:Referer", kString)                                                                \
  SINGLE(AwsRequestedRegion, "aws:RequestedRegion", kString)                                                \
  SINGLE(AwsResourceAccount, "aws:ResourceAccount", kString)                                                \
  SINGLE(AwsResourceOrgId, "aws:ResourceOrgID", kString)                                                    \
  MULTI(AwsResourceOrgPaths, "aws:ResourceOrgPaths", kString)                                               \
  SINGLE(AwsSecureTransport, "aws:SecureTransport", kBool)                                                  \
  SINGLE(AwsSourceAccount, "aws:SourceAccount", kString)                                                    \
  SINGLE(AwsSourceArn, "aws:SourceArn", kArn)                                                               \
  SINGLE(AwsSourceIdentity, "aws:SourceIdentity", kString)                                                  \
  SINGLE(AwsSourceIp, "aws:SourceIp", kIp)                                                                  \
  SINGLE(AwsSourceOrgId, "aws:SourceOrgID", kString)                                                        \
  MULTI(AwsSourceOrgPaths, "aws:SourceOrgPaths", kString)                                                   \
  SINGLE(AwsSourceVpc, "aws:SourceVpc", kString)                                                            \
  SINGLE(AwsSourceVpce, "aws:SourceVpce", kString)                                                          \
  MULTI(AwsTagKeys, "aws:TagKeys", kString)                                                                 \
  SINGLE(AwsTokenIssueTime, "aws:TokenIssueTime", kDate)                                                    \
  SINGLE(AwsUserAgent, "aws:UserAgent", kString)                                                            \
  SINGLE(AwsUserid, "aws:userid", kString)                                                                  \
  SINGLE(AwsUsername, "aws:username", kString)                                                              \
  SINGLE(AwsViaAwsService, "aws:ViaAWSService", kBool)                                                      \
  SINGLE(AwsVpcSourceIp, "aws:VpcSourceIp", kIp)                                                            \
  SINGLE(StsAwsServiceName, "sts:AWSServiceName", kString)                                                  \
  SINGLE(StsDurationSeconds, "sts:DurationSeconds", kNumeric)                                               \
  SINGLE(StsExternalId, "sts:ExternalId", kString)                                                          \
  SINGLE(StsRoleSessionName, "sts:RoleSessionName", kString)                                                \
  SINGLE(StsSourceIdentity, "sts:SourceIdentity", kString)                                                  \
  SINGLE(StsTaskPolicyArn, "sts:TaskPolicyArn", kArn)                                                       \
  MULTI(StsTransitiveTagKeys, "sts:TransitiveTagKeys", kString)                                             \
  SINGLE(IamAssociatedResourceArn, "iam:AssociatedResourceArn", kArn)                                       \
  SINGLE(IamAwsServiceName, "iam:AWSServiceName", kString)                                                  \
  SINGLE(IamPassedToService, "iam:PassedToService", kString)                                                \
  SINGLE(IamPermissionsBoundary, "iam:PermissionsBoundary", kArn)                                           \
  SINGLE(IamPolicyArn, "iam:PolicyARN", kArn)                                                               \
  SINGLE(SsmOverwrite, "ssm:Overwrite", kString)                                                            \
  SINGLE(SsmPolicies, "ssm:Policies", kString)                                                              \
  SINGLE(SsmRecursive, "ssm:Recursive", kString)

// Keys whose name goes on: (enumerator, prefix, type). All are single-valued.
#define KAGIMORI_CONDITION_KEY_FAMILIES(FAMILY)                         \
  FAMILY(KmsEncryptionContext, "kms:EncryptionContext:", kString)       \
  FAMILY(KmsRecipientAttestation, "kms:RecipientAttestation:", kString) \
  FAMILY(AwsPrincipalTag, "aws:PrincipalTag/", kString)                 \
  FAMILY(AwsRequestTag, "aws:RequestTag/", kString)                     \
  FAMILY(AwsResourceTag, "aws:ResourceTag/", kString)                   \
  FAMILY(IamResourceTag, "iam:ResourceTag/", kString)                   \
  FAMILY(SsmResourceTag, "ssm:resourceTag/", kString)

enum class KeyName : uint8_t {
#define KAGIMORI_KEY_ENUMERATOR(name, text, type) k##name,
  KAGIMORI_CONDITION_KEYS(KAGIMORI_KEY_ENUMERATOR, KAGIMORI_KEY_ENUMERATOR)
      KAGIMORI_CONDITION_KEY_FAMILIES(KAGIMORI_KEY_ENUMERATOR)
#undef KAGIMORI_KEY_ENUMERATOR
          kOther,  // any other name: `<issuer>:aud`, `saml:sub`, a service's that is not here
};

// One condition key. Names are compared without regard to case; what is kept is in lower case (ASCII).
class ConditionKey {
 public:
  // Of the name as a policy or a caller of the simulator writes it. Nothing for a name that no key can have: empty,
  // over 512 bytes, or a family's prefix alone.
  static std::optional<ConditionKey> Parse(std::string_view name);
  // REQUIRES: `name` is neither a family nor kOther.
  explicit ConditionKey(KeyName name) : name_(name) {}

  KeyName name() const { return name_; }
  // Of a family: what follows the prefix ("team" of aws:PrincipalTag/Team). Of kOther: the whole name. Else empty.
  std::string_view suffix() const { return suffix_; }
  bool multi_valued() const;
  ValueType type() const;
  // In lower case.
  std::string ToString() const;

  auto operator<=>(const ConditionKey&) const = default;

 private:
  ConditionKey(KeyName name, std::string suffix) : name_(name), suffix_(std::move(suffix)) {}

  KeyName name_;
  std::string suffix_;
};

// ASCII letters alone. REQUIRES (EqualsFolded): `lower` is in lower case. For a RequestContext that looks a suffix up
// among tag keys or the keys of an encryption context.
std::string ToLowerAscii(std::string_view text);
bool EqualsFolded(std::string_view lower, std::string_view text);

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_CONDITION_KEY_H_
