#ifndef KAGIMORI_KMS_LIST_RESOURCE_TAGS_H_
#define KAGIMORI_KMS_LIST_RESOURCE_TAGS_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct ListResourceTags : OnKey<shapes::op::ListResourceTags, keys::action::ListResourceTags> {
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_LIST_RESOURCE_TAGS_H_
