#include "identity/managed_policies.h"

#include <array>

#include "identity/stored_policy.h"

namespace kagimori::identity {
namespace {

struct Published {
  const char* name;
  const char* id;
  int version;  // the default one, and the only one that is kept
  const char* created;
  const char* updated;
  const char* description;
  const char* document;
};

// Source: AWS Managed Policy Reference Guide, 2026-02. ReadOnlyAccess and SecurityAudit name hundreds of services
// there; here they have the actions of IAM, KMS, STS and Systems Manager.
constexpr std::array kPublished = {
    Published{"AWSKeyManagementServicePowerUser", "ANPAJNPP7PPPPMJRV2SA4", 2, "2015-02-06T18:40:40Z",
              "2017-03-07T00:55:11Z", "Provides access to AWS Key Management Service (KMS).", R"({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "kms:CreateAlias",
                "kms:CreateKey",
                "kms:DeleteAlias",
                "kms:Describe*",
                "kms:GenerateRandom",
                "kms:Get*",
                "kms:List*",
                "kms:TagResource",
                "kms:UntagResource",
                "iam:ListGroups",
                "iam:ListRoles",
                "iam:ListUsers"
            ],
            "Resource": "*"
        }
    ]
})"},
    Published{"AdministratorAccess", "ANPAIWMBCKSKIEE64ZLYK", 1, "2015-02-06T18:39:46Z", "2015-02-06T18:39:46Z",
              "Provides full access to AWS services and resources.", R"({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*"
        }
    ]
})"},
    Published{"AmazonSSMFullAccess", "ANPAJA7V6HI4ISQFMDYAG", 4, "2015-05-29T17:39:47Z", "2019-11-20T20:08:37Z",
              "Provides full access to Amazon SSM.", R"({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "cloudwatch:PutMetricData",
                "ds:CreateComputer",
                "ds:DescribeDirectories",
                "ec2:DescribeInstanceStatus",
                "logs:*",
                "ssm:*",
                "ec2messages:*"
            ],
            "Resource": "*"
        },
        {
            "Effect": "Allow",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": "arn:aws:iam::*:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM*",
            "Condition": {
                "StringLike": {
                    "iam:AWSServiceName": "ssm.amazonaws.com"
                }
            }
        },
        {
            "Effect": "Allow",
            "Action": [
                "iam:DeleteServiceLinkedRole",
                "iam:GetServiceLinkedRoleDeletionStatus"
            ],
            "Resource": "arn:aws:iam::*:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM*"
        },
        {
            "Effect": "Allow",
            "Action": [
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel"
            ],
            "Resource": "*"
        }
    ]
})"},
    Published{"AmazonSSMReadOnlyAccess", "ANPAJODSKQGGJTHRYZ5FC", 1, "2015-05-29T17:44:19Z", "2015-05-29T17:44:19Z",
              "Provides read only access to Amazon SSM.", R"({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "ssm:Describe*",
                "ssm:Get*",
                "ssm:List*"
            ],
            "Resource": "*"
        }
    ]
})"},
    Published{"IAMFullAccess", "ANPAI7XKCFMBPM3QQRRVQ", 2, "2015-02-06T18:40:38Z", "2019-06-21T19:40:00Z",
              "Provides full access to IAM via the AWS Management Console.", R"({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "iam:*",
                "organizations:DescribeAccount",
                "organizations:DescribeOrganization",
                "organizations:DescribeOrganizationalUnit",
                "organizations:DescribePolicy",
                "organizations:ListChildren",
                "organizations:ListParents",
                "organizations:ListPoliciesForTarget",
                "organizations:ListRoots",
                "organizations:ListPolicies",
                "organizations:ListTargetsForPolicy"
            ],
            "Resource": "*"
        }
    ]
})"},
    Published{"IAMReadOnlyAccess", "ANPAJKSO7NDY4T57MWDSQ", 4, "2015-02-06T18:40:39Z", "2018-01-25T19:11:27Z",
              "Provides read only access to IAM via the AWS Management Console.", R"({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "iam:GenerateCredentialReport",
                "iam:GenerateServiceLastAccessedDetails",
                "iam:Get*",
                "iam:List*",
                "iam:SimulateCustomPolicy",
                "iam:SimulatePrincipalPolicy"
            ],
            "Resource": "*"
        }
    ]
})"},
    Published{"PowerUserAccess", "ANPAJYRXTHIB4FOVS3ZXS", 12, "2015-02-06T18:39:47Z", "2026-02-12T17:59:00Z",
              "Provides full access to AWS services and resources, but does not allow management of Users and groups.",
              R"({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "NotAction": [
                "iam:*",
                "organizations:*",
                "account:*"
            ],
            "Resource": "*"
        },
        {
            "Effect": "Allow",
            "Action": [
                "account:GetAccountInformation",
                "account:GetGovCloudAccountInformation",
                "account:GetPrimaryEmail",
                "account:ListRegions",
                "iam:CreateServiceLinkedRole",
                "iam:DeleteServiceLinkedRole",
                "iam:ListRoles",
                "organizations:DescribeEffectivePolicy",
                "organizations:DescribeOrganization"
            ],
            "Resource": "*"
        }
    ]
})"},
    Published{"ReadOnlyAccess", "ANPAILL3HVNFSB6DCOWYQ", 1, "2015-02-06T18:39:48Z", "2015-02-06T18:39:48Z",
              "Provides read-only access to AWS services and resources.", R"({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "iam:Generate*",
                "iam:Get*",
                "iam:List*",
                "iam:Simulate*",
                "kms:Describe*",
                "kms:Get*",
                "kms:List*",
                "ssm:Describe*",
                "ssm:Get*",
                "ssm:List*",
                "sts:GetAccessKeyInfo",
                "sts:GetCallerIdentity",
                "sts:GetSessionToken"
            ],
            "Resource": "*"
        }
    ]
})"},
    Published{"SecurityAudit", "ANPAIX2T3QCXHR2OGGCTO", 1, "2015-02-06T18:41:01Z", "2015-02-06T18:41:01Z",
              "The security audit template grants access to read security configuration metadata.", R"({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "iam:GenerateCredentialReport",
                "iam:GenerateServiceLastAccessedDetails",
                "iam:Get*",
                "iam:List*",
                "iam:SimulateCustomPolicy",
                "iam:SimulatePrincipalPolicy",
                "kms:Describe*",
                "kms:Get*",
                "kms:List*",
                "ssm:Describe*",
                "ssm:ListDocuments"
            ],
            "Resource": "*"
        }
    ]
})"},
};

using PolicyMap = std::map<std::string, std::shared_ptr<const ManagedPolicy>, std::less<>>;

PolicyMap Build() {
  PolicyMap policies;
  for (const Published& published : kPublished) {
    auto policy = std::make_shared<ManagedPolicy>();
    policy->id = published.id;
    policy->name = published.name;
    policy->created = ParseIso(published.created).value();
    policy->updated = ParseIso(published.updated).value();
    policy->description = published.description;
    policy->default_version = published.version;
    policy->next_version = published.version + 1;
    policy->by_aws = true;
    policy->versions.push_back({published.version, policy->updated, StoredIdentityPolicy(published.document)});
    policies.emplace(ArnOf(AccountId(), *policy), std::move(policy));
  }
  return policies;
}

}  // namespace

const PolicyMap& AwsManagedPolicies() {
  static const PolicyMap policies = Build();
  return policies;
}

std::shared_ptr<const ManagedPolicy> FindAwsManagedPolicy(std::string_view arn) {
  const auto found = AwsManagedPolicies().find(arn);
  return found == AwsManagedPolicies().end() ? nullptr : found->second;
}

}  // namespace kagimori::identity
