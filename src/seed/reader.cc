#include "seed/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "crypto/key_pair.h"
#include "keys/grant.h"
#include "keys/key_spec.h"
#include "keys/material_life.h"
#include "keys/resource_quotas.h"
#include "kms/alias_rules.h"
#include "kms/grant_rules.h"
#include "kms/tag_rules.h"
#include "seed/members.h"
#include "seed/toml_text.h"
#include "shapes/kms_operations.h"
#include "shapes/validate.h"
#include "wire/secret_codec.h"

namespace kagimori::seed {
namespace {

constexpr int64_t kLeastRotationDays = 90;
constexpr int64_t kMostRotationDays = 2560;
// An envelope is this much longer than what is in it, at most.
constexpr size_t kMaxSealedBytes = crypto::kMaxPrivateKeySize + 128;

// What the model says of the members of a request that nobody sent; empty: nothing is wrong.
template <class Request>
std::string ViolationsOf(const Request& request) {
  const shapes::DecodeNotes notes;
  shapes::Violations violations;
  shapes::Validator validator(notes, nullptr, 0, false, &violations);
  Request::Visit(validator, request);
  return violations.empty() ? std::string() : violations.Message();
}

std::string TextOf(const shapes::ApiError& error) {
  return error.message().empty() ? std::string(error.name()) : error.message();
}

// Reads one [[key]] after the other.
class FileReader {
 public:
  FileReader(const Bundle& bundle, const Defaults& defaults) : bundle_(bundle), account_(defaults.account) {}

  Result<Declaration> Read(const toml::table& table) {
    Members file(table, "");
    Declaration declaration;
    if (auto id = file.Text("wrapping_key")) {
      if (!HexDecodeTo(*id, declaration.wrapping_key.emplace()))
        file.Refuse("wrapping_key", "16 hex digits are expected");
    }
    if (auto account = AccountOf(&file)) account_ = account;
    region_ = RegionOf(&file);
    const auto tables = file.Tables("key", kMaxKeys);
    KAGIMORI_RETURN_IF_ERROR(file.End());
    for (const toml::table* one : tables) {
      KAGIMORI_ASSIGN_OR_RETURN(DeclaredKey key, ReadKey(*one));
      declaration.keys.push_back(std::move(key));
    }
    return declaration;
  }

 private:
  static std::optional<AccountId> AccountOf(Members* members) {
    const auto text = members->Text("account");
    if (!text) return std::nullopt;
    const auto account = AccountId::Parse(*text);
    if (!account) members->Refuse("account", "an account number of 12 digits is expected, as a text");
    return account;
  }

  static std::optional<Region> RegionOf(Members* members) {
    const auto text = members->Text("region");
    if (!text) return std::nullopt;
    const auto region = Region::Parse(*text);
    if (!region) members->Refuse("region", "there is no Region '" + Members::Shown(*text) + "'");
    return region;
  }

  Result<DeclaredKey> ReadKey(const toml::table& table) {
    Members members(table, "a key");
    const std::string id = members.Text("id").value_or("");
    members.SetWhere("key " + Members::Shown(id));
    bool canonical = false;
    const auto parsed = KeyId::Parse(id, &canonical);
    if (!parsed || !canonical) members.Refuse("id", "a UUID or mrk- and 32 hex digits are expected, in lower case");
    auto account = AccountOf(&members);
    if (!account) account = account_;
    if (!account) members.Refuse("", "the file names no account for it");
    auto region = RegionOf(&members);
    if (!region) region = region_;
    if (!region) members.Refuse("", "the file names no Region for it");
    if (!parsed || !account || !region) KAGIMORI_RETURN_IF_ERROR(Failed(&members));

    DeclaredKey key{.name = {.account = *account, .region = *region, .id = *parsed}, .line = members.line()};
    if (!keys_.insert(key.name).second) members.Refuse("id", "this key is in the file twice");
    ReadFacts(&members, &key);
    ReadPolicy(&members, &key);
    ReadTagsAndAliases(&members, &key);
    CheckFacts(&members, key);
    const auto materials = members.Tables("material", kMaxMaterials);
    const auto grants = members.Tables("grant", keys::kMostGrantsPerKey);
    KAGIMORI_RETURN_IF_ERROR(members.End());
    for (const toml::table* one : materials) {
      KAGIMORI_ASSIGN_OR_RETURN(DeclaredMaterial material, ReadMaterial(*one, key));
      key.materials.push_back(std::move(material));
    }
    KAGIMORI_RETURN_IF_ERROR(CheckMaterials(key));
    for (const toml::table* one : grants) {
      KAGIMORI_ASSIGN_OR_RETURN(DeclaredGrant grant, ReadGrant(*one, key));
      key.grants.push_back(std::move(grant));
    }
    return key;
  }

  static Result<> Failed(Members* members) {
    members->Refuse("", "it cannot be read");  // counts only where nothing else was wrong
    return members->End();
  }

  static void ReadFacts(Members* members, DeclaredKey* key) {
    key->spec = members->Enum<keys::KeySpec>("spec");
    key->usage = members->Enum<keys::KeyUsageType>("usage");
    key->origin = members->Enum<keys::OriginType>("origin");
    key->created = members->Time("created");
    key->description = members->Text("description");
    key->enabled = members->Flag("enabled");
    if (auto days = members->Number("rotation_period_days", 0, kMostRotationDays)) {
      if (*days != 0 && *days < kLeastRotationDays)
        members->Refuse("rotation_period_days", "0 or 90 to 2560 days are expected");
      key->rotation_period_days = static_cast<uint32_t>(*days);
    }
    key->next_rotation = members->Time("next_rotation");
    key->on_demand_rotations =
        static_cast<uint32_t>(members->Number("on_demand_rotations", 0, keys::kMostOnDemandRotations).value_or(0));
    const auto multi_region = members->Flag("multi_region");
    if (multi_region && *multi_region != (key->name.id.kind == KeyId::Kind::kMultiRegion))
      members->Refuse("multi_region", "the ids of multi-Region keys, and no others, begin with mrk-");
  }

  static void CheckFacts(Members* members, const DeclaredKey& key) {
    if (key.SpecOr() != keys::KeySpec::kSymmetricDefault && !key.usage)
      members->Refuse("spec", "a key of this spec needs a usage");
    if (!keys::Allows(key.SpecOr(), key.UsageOr())) {
      members->Refuse("usage", fmt::format("{} is not compatible with {}", Name(key.UsageOr()), Name(key.SpecOr())));
    }
    const keys::OriginType origin = key.OriginOr();
    if (origin != keys::OriginType::kAwsKms && origin != keys::OriginType::kExternal)
      members->Refuse("origin", "AWS_KMS or EXTERNAL is expected");
    if (origin == keys::OriginType::kExternal && !keys::TraitsOf(key.SpecOr()).importable)
      members->Refuse("origin", "keys of this spec cannot be EXTERNAL");
    const bool rotates = key.SpecOr() == keys::KeySpec::kSymmetricDefault && origin == keys::OriginType::kAwsKms;
    if (!rotates && key.rotation_period_days.value_or(0) != 0)
      members->Refuse("rotation_period_days", "only AWS_KMS keys of the spec SYMMETRIC_DEFAULT rotate by themselves");
    shapes::CreateKeyRequest request;
    request.description = key.description;
    if (const std::string wrong = ViolationsOf(request); !wrong.empty()) members->Refuse("description", wrong);
  }

  void ReadPolicy(Members* members, DeclaredKey* key) const {
    key->policy = members->Text("policy");
    const auto file = members->Text("policy_file");
    if (key->policy && file) members->Refuse("policy_file", "there is a policy already");
    if (file) {
      const auto found = bundle_.policies.find(*file);
      if (found == bundle_.policies.end()) {
        members->Refuse("policy_file", "the file was not given");
      } else {
        key->policy = std::string(found->second);
      }
    }
    key->bypass_lockout_check = members->Flag("bypass_policy_lockout_safety_check").value_or(false);
    shapes::CreateKeyRequest request;
    request.policy = key->policy;
    if (!ViolationsOf(request).empty()) members->Refuse(file ? "policy_file" : "policy", "this is no policy document");
  }

  void ReadTagsAndAliases(Members* members, DeclaredKey* key) {
    if (auto pairs = members->Pairs("tags")) {
      for (auto& [name, value] : *pairs)
        key->tags.push_back({.tag_key = std::move(name), .tag_value = std::move(value)});
    }
    shapes::CreateKeyRequest request;
    request.tags = key->tags;
    if (const std::string wrong = ViolationsOf(request); !wrong.empty()) members->Refuse("tags", wrong);
    if (const auto refused = kms::CheckTags(key->tags)) members->Refuse("tags", TextOf(*refused));

    key->aliases = members->Texts("aliases");
    for (const std::string& alias : key->aliases) {
      shapes::CreateAliasRequest named;
      named.alias_name = alias;
      named.target_key_id = key->name.Arn();
      if (const std::string wrong = ViolationsOf(named); !wrong.empty()) members->Refuse("aliases", wrong);
      if (alias.starts_with("alias/aws/"))
        members->Refuse("aliases", alias + " is reserved for the services' own keys");
      if (const auto refused = kms::CheckAliasName(alias)) members->Refuse("aliases", TextOf(*refused));
      if (!aliases_.emplace(key->name.account, key->name.region, alias).second)
        members->Refuse("aliases", Members::Shown(alias) + " is in the file twice");
    }
    if (key->aliases.size() > keys::kMostAliasesPerKey)
      members->Refuse("aliases", fmt::format("a key has at most {}", keys::kMostAliasesPerKey));
  }

  static std::string Of(const DeclaredKey& key, std::string_view what) {
    return fmt::format("{} of key {}", what, key.name.id.ToString());
  }

  static Result<DeclaredMaterial> ReadMaterial(const toml::table& table, const DeclaredKey& key) {
    Members members(table, Of(key, "a material"));
    DeclaredMaterial material;
    if (auto id = members.Text("id")) {
      if (!HexDecodeTo(*id, material.id.emplace())) members.Refuse("id", "64 hex digits are expected");
    }
    const auto clear = members.Text("clear");
    const auto sealed = members.Text("sealed");
    if (clear && sealed) members.Refuse("clear", "a material is either sealed or in clear");
    if (clear) {
      material.form = DeclaredMaterial::Form::kClear;
      auto bytes = wire::SecretCodec::DecodeBase64(*clear);
      if (!bytes || bytes->empty() || bytes->size() > crypto::kMaxPrivateKeySize) {
        members.Refuse("clear", "base64 of key material is expected");
      } else {
        material.clear = *std::move(bytes);
      }
    }
    if (sealed) {
      material.form = DeclaredMaterial::Form::kSealed;
      auto bytes = Base64Decode(*sealed);
      if (!bytes || bytes->size() > kMaxSealedBytes) {
        members.Refuse("sealed", "base64 of sealed key material is expected");
      } else {
        material.sealed = *std::move(bytes);
      }
    }
    if (!clear && (!material.id || (!sealed && key.OriginOr() != keys::OriginType::kExternal)))
      members.Refuse("", "it has no material: neither clear nor sealed and its id");
    ReadMaterialLife(&members, key, &material);
    KAGIMORI_RETURN_IF_ERROR(members.End());
    return material;
  }

  static void ReadMaterialLife(Members* members, const DeclaredKey& key, DeclaredMaterial* material) {
    material->created = members->Time("created");
    if (const auto rotation = members->Text("rotation")) {
      if (*rotation == "AUTOMATIC") {
        material->rotation = keys::RotationKind::kAutomatic;
      } else if (*rotation == "ON_DEMAND") {
        material->rotation = keys::RotationKind::kOnDemand;
      } else {
        members->Refuse("rotation", "AUTOMATIC or ON_DEMAND is expected");
      }
    }
    material->rotated = members->Time("rotated");
    material->valid_to = members->Time("valid_to");
    material->staged = members->Flag("staged").value_or(false);
    material->description = members->Text("description").value_or("");
    if (const auto spki = members->Text("public_key")) {
      auto bytes = Base64Decode(*spki);
      if (!bytes || bytes->size() > crypto::kMaxPublicKeySize) {
        members->Refuse("public_key", "base64 of a public key is expected");
      } else {
        material->public_key = *std::move(bytes);
      }
    }
    if (key.OriginOr() != keys::OriginType::kExternal) {
      for (const char* name : {"valid_to", "staged", "description", "public_key"}) {
        if (members->Has(name)) members->Refuse(name, "only materials of EXTERNAL keys have it");
      }
    }
    shapes::ImportKeyMaterialRequest request;
    request.key_id = key.name.Arn();
    if (!material->description.empty()) request.key_material_description = material->description;
    request.import_token.assign(1, 0);
    request.encrypted_key_material.assign(1, 0);
    if (const std::string wrong = ViolationsOf(request); !wrong.empty()) members->Refuse("description", wrong);
  }

  // What holds of them together.
  static Result<> CheckMaterials(const DeclaredKey& key) {
    const auto refuse = [&key](std::string_view what) {
      return Fail(ErrorKind::kInvalid, fmt::format("line {}: key {}: {}", key.line, key.name.id.ToString(), what));
    };
    if (key.materials.size() > 1 && key.SpecOr() != keys::KeySpec::kSymmetricDefault)
      return refuse("only a key of the spec SYMMETRIC_DEFAULT has several materials");
    std::set<keys::MaterialId> ids;
    for (size_t i = 0; i < key.materials.size(); ++i) {
      const DeclaredMaterial& material = key.materials[i];
      if (material.id && !ids.insert(*material.id).second) return refuse("a material is there twice");
      if (material.staged && (i == 0 || i + 1 != key.materials.size()))
        return refuse("a staged material stands behind the others");
      if (material.staged && material.form == DeclaredMaterial::Form::kAbsent)
        return refuse("a staged material that has gone is none");
      if ((i == 0 || material.staged) && material.rotation != keys::RotationKind::kNone)
        return refuse("the first material, and a staged one, did not become current by a rotation");
    }
    return {};
  }

  static Result<DeclaredGrant> ReadGrant(const toml::table& table, const DeclaredKey& key) {
    Members members(table, Of(key, "a grant"));
    DeclaredGrant grant;
    shapes::CreateGrantRequest& request = grant.request;
    request.key_id = key.name.Arn();
    // Services are named by their host, everybody else by an ARN.
    const auto principal = [&members](std::string_view name, std::optional<std::string>* by_arn,
                                      std::optional<std::string>* service) {
      auto text = members.Text(name);
      if (text) (text->starts_with("arn:") ? *by_arn : *service) = std::move(text);
    };
    principal("grantee", &request.grantee_principal, &request.grantee_service_principal);
    principal("retiring_principal", &request.retiring_principal, &request.retiring_service_principal);
    for (const std::string& name : members.Texts("operations")) {
      if (const auto operation = shapes::ParseEnum<keys::GrantOperation>(name)) {
        request.operations.push_back(*operation);
      } else {
        members.Refuse("operations", "there is no '" + Members::Shown(name) + "'");
      }
    }
    request.name = members.Text("name");
    shapes::GrantConstraints constraints;
    if (auto pairs = members.Pairs("encryption_context_equals"))
      constraints.encryption_context_equals = shapes::StringMap(*std::move(pairs));
    if (auto pairs = members.Pairs("encryption_context_subset"))
      constraints.encryption_context_subset = shapes::StringMap(*std::move(pairs));
    constraints.source_arn = members.Text("source_arn");
    if (constraints.encryption_context_equals || constraints.encryption_context_subset || constraints.source_arn)
      request.constraints = std::move(constraints);
    grant.created = members.Time("created");
    if (const std::string wrong = ViolationsOf(request); !wrong.empty()) members.Refuse("", wrong);
    if (const auto refused = kms::CheckGrantRequest(request)) members.Refuse("", TextOf(*refused));
    KAGIMORI_RETURN_IF_ERROR(members.End());
    return grant;
  }

  const Bundle& bundle_;
  std::optional<AccountId> account_;
  std::optional<Region> region_;
  std::set<keys::KeyName> keys_;
  std::set<std::tuple<AccountId, Region, std::string>> aliases_;
};

}  // namespace

void AppendPart(std::string_view part, secret::WipingBuffer* out) {
  Bytes size;
  AppendBe32(static_cast<uint32_t>(part.size()), &size);
  out->Append(size);
  out->Append(part);
}

Result<Bundle> Unpack(std::string_view packed) {
  std::vector<std::string_view> parts;
  while (!packed.empty()) {
    if (packed.size() < 4) return Fail(ErrorKind::kInvalid, "the parts of the file cannot be read");
    const size_t size = ReadBe(AsBytes(packed.substr(0, 4)));
    packed.remove_prefix(4);
    if (size > packed.size()) return Fail(ErrorKind::kInvalid, "the parts of the file cannot be read");
    parts.push_back(packed.substr(0, size));
    packed.remove_prefix(size);
  }
  if (parts.size() % 2 == 0) return Fail(ErrorKind::kInvalid, "the parts of the file cannot be read");
  Bundle bundle{.toml = parts[0], .policies = {}};
  for (size_t i = 1; i < parts.size(); i += 2) bundle.policies.emplace(parts[i], parts[i + 1]);
  return bundle;
}

Result<std::vector<std::string>> PolicyFilesOf(std::string_view toml) {
  KAGIMORI_ASSIGN_OR_RETURN(const toml::table table, ParseToml(toml));
  std::set<std::string> files;
  if (const toml::array* keys = table["key"].as_array()) {
    for (const toml::node& key : *keys) {
      const toml::table* members = key.as_table();
      if (members == nullptr) continue;
      if (const auto file = (*members)["policy_file"].value_exact<std::string>()) files.insert(*file);
    }
  }
  return std::vector<std::string>(files.begin(), files.end());
}

Result<Declaration> Read(const Bundle& bundle, const Defaults& defaults) {
  KAGIMORI_ASSIGN_OR_RETURN(const toml::table table, ParseToml(bundle.toml));
  return FileReader(bundle, defaults).Read(table);
}

}  // namespace kagimori::seed
