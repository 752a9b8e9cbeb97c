#include "kms/schedule_key_deletion.h"

#include <chrono>
#include <string>

#include "kms/usage_facts.h"

namespace kagimori::kms {

void ScheduleKeyDeletion::FillDefaults(Request& request) {
  if (!request.pending_window_in_days) request.pending_window_in_days = 30;
}

// The model allows 1 to 365; the service takes 7 to 30. Guess: the text, in the form of a model violation.
std::optional<shapes::OpError<ScheduleKeyDeletion::Api>> ScheduleKeyDeletion::Check(const Request& request) {
  int32_t days = request.pending_window_in_days.value_or(30);
  if (days >= 7 && days <= 30) return std::nullopt;
  std::string text = "1 validation error detected: Value '" + std::to_string(days) +
                     "' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value ";
  text += days < 7 ? "greater than or equal to 7" : "less than or equal to 30";
  return shapes::Errors::Validation(std::move(text));
}

Task<Resolved<ScheduleKeyDeletion::Api, ScheduleKeyDeletion::Inputs>> ScheduleKeyDeletion::Resolve(
    Session& session, const Request& request) {
  return ResolveWithUsage<Api, Action>(session, request.key_id);
}

Outcome<ScheduleKeyDeletion::Api> ScheduleKeyDeletion::Run(const Call& call, Inputs key, const Request& request,
                                                           Trail&) {
  keys::Key after = key.resource();
  auto days = static_cast<uint32_t>(*request.pending_window_in_days);
  after.stored_state = keys::KeyState::kPendingDeletion;
  after.pending_window_days = days;
  after.deletion_due = call.now + std::chrono::hours(24) * days;
  shapes::ScheduleKeyDeletionResponse response{.key_id = after.arn,
                                               .deletion_date = after.deletion_due,
                                               .key_state = after.stored_state,
                                               .pending_window_in_days = request.pending_window_in_days};
  return Reply<Api>{.response = std::move(response), .change = ChangeOf(key.snapshot(), std::move(after))};
}

}  // namespace kagimori::kms
