#ifndef KAGIMORI_KMS_REQUEST_FACTS_H_
#define KAGIMORI_KMS_REQUEST_FACTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "attest/verifier.h"
#include "authz/key_context.h"
#include "shapes/kms_operations.h"

namespace kagimori::kms {

namespace facts {

// A parameter as a condition key has it; absent where the parameter is.
template <class T>
policy::ConditionValues ValueOf(const T& value, authz::Scratch* scratch) {
  if constexpr (requires { value.has_value(); }) {
    return value ? ValueOf(*value, scratch) : policy::ConditionValues();
  } else if constexpr (std::is_same_v<T, std::string>) {
    return std::string_view(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    return std::string_view(value ? "true" : "false");
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return scratch->Keep(std::to_string(value.seconds()));
  } else if constexpr (std::is_integral_v<T>) {
    return scratch->Keep(std::to_string(value));
  } else {
    return Name(value);
  }
}

// kms:EncryptionContext:<key> and kms:EncryptionContextKeys.
policy::ConditionValues OfContext(const shapes::StringMap& context, const policy::ConditionKey& key,
                                  authz::Scratch* scratch);
// aws:RequestTag/<key> and aws:TagKeys.
policy::ConditionValues OfTags(const std::vector<shapes::Tag>& tags, const policy::ConditionKey& key,
                               authz::Scratch* scratch);
policy::ConditionValues OfTagKeys(const std::vector<std::string>& tag_keys, const policy::ConditionKey& key,
                                  authz::Scratch* scratch);
// kms:RecipientAttestation:*.
policy::ConditionValues OfRecipient(const attest::VerifiedRecipient& recipient, const policy::ConditionKey& key,
                                    authz::Scratch* scratch);
// kms:GrantOperations, kms:GrantConstraintType and the like; the context of the constraint, too.
policy::ConditionValues OfGrant(const shapes::CreateGrantRequest& request, const policy::ConditionKey& key,
                                authz::Scratch* scratch);

}  // namespace facts

// The condition keys that the parameters of one request give, by the members that its shape has. Defaults are filled in
// before. Source: AWS KMS Developer Guide, "AWS KMS condition keys". REQUIRES: the request outlives it.
template <class Request>
class RequestFacts final : public authz::OperationFacts {
 public:
  RequestFacts(const Request& request, const attest::VerifiedRecipient* recipient, bool via_service)
      : request_(request), recipient_(recipient), via_service_(via_service) {}

  policy::ConditionValues Find(const policy::ConditionKey& key, authz::Scratch* scratch) const override {
    switch (key.name()) {
      case policy::KeyName::kKmsEncryptionContext:
      case policy::KeyName::kKmsEncryptionContextKeys:
        return FindContext(key, scratch);
      case policy::KeyName::kAwsRequestTag:
      case policy::KeyName::kAwsTagKeys:
        return FindTags(key, scratch);
      case policy::KeyName::kKmsRecipientAttestation:
        return recipient_ == nullptr ? policy::ConditionValues() : facts::OfRecipient(*recipient_, key, scratch);
      case policy::KeyName::kKmsGrantIsForAwsResource:
        return FindIsForService();
      default:
        break;
    }
    if constexpr (std::is_same_v<Request, shapes::CreateKeyRequest>) {
      return FindOfNewKey(key);
    } else if constexpr (std::is_same_v<Request, shapes::CreateGrantRequest>) {
      return facts::OfGrant(request_, key, scratch);
    } else {
      return FindParameter(key, scratch);
    }
  }

  const shapes::StringMap* EncryptionContext() const override {
    if constexpr (requires { request_.encryption_context; }) {
      return request_.encryption_context ? &*request_.encryption_context : nullptr;
    } else {
      return nullptr;
    }
  }

 private:
  using Values = policy::ConditionValues;

  Values FindContext(const policy::ConditionKey& key, authz::Scratch* scratch) const {
    if constexpr (std::is_same_v<Request, shapes::CreateGrantRequest>) {
      return facts::OfGrant(request_, key, scratch);
    } else {
      const shapes::StringMap* context = EncryptionContext();
      return context == nullptr ? Values() : facts::OfContext(*context, key, scratch);
    }
  }

  Values FindTags(const policy::ConditionKey& key, authz::Scratch* scratch) const {
    if constexpr (requires { request_.tag_keys; }) {
      return facts::OfTagKeys(request_.tag_keys, key, scratch);
    } else if constexpr (requires { request_.tags->size(); }) {
      return request_.tags ? facts::OfTags(*request_.tags, key, scratch) : Values();
    } else if constexpr (requires { request_.tags; }) {
      return facts::OfTags(request_.tags, key, scratch);
    } else {
      return {};
    }
  }

  // True only where a service of this deployment makes the grant for the caller.
  Values FindIsForService() const {
    constexpr bool kHasIt = std::is_same_v<Request, shapes::CreateGrantRequest> ||
                            std::is_same_v<Request, shapes::ListGrantsRequest> ||
                            std::is_same_v<Request, shapes::RevokeGrantRequest>;
    if constexpr (kHasIt) return std::string_view(via_service_ ? "true" : "false");
    return {};
  }

  Values FindOfNewKey(const policy::ConditionKey& key) const
    requires std::is_same_v<Request, shapes::CreateKeyRequest>
  {
    switch (key.name()) {
      case policy::KeyName::kKmsKeySpec:
      case policy::KeyName::kKmsCustomerMasterKeySpec:
        return facts::ValueOf(request_.key_spec, nullptr);
      case policy::KeyName::kKmsKeyUsage:
      case policy::KeyName::kKmsCustomerMasterKeyUsage:
        return facts::ValueOf(request_.key_usage, nullptr);
      case policy::KeyName::kKmsKeyOrigin:
        return facts::ValueOf(request_.origin, nullptr);
      case policy::KeyName::kKmsMultiRegion:
        return facts::ValueOf(request_.multi_region, nullptr);
      case policy::KeyName::kKmsMultiRegionKeyType:
        return request_.multi_region.value_or(false) ? std::string_view("PRIMARY") : Values();
      case policy::KeyName::kKmsBypassPolicyLockoutSafetyCheck:
        // The default is filled in, and absent is what it has to be when it was not sent.
        return request_.bypass_policy_lockout_safety_check.value_or(false) ? std::string_view("true") : Values();
      default:
        return {};
    }
  }

  // What a shape without the member has no key for.
#define KAGIMORI_PARAMETER(enumerator, member)                                                    \
  case policy::KeyName::enumerator:                                                               \
    if constexpr (requires { request_.member; }) return facts::ValueOf(request_.member, scratch); \
    return {};
  Values FindParameter(const policy::ConditionKey& key, authz::Scratch* scratch) const {
    switch (key.name()) {
      case policy::KeyName::kKmsEncryptionAlgorithm:
        return FindEncryptionAlgorithm(scratch);
        KAGIMORI_PARAMETER(kKmsDataKeyPairSpec, key_pair_spec)
        KAGIMORI_PARAMETER(kKmsSigningAlgorithm, signing_algorithm)
        KAGIMORI_PARAMETER(kKmsMessageType, message_type)
        KAGIMORI_PARAMETER(kKmsMacAlgorithm, mac_algorithm)
        KAGIMORI_PARAMETER(kKmsKeyAgreementAlgorithm, key_agreement_algorithm)
        KAGIMORI_PARAMETER(kKmsRotationPeriodInDays, rotation_period_in_days)
        KAGIMORI_PARAMETER(kKmsScheduleKeyDeletionPendingWindowInDays, pending_window_in_days)
        KAGIMORI_PARAMETER(kKmsValidTo, valid_to)
        KAGIMORI_PARAMETER(kKmsExpirationModel, expiration_model)
        KAGIMORI_PARAMETER(kKmsWrappingAlgorithm, wrapping_algorithm)
        KAGIMORI_PARAMETER(kKmsWrappingKeySpec, wrapping_key_spec)
        KAGIMORI_PARAMETER(kKmsPrimaryRegion, primary_region)
        KAGIMORI_PARAMETER(kKmsReplicaRegion, replica_region)
        KAGIMORI_PARAMETER(kKmsBypassPolicyLockoutSafetyCheck, bypass_policy_lockout_safety_check)
      default:
        return {};
    }
  }
#undef KAGIMORI_PARAMETER

  // Present even where there is no parameter: data keys are always encrypted in the one way.
  Values FindEncryptionAlgorithm(authz::Scratch* scratch) const {
    if constexpr (requires { request_.encryption_algorithm; }) {
      return facts::ValueOf(request_.encryption_algorithm, scratch);
    } else if constexpr (requires { request_.encryption_context; }) {
      return std::string_view("SYMMETRIC_DEFAULT");
    } else {
      return {};
    }
  }

  const Request& request_;
  const attest::VerifiedRecipient* recipient_;
  bool via_service_;
};

// One side of ReEncrypt: the source as kms:ReEncryptFrom sees it, the destination as kms:ReEncryptTo does.
class ReEncryptFacts final : public authz::OperationFacts {
 public:
  struct Side {
    const std::optional<shapes::StringMap>& context;
    const std::optional<shapes::EncryptionAlgorithmSpec>& algorithm;
  };
  ReEncryptFacts(Side side, bool same_key) : side_(side), same_key_(same_key) {}

  policy::ConditionValues Find(const policy::ConditionKey& key, authz::Scratch* scratch) const override;
  const shapes::StringMap* EncryptionContext() const override { return side_.context ? &*side_.context : nullptr; }

 private:
  Side side_;
  bool same_key_;
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_REQUEST_FACTS_H_
