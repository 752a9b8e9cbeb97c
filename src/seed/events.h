#ifndef KAGIMORI_SEED_EVENTS_H_
#define KAGIMORI_SEED_EVENTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/service_event.h"
#include "seed/plan.h"
#include "seed/services.h"

namespace kagimori::seed {

// An audit record of what an administrator did to one key: CloudTrail's shape, the administrator's uid as who, the
// key's account as whose. `details`: what goes behind "keyId" in requestParameters, `,"name":value…`.
keys::ServiceEvent MakeEvent(const Services& services, std::string_view name, const keys::KeyName& key,
                             std::string_view details, uint32_t uid);

// ["a","b"]
std::string JsonList(const std::vector<std::string>& texts);

// Commits the step with its record, and brings both out: no core serves what was before, and the record is in the log.
// kConflict: something has changed since it was planned.
Result<> Commit(const Services& services, const Step& step, uint32_t uid);

// A record of what changes nothing in the store. Synced by whoever gives something out on the strength of it.
Result<> Record(const Services& services, const keys::ServiceEvent& event);

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_EVENTS_H_
