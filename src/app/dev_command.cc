#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <future>

#include "app/attestation_roots.h"
#include "app/audit_key.h"
#include "app/commands.h"
#include "app/new_deployment.h"
#include "app/oidc_issuers.h"
#include "app/secret_printer.h"
#include "app/seed_run.h"
#include "app/server_confinement.h"
#include "app/server_run.h"
#include "base/bytes.h"
#include "base/log.h"
#include "identity/directory.h"
#include "seal/slots.h"

namespace kagimori::app {
namespace {

constexpr AccountId kAccount = AccountId::FromNumber(0);
constexpr char kWellKnown[] = "test";  // access key id and secret, as emulators have them

NodeOptions ToNodeOptions(const DevOptions& options, const DataFolder& folder) {
  NodeOptions node;
  node.data = folder.path();
  node.host = options.listen.host;
  node.port = options.listen.port;
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
  node.loopback_names_only = !options.insecure_listen;
  // A full laptop is no reason to stop; the audit log still stops everything when nothing can be written.
  node.audit_reserve_bytes = 16ull << 20;
  if (options.metrics) {
    node.metrics_host = options.metrics->host;
    node.metrics_port = options.metrics->port;
  }
  return node;
}

Result<> Populate(bool insecure, const DataFolder& folder, Node* node) {
  KAGIMORI_RETURN_IF_ERROR(WriteAuditPublicKey(folder.path() / "audit-public-key.pem", node->AuditPublicKeyPem()));
  KAGIMORI_RETURN_IF_ERROR(node->directory().CreateAccount(kAccount, "development"));
  if (!insecure) {
    return node->directory().PutRootAccessKey(kAccount, kWellKnown, secret::SecretBytes::CopyOf(AsBytes(kWellKnown)));
  }
  KAGIMORI_ASSIGN_OR_RETURN(const auto key, node->directory().CreateRootAccessKey(kAccount));
  fmt::print(stderr, "Others can reach this server. Its credentials, shown only now:\nAccess key id:     {}\n",
             key.access_key_id);
  std::fflush(stderr);
  return SecretPrinter::PrintLine(STDERR_FILENO, "Secret access key: ", key.secret_access_key);
}

Result<> Make(const DevOptions& options, DataFolder* folder) {
  NewDeployment wanted;
  wanted.kind = seal::DeploymentKind::kDevelopment;
  wanted.options = ToNodeOptions(options, *folder);
  wanted.add_slot = [&](const seal::Deployment& deployment, const secret::SecretKey256& root_key,
                        Timestamp now) -> Result<> {
    auto added = seal::AddDevelopmentSlot(folder->path(), deployment, root_key, now);
    if (!added) return std::unexpected(added.error());
    return {};
  };
  wanted.populate = [&](const seal::Deployment&, Node* node) {
    return Populate(options.insecure_listen, *folder, node);
  };
  return MakeDeployment(folder, wanted);
}

Result<bool> HasWellKnownCredentials(Node* node) {
  std::promise<Result<std::shared_ptr<const identity::Credential>>> loaded;
  node->directory().LoadCredential(kWellKnown, [&loaded](auto credential) { loaded.set_value(std::move(credential)); });
  const auto credential = loaded.get_future().get();
  if (credential) return true;
  if (credential.error().kind == ErrorKind::kNotFound) return false;
  return std::unexpected(credential.error());
}

// Asks the store itself, not how the folder was made: what would answer a request is what counts.
Result<> CheckCredentials(bool insecure, const DataFolder& folder, Node* node) {
  KAGIMORI_ASSIGN_OR_RETURN(const bool well_known, HasWellKnownCredentials(node));
  if (insecure && well_known) {
    return Fail(ErrorKind::kInvalid, "the credentials test/test work in " + folder.path().string() +
                                         ", so it is never served to others; give another folder with --data");
  }
  if (!insecure && !well_known) {
    log::Warning("this folder was made with --insecure-listen: test/test do not work, its random credentials do");
  }
  return {};
}

}  // namespace

Result<> RunDev(const DevOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  KAGIMORI_ASSIGN_OR_RETURN(DataFolder folder, DataFolder::OpenOrCreate(options.data));
  KAGIMORI_ASSIGN_OR_RETURN(Signals signals, Signals::Block());
  NodeOptions node_options = ToNodeOptions(options, folder);
  KAGIMORI_ASSIGN_OR_RETURN(node_options.attestation_roots, LoadAttestationRoots(options.keys.attestation_roots));
  KAGIMORI_ASSIGN_OR_RETURN(node_options.oidc, LoadOidcIssuers(options.keys.oidc));
  node_options.oidc_ca_file = options.keys.oidc.ca_file;
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<StartSeed> seed, ReadStartSeed(options.seed.file, options.seed.wrapping_key));
  KAGIMORI_RETURN_IF_ERROR(ConfineServer(node_options, options.no_confinement));
  KAGIMORI_ASSIGN_OR_RETURN(const bool empty, folder.IsEmpty());
  if (empty || folder.IsUnfinished()) KAGIMORI_RETURN_IF_ERROR(Make(options, &folder));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, LoadDeployment(folder));
  if (deployment.kind != seal::DeploymentKind::kDevelopment) {
    return Fail(ErrorKind::kInvalid, folder.path().string() + " is no development server's; use `kagimori serve`");
  }
  KAGIMORI_ASSIGN_OR_RETURN(auto root_key, seal::OpenAnyDevelopmentSlot(folder.path(), deployment));
  KAGIMORI_ASSIGN_OR_RETURN(auto node, Node::Open(node_options, deployment, std::move(root_key)));
  KAGIMORI_RETURN_IF_ERROR(CheckCredentials(options.insecure_listen, folder, node.get()));
  if (seed) KAGIMORI_RETURN_IF_ERROR(ApplyAtStart(node.get(), *seed));
  seed.reset();
  log::Warning("a development server: its root key lies unprotected beside its data");
  Supervisor supervisor(node_options, deployment);
  KAGIMORI_RETURN_IF_ERROR(supervisor.StartUnsealed(std::move(node)));
  fmt::print("ready {}\n", supervisor.url());
  std::fflush(stdout);
  return ServeUntilStopped(&supervisor, folder, &signals);
}

}  // namespace kagimori::app
