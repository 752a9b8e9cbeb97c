#ifndef KAGIMORI_KEYS_SERVICE_EVENT_H_
#define KAGIMORI_KEYS_SERVICE_EVENT_H_

#include <functional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace kagimori::keys {

// The audit record of what no caller did (AwsServiceEvent), finished. Committed with what it tells of.
struct ServiceEvent {
  ByteArray<16> id{};
  std::string line;
};

// Hands committed events to the audit log, all of them or none; each call costs a signature of the log.
using DeliverEvents = std::function<Result<>(std::span<const ServiceEvent>)>;

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_SERVICE_EVENT_H_
