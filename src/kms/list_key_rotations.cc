#include "kms/list_key_rotations.h"

#include <charconv>
#include <string>
#include <vector>

#include "kms/paging.h"
#include "kms/rotation_rules.h"

namespace kagimori::kms {
namespace {

constexpr size_t kDefaultLimit = 100;
constexpr size_t kMaxLimit = 1000;

using Api = ListKeyRotations::Api;
using keys::MaterialEntry;
using shapes::IncludeKeyMaterial;
using shapes::KeyMaterialState;

bool WantsAll(const ListKeyRotations::Request& request) {
  return request.include_key_material == IncludeKeyMaterial::kAllKeyMaterial;
}

// Oldest first, what waits for a rotation last.
std::vector<const MaterialEntry*> Listed(const keys::Key& key, bool all) {
  std::vector<const MaterialEntry*> listed;
  if (!keys::CanRotate(key)) return listed;
  for (const MaterialEntry& material : key.materials) {
    if (all || material.rotation != keys::RotationKind::kNone) listed.push_back(&material);
  }
  if (all && key.staged) listed.push_back(&*key.staged);
  return listed;
}

KeyMaterialState StateOf(const keys::Key& key, const MaterialEntry& material) {
  if (key.staged && &*key.staged == &material) return KeyMaterialState::kPendingRotation;
  return &material == key.current_material() ? KeyMaterialState::kCurrent : KeyMaterialState::kNonCurrent;
}

void DescribeImport(const keys::Key& key, const MaterialEntry& material, Timestamp now,
                    shapes::RotationsListEntry* entry) {
  const bool present = material.PresentAt(now);
  entry->import_state = present ? shapes::ImportState::kImported : shapes::ImportState::kPendingImport;
  const keys::MaterialNote* note = key.FindNote(material.id);
  if (note != nullptr && !note->description.empty()) entry->key_material_description = note->description;
  if (!present) return;
  entry->expiration_model = material.valid_to ? shapes::ExpirationModelType::kKeyMaterialExpires
                                              : shapes::ExpirationModelType::kKeyMaterialDoesNotExpire;
  entry->valid_to = material.valid_to;
}

shapes::RotationsListEntry Describe(const keys::Key& key, const MaterialEntry& material, Timestamp now) {
  shapes::RotationsListEntry entry;
  entry.key_id = key.arn;
  entry.key_material_id = HexEncode(material.id);
  entry.key_material_state = StateOf(key, material);
  if (material.rotation != keys::RotationKind::kNone) {
    entry.rotation_date = material.rotated;
    entry.rotation_type = material.rotation == keys::RotationKind::kAutomatic ? shapes::RotationType::kAutomatic
                                                                              : shapes::RotationType::kOnDemand;
  }
  if (key.origin == keys::OriginType::kExternal) DescribeImport(key, material, now, &entry);
  return entry;
}

// How many a page before has listed: materials are only ever added at the end.
std::optional<size_t> Listed(std::string_view text) {
  size_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return count;
}

}  // namespace

// Guess: all key material is asked for only of keys that can rotate.
std::optional<shapes::OpError<Api>> ListKeyRotations::CheckKey(const Request& request, const Inputs& key) {
  if (WantsAll(request) && !keys::CanRotate(key.resource())) return shapes::Errors::UnsupportedOperation();
  return std::nullopt;
}

Outcome<Api> ListKeyRotations::Run(const Call& call, Inputs key, const Request& request, Trail&) {
  const keys::Key& of = key.resource();
  const bool all = WantsAll(request);
  const std::string binding = MarkerBinding(Api::kOperation, call.region, of.arn + (all ? "/all" : "/rotations"));
  size_t from = 0;
  if (request.marker) {
    Result<std::string> opened = call.markers.Open(binding, *request.marker);
    const std::optional<size_t> listed = opened ? Listed(std::string_view(*opened)) : std::nullopt;
    if (!listed) return Refuse<Api>(shapes::Errors::InvalidMarker(std::string(kBadMarker)));
    from = *listed;
  }
  const std::vector<const MaterialEntry*> materials = Listed(of, all);
  from = std::min(from, materials.size());
  const size_t to = std::min(materials.size(), from + PageLimit(request.limit, kDefaultLimit, kMaxLimit));

  shapes::ListKeyRotationsResponse response;
  response.rotations.emplace();
  for (size_t i = from; i < to; ++i) response.rotations->push_back(Describe(of, *materials[i], call.now));
  response.truncated = to < materials.size();
  if (*response.truncated) response.next_marker = call.markers.Seal(binding, std::to_string(to));
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
