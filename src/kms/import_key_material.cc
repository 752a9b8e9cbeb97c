#include "kms/import_key_material.h"

#include <algorithm>
#include <utility>

#include "keys/key_spec.h"
#include "keys/material_life.h"
#include "kms/import_rules.h"
#include "kms/rotation_rules.h"

namespace kagimori::kms {
namespace {

using Api = ImportKeyMaterial::Api;
using shapes::Errors;

keys::MaterialEntry& EntryOf(const keys::MaterialId& id, ImportPlace place, keys::Key* key) {
  switch (place) {
    case ImportPlace::kFirst:
      return key->materials.emplace_back(keys::MaterialEntry{.id = id});
    case ImportPlace::kStaged:
      if (key->staged) keys::DropStaged(key);  // one that has expired
      return key->staged.emplace(keys::MaterialEntry{.id = id});
    case ImportPlace::kKnown:
      break;
  }
  if (key->staged && key->staged->id == id) return *key->staged;
  return *std::ranges::find(key->materials, id, &keys::MaterialEntry::id);
}

// A description that is not given stays what it was.
void Note(const OfferedMaterial& offered, const std::optional<std::string>& description, keys::Key* key) {
  auto found = std::ranges::find(key->notes, offered.id, &keys::MaterialNote::id);
  const bool is_known = found != key->notes.end();
  keys::MaterialNote note =
      is_known ? *found : keys::MaterialNote{.id = offered.id, .description = {}, .public_key = {}};
  if (description) note.description = *description;
  note.public_key = offered.public_key;
  if (is_known) key->notes.erase(found);
  if (!note.description.empty() || !note.public_key.empty()) key->notes.push_back(std::move(note));
}

}  // namespace

std::optional<shapes::OpError<Api>> ImportKeyMaterial::CheckKey(const Request& request, const Inputs& key) {
  const keys::Key& of = key.resource();
  if (of.origin != keys::OriginType::kExternal) return Errors::UnsupportedOperation(WrongOrigin(of));
  // Guess: code and text of these two.
  if (!keys::CanRotate(of) && (request.import_type || request.key_material_description || request.key_material_id)) {
    return Errors::UnsupportedOperation(
        "ImportType, KeyMaterialDescription and KeyMaterialId are only supported for symmetric encryption keys.");
  }
  if (request.import_type == shapes::ImportType::kNewKeyMaterial && request.key_material_id)
    return Errors::Validation("KeyMaterialId cannot be specified if the ImportType is NEW_KEY_MATERIAL");
  return std::nullopt;
}

WorkCost ImportKeyMaterial::CostOf(const Inputs& key, const Request&) {
  const std::optional<crypto::KeyType> type = keys::TraitsOf(key.resource().spec).type;
  return type && crypto::IsRsa(*type) ? WorkCost::kKeyGeneration : WorkCost::kLong;  // the primes are tested
}

Outcome<Api> ImportKeyMaterial::Run(const Call& call, Inputs key, const Request& request, Trail& trail) {
  trail.key_arn = key.resource().arn;
  const auto valid_to = CheckExpiry(request, call.now);
  if (!valid_to) return std::unexpected(valid_to.error());
  auto offered = Unwrap(call, key.resource(), request);
  if (!offered) return std::unexpected(std::move(offered).error());
  const auto place = PlaceOf(offered->id, key.resource(), request, call.now);
  if (!place) return std::unexpected(place.error());

  keys::Key after = key.resource();
  keys::MaterialEntry& entry = EntryOf(offered->id, *place, &after);
  const bool is_stored = entry.version != 0;
  entry.version = is_stored ? entry.version : after.head_version + 1;
  entry.valid_to = *valid_to;
  entry.expired_uptime = 0;
  Note(*offered, request.key_material_description, &after);
  // Guess: a key that was disabled before its material went is enabled when it is back, as the others.
  if (after.stored_state == keys::KeyState::kPendingImport && keys::HasAllMaterial(after, call.now))
    after.stored_state = keys::KeyState::kEnabled;

  shapes::ImportKeyMaterialResponse response;
  response.key_id = after.arn;
  response.key_material_id = HexEncode(offered->id);
  keys::Change change = ChangeOf(key.snapshot(), std::move(after), {keys::Part::kNotes});
  if (!is_stored) {
    change.keys[0].material =
        keys::NewMaterial{.id = offered->id, .bytes = std::move(offered->bytes), .created = call.now};
  }
  return Reply<Api>{.response = std::move(response), .change = std::move(change)};
}

}  // namespace kagimori::kms
