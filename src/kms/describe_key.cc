#include "kms/describe_key.h"

#include "kms/key_metadata.h"

namespace kagimori::kms {

Outcome<DescribeKey::Api> DescribeKey::Run(const Call&, Inputs key, const Request&, Trail&) {
  return Reply<Api>{.response = {.key_metadata = MetadataOf(key.resource())}, .change = std::nullopt};
}

}  // namespace kagimori::kms
