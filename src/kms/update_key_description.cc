#include "kms/update_key_description.h"

namespace kagimori::kms {

Outcome<UpdateKeyDescription::Api> UpdateKeyDescription::Run(const Call&, Inputs key, const Request& request,
                                                             Trail& trail) {
  trail.key_arn = key.resource().arn;
  keys::Key after = key.resource();
  after.description = request.description;
  return Reply<Api>{.response = {}, .change = ChangeOf(key.snapshot(), std::move(after), {keys::Part::kDescription})};
}

}  // namespace kagimori::kms
