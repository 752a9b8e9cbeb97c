#include "kms/key_metadata.h"

namespace kagimori::kms {

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
  metadata.customer_master_key_spec = shapes::CustomerMasterKeySpec::kSymmetricDefault;
  metadata.key_spec = key.spec;
  metadata.encryption_algorithms = {shapes::EncryptionAlgorithmSpec::kSymmetricDefault};
  metadata.multi_region = false;
  if (const keys::Material* material = key.current_material())
    metadata.current_key_material_id = HexEncode(material->id);
  return metadata;
}

}  // namespace kagimori::kms
