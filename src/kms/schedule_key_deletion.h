#ifndef KAGIMORI_KMS_SCHEDULE_KEY_DELETION_H_
#define KAGIMORI_KMS_SCHEDULE_KEY_DELETION_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct ScheduleKeyDeletion : OnKey<shapes::op::ScheduleKeyDeletion, keys::action::ScheduleKeyDeletion> {
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  static void FillDefaults(Request& request);
  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_SCHEDULE_KEY_DELETION_H_
