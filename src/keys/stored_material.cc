#include "keys/stored_material.h"

#include <string>
#include <utility>

#include "keys/paths.h"
#include "keys/records.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::keys {

Result<StoredMaterial> ReadMaterialAndWait(const seal::KeyHierarchy& hierarchy, store::Store& store, const Key& key,
                                           const MaterialEntry& entry) {
  const std::string path = MaterialPath(key.name, entry.id);
  KAGIMORI_ASSIGN_OR_RETURN(const store::GetResult got, store::GetAndWait(store, {path}));
  if (!got.records[0]) return Fail(ErrorKind::kConflict, "a material that the head names is missing");
  KAGIMORI_ASSIGN_OR_RETURN(const seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, path, key.name.account, got.records[0]->value));
  if (opened.version != entry.version)
    return Fail(ErrorKind::kConflict, "a material is not of the version that the head names");
  KAGIMORI_ASSIGN_OR_RETURN(const records::MaterialRecord record, records::DecodeMaterial(opened.message));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes bytes,
                            seal::UnwrapSecret(hierarchy, key.name.account, path, record.wrapped));
  return StoredMaterial{.bytes = std::move(bytes), .created = record.created};
}

Result<> PutMaterials(const seal::KeyHierarchy& hierarchy, const KeyName& name, uint64_t version,
                      std::span<const NewMaterial> materials, store::Transaction* transaction) {
  for (const NewMaterial& material : materials) {
    std::string path = MaterialPath(name, material.id);
    const records::MaterialRecord record{.wrapped = seal::WrapSecret(hierarchy, name.account, path, material.bytes),
                                         .created = material.created};
    KAGIMORI_ASSIGN_OR_RETURN(
        Bytes sealed, seal::SealRecordWithSecret(hierarchy, {.path = path, .account = name.account, .version = version},
                                                 record.wrapped, records::EncodeMaterial(record)));
    transaction->puts.push_back({std::move(path), std::move(sealed)});
  }
  return {};
}

}  // namespace kagimori::keys
