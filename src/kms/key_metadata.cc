#include "kms/key_metadata.h"

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
  if (const keys::Material* material = key.current_material();
      material != nullptr && key.spec == keys::KeySpec::kSymmetricDefault)
    metadata.current_key_material_id = HexEncode(material->id);
  return metadata;
}

}  // namespace kagimori::kms
