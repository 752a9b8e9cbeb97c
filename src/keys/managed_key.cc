#include "keys/managed_key.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/random.h"
#include "keys/material_life.h"
#include "keys/policy_document.h"

namespace kagimori::keys {
namespace {

constexpr std::string_view kPolicy = R"({{
  "Version" : "2012-10-17",
  "Id" : "auto-{0}-1",
  "Statement" : [ {{
    "Sid" : "Allow access through {1} for all principals in the account that are authorized to use {1}",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "*"
    }},
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : {{
      "StringEquals" : {{
        "kms:CallerAccount" : "{2}",
        "kms:ViaService" : "{0}.{3}.amazonaws.com"
      }}
    }}
  }}, {{
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:{4}:iam::{2}:root"
    }},
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  }} ]
}})";

}  // namespace

const ManagedService kSsmService{
    .name = "ssm",
    .alias = "alias/aws/ssm",
    .description = "Default key that protects my SSM parameters when no other key is defined"};

std::span<const ManagedService* const> ManagedServices() {
  static constexpr const ManagedService* kAll[] = {&kSsmService};
  return kAll;
}

const ManagedService* FindManagedService(std::string_view alias) {
  const auto all = ManagedServices();
  const auto found = std::ranges::find(all, alias, &ManagedService::alias);
  return found == all.end() ? nullptr : *found;
}

std::string ManagedKeyPolicy(const ManagedService& service, AccountId account, Region region) {
  std::string in_text(service.name);
  for (char& c : in_text) c = static_cast<char>(c - 'a' + 'A');
  return fmt::format(fmt::runtime(kPolicy), service.name, in_text, account.ToString(), region.name(),
                     region.partition());
}

Change MakeManagedKey(const ManagedService& service, AccountId account, Region region, Timestamp now, Key* made) {
  Key key{.name = {.account = account, .region = region, .id = {.bytes = crypto::RandomUuid()}}};
  key.arn = key.name.Arn();
  key.manager = KeyManagerType::kAws;
  key.created = now;
  key.description = service.description;
  key.policy = ManagedKeyPolicy(service, account, region);
  key.policy_document = CompilePolicy(key);
  key.aliases.emplace_back(service.alias);
  StartRotation(kDefaultRotationDays, now, &key);
  NewMaterial material;
  crypto::FillRandom(material.id);
  material.bytes = crypto::RandomSecret(32);
  material.created = now;
  Change change;
  Alias alias{.name = {.account = account, .region = region, .name = std::string(service.alias)},
              .target = key.name.id,
              .created = now,
              .updated = now};
  AliasName name = alias.name;
  change.aliases.push_back({.name = std::move(name), .before = nullptr, .after = std::move(alias)});
  *made = key;
  change.keys.push_back({.before = nullptr,
                         .after = std::move(key),
                         .parts = {Part::kDescription, Part::kPolicy, Part::kAliases},
                         .material = std::move(material)});
  return change;
}

}  // namespace kagimori::keys
