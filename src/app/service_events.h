#ifndef KAGIMORI_APP_SERVICE_EVENTS_H_
#define KAGIMORI_APP_SERVICE_EVENTS_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "audit/log.h"
#include "base/clock.h"
#include "base/result.h"
#include "keys/outbox.h"
#include "keys/scheduled_material.h"
#include "keys/service_event.h"
#include "parameters/parameter.h"
#include "seal/hierarchy.h"
#include "seal/scrub.h"

namespace kagimori::app {

// Audit records of what no caller of the API did.

// CloudTrail's DeleteKey: a key's waiting period is over and its material destroyed.
keys::ServiceEvent MakeDeleteKeyEvent(const keys::Key& key, Timestamp now);
// CloudTrail's RotateKey, and DeleteExpiredKeyMaterial.
keys::ServiceEvent MakeMaterialEvent(const keys::Key& key, keys::ScheduledMaterial::Happening happening, Timestamp now);

// A parameter's policy Expiration has ended it.
keys::ServiceEvent MakeExpiredParameterEvent(const parameters::Parameter& parameter, Timestamp now);

// Appends events whose copies are in the outbox already. REQUIRES: at most audit::kMaxBatchEvents.
Result<> AppendServiceEvents(std::span<const keys::ServiceEvent> events, audit::Log* log, keys::OutboxDelivery* outbox);

// A call on the administration socket; `error` is empty when it succeeded.
struct AdministrativeCall {
  std::string_view name;
  std::string_view parameters_json{};  // an object, or empty
  uint32_t peer_uid = 0;
  std::string_view error{};
  std::string_view response_json = {};  // an object, or empty
  bool read_only = false;
};
// Unless it is read-only, the record is on stable storage afterwards, as what it is about must be before the answer:
// these calls have no outbox. Blocks.
Result<> AppendAdministrationEvent(const AdministrativeCall& call, Timestamp now, audit::Log* log);

// What the server did by itself with a term: "BeginTerm" by its age, "DestroyTerm" at its end.
Result<> AppendTermEvent(std::string_view name, seal::TermId term, Timestamp now, audit::Log* log);

// What a scrub of the store found ("ScrubFindings"), or what the operator takes for right ("AcceptDamage").
Result<> AppendScrubEvent(std::string_view name, const seal::ScrubReport& report, Timestamp now, audit::Log* log);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SERVICE_EVENTS_H_
