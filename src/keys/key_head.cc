#include "keys/key_head.h"

#include "keys/records.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {

Result<Key> OpenKeyHead(const seal::KeyHierarchy& hierarchy, const KeyName& name, const store::Record& record) {
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record.key, name.account, record.value));
  Key key{.name = name, .arn = name.Arn()};
  KAGIMORI_RETURN_IF_ERROR(records::DecodeHead(opened.message, &key));
  key.head_version = opened.version;
  key.head_revision = record.revision;
  return key;
}

}  // namespace kagimori::keys
