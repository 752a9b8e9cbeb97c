#ifndef KAGIMORI_KMS_DESCRIBE_KEY_H_
#define KAGIMORI_KMS_DESCRIBE_KEY_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct DescribeKey : OnKey<shapes::op::DescribeKey, keys::action::DescribeKey> {
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_DESCRIBE_KEY_H_
