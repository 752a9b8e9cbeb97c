#ifndef KAGIMORI_KMS_KEY_METADATA_H_
#define KAGIMORI_KMS_KEY_METADATA_H_

#include "keys/key.h"

namespace kagimori::kms {

// KeyMetadata as DescribeKey, CreateKey and ReplicateKey give it; which members are there when: the AWS API reference.
shapes::KeyMetadata MetadataOf(const keys::Key& key);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_KEY_METADATA_H_
