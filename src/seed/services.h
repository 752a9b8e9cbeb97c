#ifndef KAGIMORI_SEED_SERVICES_H_
#define KAGIMORI_SEED_SERVICES_H_

#include <cstdint>

#include "audit/log.h"
#include "authz/authorizer.h"
#include "base/clock.h"
#include "identity/directory.h"
#include "keys/key_counts.h"
#include "keys/key_table.h"
#include "keys/last_usage.h"
#include "keys/loaded_key.h"
#include "keys/outbox.h"
#include "keys/resource_quotas.h"
#include "kms/operation.h"
#include "seal/hierarchy.h"
#include "seal/quarantine.h"
#include "store/store.h"

namespace kagimori::seed {

// The open deployment that keys are brought into or taken out of. REQUIRES: all outlive what uses them. Everything that
// takes it blocks, and is for threads of no core.
struct Services {
  const Clock* clock;
  const seal::KeyHierarchy* hierarchy;
  store::Store* store;
  identity::Directory* directory;
  keys::KeyTable* keys;
  keys::LoadedKeys* loaded_keys;
  keys::UsageTracker* usage;
  const authz::Authorizer* authorizer;
  audit::Log* audit;
  keys::OutboxDelivery* outbox;
  bool development;  // takes key material in clear
  kms::Sm2Regions sm2;
  keys::KeyCounts* key_counts;
  const keys::ResourceQuotas* resource_quotas;
  const seal::Quarantine* quarantine;
};

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_SERVICES_H_
