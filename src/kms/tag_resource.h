#ifndef KAGIMORI_KMS_TAG_RESOURCE_H_
#define KAGIMORI_KMS_TAG_RESOURCE_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct TagResource : OnKey<shapes::op::TagResource, keys::action::TagResource> {
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_TAG_RESOURCE_H_
