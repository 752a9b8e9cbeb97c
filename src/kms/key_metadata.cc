#include "kms/key_metadata.h"

#include <algorithm>

#include "kms/key_algorithms.h"

namespace kagimori::kms {
namespace {

// A multi-Region key is made as a primary; replicas come with replication.
shapes::MultiRegionConfiguration ConfigurationOf(const keys::Key& key) {
  shapes::MultiRegionConfiguration configuration;
  configuration.multi_region_key_type = shapes::MultiRegionKeyType::kPrimary;
  configuration.primary_key = {.arn = key.arn, .region = std::string(key.name.region.name())};
  configuration.replica_keys.emplace();
  return configuration;
}

// Of an imported key, as long as all of its material is there: the earliest end of it.
void FillExpiry(const keys::Key& key, shapes::KeyMetadata* metadata) {
  auto is_absent = [](const keys::MaterialEntry& material) {
    return material.version == 0 || material.expired_uptime != 0;
  };
  if (key.origin != keys::OriginType::kExternal || key.stored_state == keys::KeyState::kPendingImport ||
      key.materials.empty() || std::ranges::any_of(key.materials, is_absent))
    return;
  for (const keys::MaterialEntry& material : key.materials) {
    if (material.valid_to && (!metadata->valid_to || *material.valid_to < *metadata->valid_to))
      metadata->valid_to = material.valid_to;
  }
  metadata->expiration_model = metadata->valid_to ? shapes::ExpirationModelType::kKeyMaterialExpires
                                                  : shapes::ExpirationModelType::kKeyMaterialDoesNotExpire;
}

}  // namespace

shapes::KeyMetadata MetadataOf(const keys::Key& key) {
  shapes::KeyMetadata metadata;
  metadata.aws_account_id = key.name.account.ToString();
  metadata.key_id = key.name.id.ToString();
  metadata.arn = key.arn;
  metadata.creation_date = key.created;
  metadata.enabled = key.stored_state == keys::KeyState::kEnabled;
  metadata.description = key.description;
  metadata.key_usage = key.usage;
  metadata.key_state = key.stored_state;
  metadata.deletion_date = key.deletion_due;
  metadata.origin = key.origin;
  metadata.key_manager = key.manager;
  metadata.customer_master_key_spec = key.spec;
  metadata.key_spec = key.spec;
  FillAlgorithms(key, &metadata);
  metadata.multi_region = key.multi_region();
  if (key.multi_region()) metadata.multi_region_configuration = ConfigurationOf(key);
  // Of symmetric encryption keys alone, whose ciphertexts name it.
  if (const keys::MaterialEntry* material = key.current_material();
      material != nullptr && key.spec == keys::KeySpec::kSymmetricDefault)
    metadata.current_key_material_id = HexEncode(material->id);
  FillExpiry(key, &metadata);
  return metadata;
}

}  // namespace kagimori::kms
