#include "seed/exporter.h"

#include <fmt/format.h>

#include <utility>

#include "base/sync_wait.h"
#include "keys/actions.h"
#include "keys/grant_principal.h"
#include "keys/material_life.h"
#include "keys/stored_material.h"
#include "kms/grant_constraints.h"
#include "kms/key_policy.h"
#include "seed/account_session.h"
#include "seed/events.h"
#include "seed/plan.h"
#include "seed/writer.h"

namespace kagimori::seed {
namespace {

constexpr size_t kPage = 100;
// One sync of the audit log is for the keys in so many bytes.
constexpr size_t kGivenAtOnce = 64 * 1024;
constexpr int kTries = 10;  // against changes between the head and a material

// As a file names it; nothing: a user or role that is gone.
Result<std::optional<std::string>> NameOf(const Services& services, const keys::GrantPrincipal& principal) {
  KAGIMORI_ASSIGN_OR_RETURN(std::string shown,
                            SyncWait(keys::ShownPrincipal(services.keys->grants().principals(), principal)));
  if (shown == principal.form.id && principal.form.kind != keys::PrincipalKind::kService &&
      !shown.starts_with("arn:")) {
    return std::nullopt;
  }
  return shown;
}

void SetPrincipal(std::string name, std::optional<std::string>* by_arn, std::optional<std::string>* service) {
  (name.starts_with("arn:") ? *by_arn : *service) = std::move(name);
}

DeclaredGrant DeclaredOf(const keys::Grant& grant, std::string grantee, std::optional<std::string> retiring) {
  DeclaredGrant declared{.request = {}, .created = grant.created};
  shapes::CreateGrantRequest& request = declared.request;
  SetPrincipal(std::move(grantee), &request.grantee_principal, &request.grantee_service_principal);
  if (retiring) SetPrincipal(*std::move(retiring), &request.retiring_principal, &request.retiring_service_principal);
  request.operations = grant.terms.operations.List();
  if (!grant.name.empty()) request.name = grant.name;
  request.constraints = kms::ShownConstraints(grant.terms.constraints);
  return declared;
}

}  // namespace

Result<std::vector<keys::KeyName>> AllKeys(const Services& services) {
  std::vector<keys::KeyName> names;
  KAGIMORI_ASSIGN_OR_RETURN(const auto accounts, services.directory->ListAccounts());
  const Timestamp now = services.clock->Service();
  for (const auto& entry : accounts) {
    for (const Region region : Region::All()) {
      std::string from;
      do {
        KAGIMORI_ASSIGN_OR_RETURN(
            keys::KeyTable::KeyPage page,
            SyncWait(services.keys->ListKeys(entry.account, region, std::move(from), kPage, now)));
        names.insert(names.end(), page.keys.begin(), page.keys.end());
        from = std::move(page.next);
      } while (!from.empty());
    }
  }
  return names;
}

Result<Exporter::Counts> Exporter::Run(const std::vector<keys::KeyName>& names) {
  if (names.size() > kMaxKeys)
    return Fail(ErrorKind::kInvalid, fmt::format("a file has at most {} keys; export fewer at a time", kMaxKeys));
  KAGIMORI_RETURN_IF_ERROR(Write(WriteHead(options_.wrapping_key->id())));
  for (const keys::KeyName& name : names) {
    if (options_.stopping()) return Fail(ErrorKind::kUnavailable, "the server is about to end");
    Result<> done = ExportKey(name);
    for (int tries = 1; !done && done.error().kind == ErrorKind::kConflict && tries < kTries; ++tries)
      done = ExportKey(name);
    if (!done) return Fail(done.error().kind, fmt::format("key {}: {}", name.Arn(), done.error().text));
    if (pending_.size() >= kGivenAtOnce) KAGIMORI_RETURN_IF_ERROR(GiveOut());
  }
  KAGIMORI_RETURN_IF_ERROR(GiveOut());
  return counts_;
}

Result<> Exporter::ExportKey(const keys::KeyName& name) {
  comments_.clear();
  Result<std::shared_ptr<const keys::Key>> key = FindKey(services_, name);
  if (key && *key == nullptr) key = Fail(ErrorKind::kInvalid, "there is no such key");
  if (!key) {
    if (key.error().kind != ErrorKind::kInvalid || !options_.skip_others) return std::unexpected(key.error());
    LeaveOut(fmt::format("key {}: {}", name.Arn(), key.error().text));
    return Write("\n" + comments_);
  }
  const Counts before = counts_;
  Result<DeclaredKey> declared = Declare(**key);
  if (!declared) {
    counts_ = before;
    return std::unexpected(std::move(declared).error());
  }
  const std::string details =
      fmt::format(R"(,"wrappingKey":"{}","materials":{},"grants":{})", HexEncode(options_.wrapping_key->id()),
                  declared->materials.size(), declared->grants.size());
  KAGIMORI_RETURN_IF_ERROR(Record(services_, MakeEvent(services_, "ExportKey", name, details, options_.uid)));
  ++counts_.keys;
  counts_.materials += declared->materials.size();
  counts_.grants += declared->grants.size();
  return Write(WriteKey(*declared) + (comments_.empty() ? "" : "\n" + comments_));
}

Result<DeclaredKey> Exporter::Declare(const keys::Key& key) {
  DeclaredKey declared{.name = key.name};
  declared.spec = key.spec;
  declared.usage = key.usage;
  declared.origin = key.origin;
  declared.created = key.created;
  declared.description = key.description;
  if (key.stored_state == keys::KeyState::kEnabled || key.stored_state == keys::KeyState::kDisabled)
    declared.enabled = key.stored_state == keys::KeyState::kEnabled;
  if (keys::RotatesByItself(key)) {
    declared.rotation_period_days = key.rotation.period_days;
    if (key.rotation.period_days != 0) declared.next_rotation = key.rotation.next;
  }
  declared.on_demand_rotations = key.rotation.on_demand_count;
  declared.aliases = key.aliases;
  for (const keys::Tag& tag : key.tags) declared.tags.push_back({.tag_key = tag.key, .tag_value = tag.value});

  AccountSession asking(services_, key.name.account, key.name.region);
  KAGIMORI_ASSIGN_OR_RETURN(declared.policy,
                            SyncWait(kms::ShownPolicy(asking.session(), std::make_shared<const keys::Key>(key))));
  declared.bypass_lockout_check =
      key.policy_document == nullptr ||
      !services_.authorizer->WouldAllow(asking.session().asking, authz::PolicyAction<keys::action::PutKeyPolicy>(), key,
                                        *key.policy_document);
  KAGIMORI_RETURN_IF_ERROR(AddMaterials(key, &declared));
  KAGIMORI_RETURN_IF_ERROR(AddGrants(key, &declared));
  return declared;
}

Result<> Exporter::AddMaterials(const keys::Key& key, DeclaredKey* declared) const {
  const Timestamp now = services_.clock->Service();
  std::vector<keys::MaterialEntry> entries = key.materials;
  if (key.staged && key.staged->PresentAt(now)) entries.push_back(*key.staged);
  if (entries.size() > kMaxMaterials)
    return Fail(ErrorKind::kInvalid, fmt::format("it has more than {} materials", kMaxMaterials));
  std::vector<secret::SecretBytes> secrets;
  for (const keys::MaterialEntry& entry : entries) {
    DeclaredMaterial& material = declared->materials.emplace_back();
    material.id = entry.id;
    material.staged = key.staged && entry.id == key.staged->id;
    material.rotation = entry.rotation;
    if (entry.rotation != keys::RotationKind::kNone) material.rotated = entry.rotated;
    if (const keys::MaterialNote* note = key.FindNote(entry.id)) material.description = note->description;
    secret::SecretBytes& bytes = secrets.emplace_back();
    if (entry.PresentAt(now)) {
      KAGIMORI_ASSIGN_OR_RETURN(keys::StoredMaterial stored,
                                keys::ReadMaterialAndWait(*services_.hierarchy, *services_.store, key, entry));
      material.form = DeclaredMaterial::Form::kSealed;
      material.created = stored.created;
      material.valid_to = entry.valid_to;
      bytes = std::move(stored.bytes);
    } else if (const keys::MaterialNote* note = key.FindNote(entry.id)) {
      material.public_key = note->public_key;
    }
  }
  // Once all are there: each is bound to how many they are.
  for (size_t i = 0; i < secrets.size(); ++i) {
    if (!secrets[i].empty())
      declared->materials[i].sealed = options_.wrapping_key->Seal(MaterialBinding(*declared, i), secrets[i]);
  }
  return {};
}

Result<> Exporter::AddGrants(const keys::Key& key, DeclaredKey* declared) {
  KAGIMORI_ASSIGN_OR_RETURN(const auto grants, GrantsOf(services_, key.name));
  for (const auto& grant : grants) {
    KAGIMORI_ASSIGN_OR_RETURN(std::optional<std::string> grantee, NameOf(services_, grant->grantee));
    std::optional<std::string> retiring;
    bool gone = !grantee;
    if (grant->retiring) {
      KAGIMORI_ASSIGN_OR_RETURN(retiring, NameOf(services_, *grant->retiring));
      gone = gone || !retiring;
    }
    if (gone) {
      LeaveOut(fmt::format("grant {} of it: its grantee or retiring principal is gone", grant->id.ToString()));
      continue;
    }
    declared->grants.push_back(DeclaredOf(*grant, *std::move(grantee), std::move(retiring)));
  }
  return {};
}

void Exporter::LeaveOut(std::string_view text) {
  ++counts_.left_out;
  comments_ += WriteComment("left out: " + std::string(text));
}

Result<> Exporter::Write(std::string_view text) {
  written_ += text.size();
  if (written_ > kMaxFileBytes) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("the file would have more than {} bytes; export fewer keys at a time", kMaxFileBytes));
  }
  pending_ += text;
  return {};
}

Result<> Exporter::GiveOut() {
  KAGIMORI_RETURN_IF_ERROR(services_.audit->Sync());
  KAGIMORI_RETURN_IF_ERROR(options_.sink(pending_));
  pending_.clear();
  return {};
}

}  // namespace kagimori::seed
