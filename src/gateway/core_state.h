#ifndef KAGIMORI_GATEWAY_CORE_STATE_H_
#define KAGIMORI_GATEWAY_CORE_STATE_H_

#include "attest/verifier.h"
#include "audit/batcher.h"
#include "audit/log.h"
#include "authz/authorizer.h"
#include "base/clock.h"
#include "base/worker_pool.h"
#include "gateway/disk_guard.h"
#include "gateway/faults.h"
#include "gateway/request_quotas.h"
#include "gateway/request_stats.h"
#include "gateway/security_log.h"
#include "gateway/turnstile.h"
#include "identity/directory.h"
#include "identity/sessions.h"
#include "keys/committer.h"
#include "keys/grant_table.h"
#include "keys/key_counts.h"
#include "keys/key_table.h"
#include "keys/last_usage.h"
#include "keys/loaded_key.h"
#include "keys/outbox.h"
#include "kms/operation.h"
#include "net/core.h"
#include "oidc/issuer_keys.h"
#include "parameters/parameter_table.h"
#include "seal/hierarchy.h"
#include "seal/quarantine.h"
#include "sigv4/verifier.h"

namespace kagimori::gateway {

// What all cores share. Everything pointed to outlives the gateway and is thread-safe.
struct Services {
  const Clock* clock;
  const seal::KeyHierarchy* hierarchy;
  identity::Directory* directory;
  identity::Sessions* sessions;
  keys::KeyTable* keys;
  keys::LoadedKeys* loaded_keys;
  keys::GrantTable* grants;
  keys::UsageTracker* usage;
  keys::KeyCounts* key_counts;
  parameters::ParameterTable* parameters;
  keys::Committer* committer;
  keys::OutboxDelivery* outbox;
  const authz::Authorizer* authorizer;
  audit::Log* audit;
  const DiskGuard* disk;
  Turnstile* contended;  // where changes that lost to another line up
  const seal::Quarantine* quarantine;
  WorkerPool* long_work;                // computations that would hold up a core
  WorkerPool* key_generation;           // the longest ones, which give way to everything else
  const attest::Verifier* attestation;  // null: no roots are configured
  oidc::IssuerKeys* issuers;            // null: no identity provider is configured
  WorkerPool* issuer_fetches;           // waits for identity providers
  RequestQuotas* quotas = nullptr;      // null: there are none
  const Faults* faults = nullptr;       // null: not a development server
  kms::Sm2Regions sm2 = kms::Sm2Regions::kChina;
  const keys::ResourceQuotas* resource_quotas = nullptr;
};

// What one core has of its own, so that the usual request takes no lock. Used on the core's thread only.
struct CoreState {
  CoreState(const Services* node, net::Core* its_core)
      : services(node),
        core(its_core),
        keys(&node->keys->keys()),
        aliases(&node->keys->aliases()),
        loaded_keys(&node->loaded_keys->cache()),
        credentials(&node->directory->credentials()),
        accounts(&node->directory->accounts().accounts()),
        sessions(&node->sessions->cache()),
        grants(&node->grants->cache()),
        usage(node->usage->lane(its_core->index())),
        audit(its_core, node->audit) {
    its_core->AddTurnEndHook([this] {
      constexpr size_t kSlotsPerTurn = 8;
      keys.Sweep(kSlotsPerTurn);
      aliases.Sweep(kSlotsPerTurn);
      loaded_keys.Sweep(kSlotsPerTurn);
      credentials.Sweep(kSlotsPerTurn);
      accounts.Sweep(kSlotsPerTurn);
      sessions.Sweep(kSlotsPerTurn);
      grants.Sweep(kSlotsPerTurn);
    });
    its_core->AddTurnEndHook([this] { security.Flush(services->disk->stop() != DiskGuard::Stop::kNothing); });
  }

  const Services* services;
  net::Core* core;
  keys::KeyCache::View keys;
  keys::AliasCache::View aliases;
  keys::LoadedKeyCache::View loaded_keys;
  identity::CredentialCache::View credentials;
  identity::AccountCache::View accounts;
  identity::SessionCache::View sessions;
  keys::GrantCache::View grants;
  keys::UsageTracker::Lane* usage;
  sigv4::Verifier signatures;
  audit::CoreBatcher audit;
  RequestStats stats;
  SecurityLog security;
  RequestQuotas::View quotas;
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_CORE_STATE_H_
