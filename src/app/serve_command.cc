#include "app/attestation_roots.h"
#include "app/commands.h"
#include "app/new_deployment.h"
#include "app/oidc_issuers.h"
#include "app/open_node.h"
#include "app/seed_run.h"
#include "app/server_confinement.h"
#include "app/server_run.h"
#include "app/slot_secret.h"
#include "base/log.h"

namespace kagimori::app {
namespace {

NodeOptions ToNodeOptions(const ServeOptions& options, const DataFolder& folder) {
  NodeOptions node;
  node.data = folder.path();
  node.audit_folder = options.audit_folder;
  node.host = options.listen.host;
  node.port = options.listen.port;
  node.tls = options.tls;
  node.cores = options.cores;
  node.accept_rollback = options.integrity.accept_rollback;
  node.integrity.scrub_records_per_second = options.integrity.scrub_records_per_second;
  node.terms.max_age = std::chrono::hours(24 * options.integrity.term_rotation_days);
  node.terms.records_per_second = options.integrity.term_records_per_second;
  node.audit_retention = {.age = std::chrono::days(options.audit.retention_days),
                          .bytes = options.audit.retention_mib << 20};
  node.anchors = options.audit.anchors;
  node.sm2 = options.keys.sm2;
  node.request_rates = options.keys.request_rates;
  node.resource_quotas = options.keys.resource_quotas;
  if (options.metrics) {
    node.metrics_host = options.metrics->host;
    node.metrics_port = options.metrics->port;
  }
  node.audit_durability = options.audit_durability;
  node.audit_rotate_bytes = options.audit_rotate_mib << 20;
  node.audit_reserve_bytes = options.audit_reserve_mib << 20;
  node.limits = options.limits;
  return node;
}

}  // namespace

Result<> RunServe(const ServeOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  WarnOfRoot();
  KAGIMORI_ASSIGN_OR_RETURN(const DataFolder folder, DataFolder::Open(options.data));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, LoadDeployment(folder));
  if (deployment.kind != seal::DeploymentKind::kProduction) {
    return Fail(
        ErrorKind::kInvalid,
        folder.path().string() + " belongs to a development server for ever; make another with `kagimori init`");
  }
  const bool sealed = options.start_sealed || !HasSlotSecretSource(options.unlock);
  seal::SlotSecret secret;
  if (!sealed) {
    KAGIMORI_ASSIGN_OR_RETURN(secret, ReadSlotSecret(options.unlock, deployment));
  }
  KAGIMORI_ASSIGN_OR_RETURN(Signals signals, Signals::Block());
  NodeOptions node_options = ToNodeOptions(options, folder);
  KAGIMORI_ASSIGN_OR_RETURN(node_options.attestation_roots, LoadAttestationRoots(options.keys.attestation_roots));
  KAGIMORI_ASSIGN_OR_RETURN(node_options.oidc, LoadOidcIssuers(options.keys.oidc));
  node_options.oidc_ca_file = options.keys.oidc.ca_file;
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<StartSeed> seed, ReadStartSeed(options.seed.file, options.seed.wrapping_key));
  if (sealed && seed) {
    return Fail(
        ErrorKind::kInvalid,
        "a server that starts sealed has no keys to change: leave out --apply, and run `kagimori apply` once it "
        "is unsealed");
  }
  KAGIMORI_RETURN_IF_ERROR(ConfineServer(node_options, options.no_confinement));
  Supervisor supervisor(node_options, deployment);
  if (sealed) {
    KAGIMORI_RETURN_IF_ERROR(supervisor.StartSealed());
    log::Warning("sealed: every request is refused until `kagimori unseal`", {{"address", supervisor.url()}});
  } else {
    KAGIMORI_ASSIGN_OR_RETURN(auto node, OpenNode(node_options, deployment, secret));
    secret = {};
    if (seed) KAGIMORI_RETURN_IF_ERROR(ApplyAtStart(node.get(), *seed));
    seed.reset();
    KAGIMORI_RETURN_IF_ERROR(supervisor.StartUnsealed(std::move(node)));
    log::Info("ready", {{"address", supervisor.url()}});
  }
  return ServeUntilStopped(&supervisor, folder, &signals);
}

}  // namespace kagimori::app
