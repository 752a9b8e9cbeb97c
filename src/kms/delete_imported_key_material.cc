#include "kms/delete_imported_key_material.h"

#include <algorithm>
#include <string>
#include <utility>

#include "keys/material_life.h"
#include "kms/rotation_rules.h"

namespace kagimori::kms {
namespace {

using Api = DeleteImportedKeyMaterial::Api;
using keys::KeyState;
using keys::MaterialEntry;

// The one that the request names, or the current one; null: there is none.
MaterialEntry* Named(const DeleteImportedKeyMaterial::Request& request, keys::Key* key) {
  if (!request.key_material_id) return key->materials.empty() ? nullptr : &key->materials.back();
  auto is_it = [&](const MaterialEntry& material) { return HexEncode(material.id) == *request.key_material_id; };
  if (key->staged && is_it(*key->staged)) return &*key->staged;
  auto found = std::ranges::find_if(key->materials, is_it);
  return found == key->materials.end() ? nullptr : &*found;
}

}  // namespace

std::optional<shapes::OpError<Api>> DeleteImportedKeyMaterial::CheckKey(const Request&, const Inputs& key) {
  const keys::Key& of = key.resource();
  if (of.origin != keys::OriginType::kExternal) return shapes::Errors::UnsupportedOperation(WrongOrigin(of));
  return std::nullopt;
}

Outcome<Api> DeleteImportedKeyMaterial::Run(const Call&, Inputs key, const Request& request, Trail& trail) {
  trail.key_arn = key.resource().arn;
  shapes::DeleteImportedKeyMaterialResponse response;
  response.key_id = key.resource().arn;
  keys::Key after = key.resource();
  MaterialEntry* material = Named(request, &after);
  // Guess: code and text.
  if (material == nullptr && request.key_material_id) {
    return Refuse<Api>(shapes::Errors::NotFound("Key material '" + *request.key_material_id +
                                                "' is not associated with the key: " + after.arn));
  }
  if (material == nullptr) return Reply<Api>{.response = std::move(response), .change = std::nullopt};
  response.key_material_id = HexEncode(material->id);
  if (material->version == 0) return Reply<Api>{.response = std::move(response), .change = std::nullopt};

  std::vector<keys::Part> parts;
  if (after.staged && material == &*after.staged) {
    keys::DropStaged(&after);
    parts.push_back(keys::Part::kNotes);
  } else {
    *material = {.id = material->id, .version = 0, .rotation = material->rotation, .rotated = material->rotated};
    if (after.stored_state != KeyState::kPendingDeletion) after.stored_state = KeyState::kPendingImport;
  }
  return Reply<Api>{.response = std::move(response),
                    .change = ChangeOf(key.snapshot(), std::move(after), std::move(parts))};
}

}  // namespace kagimori::kms
