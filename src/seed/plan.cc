#include "seed/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/sync_wait.h"
#include "crypto/random.h"
#include "keys/default_policy.h"
#include "keys/destroyed_keys.h"
#include "keys/key_spec.h"
#include "keys/material_life.h"
#include "keys/policy_document.h"
#include "keys/stored_material.h"
#include "kms/key_policy.h"
#include "kms/new_material.h"
#include "kms/spec_regions.h"
#include "kms/tag_rules.h"
#include "secret/compare.h"
#include "seed/account_session.h"
#include "seed/material.h"
#include "store/blocking.h"

namespace kagimori::seed {
namespace {

using keys::Part;

std::unexpected<Error> Refuse(std::string text) { return Fail(ErrorKind::kInvalid, std::move(text)); }

std::string TextOf(const shapes::ApiError& error) {
  return error.message().empty() ? std::string(error.name()) : error.message();
}

// One key of the file against the one that is there, or not.
class KeyPlanner {
 public:
  KeyPlanner(const Services& services, const DeclaredKey& declared, const seal::WrappingKey* wrapping_key,
             bool for_real)
      : services_(services),
        declared_(declared),
        wrapping_key_(wrapping_key),
        for_real_(for_real),
        session_(services, declared.name.account, declared.name.region),
        now_(session_.call().now) {}

  Result<std::optional<Step>> Plan() {
    KAGIMORI_ASSIGN_OR_RETURN(before_, FindKey(services_, declared_.name));
    Result<> planned = before_ == nullptr ? PlanNew() : PlanExisting();
    if (!planned) return std::unexpected(std::move(planned).error());
    if (before_ != nullptr && step_.what.empty()) return std::nullopt;
    return std::move(step_);
  }

 private:
  // A part that changes, and what it is called.
  void Changed(std::string what, std::optional<Part> part = std::nullopt) {
    if (part && std::ranges::find(parts_, *part) == parts_.end()) parts_.push_back(*part);
    step_.what.push_back(std::move(what));
  }

  Result<> PlanNew() {
    KAGIMORI_RETURN_IF_ERROR(CheckPlace());
    after_ = keys::Key{.name = declared_.name, .arn = declared_.name.Arn()};
    after_.spec = declared_.SpecOr();
    after_.usage = declared_.UsageOr();
    after_.origin = declared_.OriginOr();
    after_.created = std::min(declared_.created.value_or(now_), now_);
    after_.policy_document = keys::CompilePolicy(after_);
    // Versions of records go on from a number that no record of an earlier key of this id can have come to: each of its
    // changes took a revision of the store.
    KAGIMORI_ASSIGN_OR_RETURN(const store::GetResult store_now, store::GetAndWait(*services_.store, {}));
    auto nothing = std::make_shared<keys::Key>(after_);
    nothing->head_version = store_now.revision;
    version_ = store_now.revision + 1;
    KAGIMORI_RETURN_IF_ERROR(PlanFacts());
    KAGIMORI_RETURN_IF_ERROR(PlanMaterials());
    const bool waits = after_.origin == keys::OriginType::kExternal && !keys::HasAllMaterial(after_, now_);
    after_.stored_state = waits                              ? keys::KeyState::kPendingImport
                          : declared_.enabled.value_or(true) ? keys::KeyState::kEnabled
                                                             : keys::KeyState::kDisabled;
    StartRotation();
    step_.line = fmt::format("+ key {} ({}, {}, {}{})", after_.arn, Name(after_.spec), Name(after_.usage),
                             Name(after_.origin), MaterialsText());
    step_.makes_key = true;
    Finish("CreateKey", std::move(nothing));
    step_.change.permitted_by.push_back({keys::DestroyedPath(declared_.name), 0});
    return {};
  }

  std::string MaterialsText() const {
    if (!declared_.materials.empty()) {
      return fmt::format(", {} material{} of the file", declared_.materials.size(),
                         declared_.materials.size() == 1 ? "" : "s");
    }
    return after_.origin == keys::OriginType::kExternal ? ", waiting for its material" : ", random material";
  }

  Result<> CheckPlace() {
    KAGIMORI_ASSIGN_OR_RETURN(const bool there, services_.directory->AccountExists(declared_.name.account));
    if (!there) {
      return Refuse(
          fmt::format("there is no account {0} in this deployment; make it with `kagimori account create "
                      "NAME --account {0}`",
                      declared_.name.account.ToString()));
    }
    KAGIMORI_ASSIGN_OR_RETURN(const bool gone, keys::WasDestroyed(*services_.store, declared_.name));
    if (gone) return Refuse("a key of this id was destroyed, and no id is ever given twice");
    const auto type = keys::TraitsOf(declared_.SpecOr()).type;
    if (type && !kms::IsInRegion(*type, session_.call()))
      return Refuse(kms::NotInRegion("spec", Name(declared_.SpecOr())));
    return {};
  }

  Result<> PlanExisting() {
    after_ = *before_;
    version_ = before_->head_version + 1;
    const auto differs = [](std::string_view what, std::string_view is, std::string_view wanted) {
      return Refuse(
          fmt::format("its {0} is {1}, and the file says {2}: that of a key never changes", what, is, wanted));
    };
    if (declared_.spec && *declared_.spec != before_->spec)
      return differs("spec", Name(before_->spec), Name(*declared_.spec));
    if (declared_.usage && *declared_.usage != before_->usage)
      return differs("usage", Name(before_->usage), Name(*declared_.usage));
    if (declared_.origin && *declared_.origin != before_->origin)
      return differs("origin", Name(before_->origin), Name(*declared_.origin));
    KAGIMORI_RETURN_IF_ERROR(PlanFacts());
    KAGIMORI_RETURN_IF_ERROR(PlanMaterials());
    PlanState();
    const uint32_t period = before_->rotation.period_days;
    if (declared_.rotation_period_days.value_or(period) != period) {
      StartRotation();
      Changed("rotation");
    }
    step_.line = fmt::format("~ key {}: {}", after_.arn, fmt::join(step_.what, ", "));
    Finish("UpdateKey", before_);
    return {};
  }

  // An imported key that waits for material is neither enabled nor disabled.
  void PlanState() {
    using State = keys::KeyState;
    if (after_.stored_state == State::kPendingImport && keys::HasAllMaterial(after_, now_)) {
      after_.stored_state = declared_.enabled.value_or(true) ? State::kEnabled : State::kDisabled;
      return;
    }
    const State state = keys::AsOf(before_, now_)->stored_state;
    if (!declared_.enabled || (state != State::kEnabled && state != State::kDisabled)) return;
    const State wanted = *declared_.enabled ? State::kEnabled : State::kDisabled;
    if (state == wanted) return;
    after_.stored_state = wanted;
    Changed(*declared_.enabled ? "enabled" : "disabled");
  }

  void StartRotation() {
    const uint32_t days = declared_.rotation_period_days.value_or(0);
    if (days != 0) {
      keys::StartRotation(days, now_, &after_);
      if (before_ == nullptr && declared_.next_rotation) after_.rotation.next = *declared_.next_rotation;
    } else {
      after_.rotation.period_days = 0;
      after_.rotation.next = {};
    }
    if (before_ == nullptr) after_.rotation.on_demand_count = declared_.on_demand_rotations;
  }

  Result<> PlanFacts() {
    if (declared_.description && *declared_.description != after_.description) {
      after_.description = *declared_.description;
      Changed("description", Part::kDescription);
    }
    std::vector<keys::Tag> tags = after_.tags;
    kms::MergeTags(declared_.tags, &tags);
    const auto is_same = [](const keys::Tag& a, const keys::Tag& b) { return a.key == b.key && a.value == b.value; };
    if (!std::ranges::equal(tags, after_.tags, is_same)) {
      if (tags.size() > kms::kMaxTags) return Refuse("with these it would have too many tags");
      after_.tags = std::move(tags);
      Changed("tags", Part::kTags);
    }
    return PlanPolicy();
  }

  Result<> PlanPolicy() {
    if (!declared_.policy) return {};
    const std::string& wanted = *declared_.policy;
    const keys::KeyName& name = declared_.name;
    if (before_ != nullptr) {
      KAGIMORI_ASSIGN_OR_RETURN(const std::string shown, SyncWait(kms::ShownPolicy(session_.session(), before_)));
      if (shown == wanted) return {};
    }
    if (!after_.policy && keys::IsDefaultKeyPolicy(wanted, name.account, name.region)) return {};
    auto policy = SyncWait(kms::PrepareKeyPolicy(session_.session(), wanted, after_, declared_.bypass_lockout_check));
    if (!policy) {
      std::string why = TextOf(policy.error());
      if (const std::string& detail = session_.session().trail.decision; !detail.empty()) why += " (" + detail + ")";
      return Refuse("its policy is refused: " + why);
    }
    kms::SetPolicy(*std::move(policy), &after_);
    Changed("policy", Part::kPolicy);
    return {};
  }

  Result<> PlanMaterials() {
    for (size_t i = 0; i < declared_.materials.size(); ++i) {
      auto opened = OpenMaterial(declared_, i, wrapping_key_, services_.development);
      Result<> planned = opened ? PlanMaterial(i, *std::move(opened)) : std::unexpected(std::move(opened).error());
      if (planned) continue;
      const ErrorKind kind = planned.error().kind;
      const bool refused = kind == ErrorKind::kAuthentication || kind == ErrorKind::kCorrupt;
      return Fail(refused ? ErrorKind::kInvalid : kind,
                  fmt::format("its material {}: {}", i + 1, planned.error().text));
    }
    if (before_ == nullptr && declared_.materials.empty() && after_.origin == keys::OriginType::kAwsKms) {
      keys::MaterialId id;
      crypto::FillRandom(id);
      after_.materials.push_back({.id = id, .version = version_});
      if (for_real_) {
        step_.materials.push_back({.id = id, .bytes = kms::NewMaterialBytes(after_.spec), .created = now_});
      }
    }
    return {};
  }

  // The entry of `after_` that this material is, or must be; null: it is one more.
  Result<keys::MaterialEntry*> EntryFor(size_t index, const keys::MaterialId& id) {
    const auto found = std::ranges::find(after_.materials, id, &keys::MaterialEntry::id);
    if (declared_.materials[index].staged) {
      if (after_.staged && after_.staged->id == id) return &*after_.staged;
      if (found != after_.materials.end()) return &*found;  // it has become current since
      if (after_.staged) return Refuse("another material is staged in the key");
      return nullptr;
    }
    if (found != after_.materials.end()) {
      if (static_cast<size_t>(found - after_.materials.begin()) == index) return &*found;
      return Refuse("the key has it in another place");
    }
    if (index < after_.materials.size())
      return Refuse("the key has another material, and no material is ever replaced by another");
    return nullptr;
  }

  Result<> PlanMaterial(size_t index, OpenedMaterial opened) {
    const DeclaredMaterial& declared = declared_.materials[index];
    KAGIMORI_ASSIGN_OR_RETURN(keys::MaterialEntry * entry, EntryFor(index, opened.id));
    const bool is_new = entry == nullptr;
    if (!is_new && entry->PresentAt(now_)) return Compare(*entry, opened);
    if (is_new && before_ != nullptr && !keys::CanRotate(after_))
      return Refuse("a key of this spec never gets another material");
    if (is_new && before_ != nullptr && opened.bytes.empty()) return Refuse("it has gone, and the key never had it");
    const bool is_current = !declared.valid_to || *declared.valid_to > now_;
    // A material that has gone comes back, unless it would be gone at once.
    if (!is_new && (opened.bytes.empty() || !is_current)) return {};
    if (is_new) entry = Add(declared, opened.id);
    if (!opened.bytes.empty()) {
      entry->version = version_;
      entry->valid_to = declared.valid_to;
      entry->expired_uptime = 0;
      step_.materials.push_back(
          {.id = opened.id, .bytes = std::move(opened.bytes), .created = declared.created.value_or(now_)});
    }
    Note(declared, opened);
    Changed(fmt::format("material {}", index + 1));
    return {};
  }

  keys::MaterialEntry* Add(const DeclaredMaterial& declared, const keys::MaterialId& id) {
    keys::MaterialEntry entry{.id = id};
    if (declared.staged) return &after_.staged.emplace(entry);
    if (!after_.materials.empty()) {
      entry.rotation =
          declared.rotation == keys::RotationKind::kNone ? keys::RotationKind::kOnDemand : declared.rotation;
      entry.rotated = declared.rotated.value_or(now_);
    }
    return &after_.materials.emplace_back(entry);
  }

  void Note(const DeclaredMaterial& declared, const OpenedMaterial& opened) {
    if (after_.origin != keys::OriginType::kExternal) return;
    std::erase_if(after_.notes, [&](const keys::MaterialNote& note) { return note.id == opened.id; });
    if (!declared.description.empty() || !opened.public_key.empty()) {
      after_.notes.push_back({.id = opened.id, .description = declared.description, .public_key = opened.public_key});
    }
    Changed("notes", Part::kNotes);
    step_.what.pop_back();  // the material is named
  }

  Result<> Compare(const keys::MaterialEntry& entry, const OpenedMaterial& opened) {
    if (opened.bytes.empty()) return {};
    if (entry.version == version_) return {};  // of a new key: it was put there just now
    KAGIMORI_ASSIGN_OR_RETURN(const keys::StoredMaterial stored,
                              keys::ReadMaterialAndWait(*services_.hierarchy, *services_.store, *before_, entry));
    if (secret::Equal(stored.bytes, opened.bytes)) return {};
    return Refuse("the key has another material under this id, and no material is ever replaced by another");
  }

  void Finish(std::string event, std::shared_ptr<const keys::Key> before) {
    step_.event = std::move(event);
    step_.key = after_.name;
    step_.materials_version = version_;
    step_.change.keys.push_back(
        {.before = std::move(before), .after = std::move(after_), .parts = parts_, .material = std::nullopt});
  }

  const Services& services_;
  const DeclaredKey& declared_;
  const seal::WrappingKey* wrapping_key_;
  const bool for_real_;
  AccountSession session_;
  const Timestamp now_;
  std::shared_ptr<const keys::Key> before_;
  keys::Key after_{.name = {.account = {}, .region = declared_.name.region, .id = {}}};
  uint64_t version_ = 0;  // of the head and whatever is written with it
  std::vector<Part> parts_;
  Step step_{.line = {}, .event = {}, .key = declared_.name};
};

}  // namespace

Result<std::shared_ptr<const keys::Key>> FindKey(const Services& services, const keys::KeyName& name) {
  if (services.quarantine->Holds(name.account)) return Refuse("the records of its account are damaged");
  KAGIMORI_ASSIGN_OR_RETURN(std::shared_ptr<const keys::Key> key, SyncWait(services.keys->LoadKey(name)));
  if (key == nullptr) return key;
  if (key->manager != keys::KeyManagerType::kCustomer) return Refuse("it is a service's own key");
  if (key->deletion_due) {
    return Refuse(key->GoneAt(services.clock->Service())
                      ? "it is being destroyed, and no id is ever given twice"
                      : "it waits for its deletion; cancel that, or wait and choose another id");
  }
  return key;
}

Result<std::optional<Step>> PlanKey(const Services& services, const DeclaredKey& declared,
                                    const seal::WrappingKey* wrapping_key, bool for_real) {
  return KeyPlanner(services, declared, wrapping_key, for_real).Plan();
}

}  // namespace kagimori::seed
