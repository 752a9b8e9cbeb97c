// A development server as `kagimori dev` runs it, with an audit log and a store that turn over after a few hundred
// requests instead of after days: small_server DATA AUDIT_FOLDER written|synced ROTATE_BYTES WRITE_BUFFER_BYTES
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "app/audit_key.h"
#include "app/new_deployment.h"
#include "app/server_run.h"
#include "app/signals.h"
#include "app/supervisor.h"
#include "base/bytes.h"
#include "seal/slots.h"

namespace kagimori::app {
namespace {

constexpr AccountId kAccount = AccountId::FromNumber(0);
constexpr char kWellKnown[] = "test";

Result<> Make(const NodeOptions& options, DataFolder* folder) {
  NewDeployment wanted;
  wanted.kind = seal::DeploymentKind::kDevelopment;
  wanted.options = options;
  wanted.add_slot = [&](const seal::Deployment& deployment, const secret::SecretKey256& root_key,
                        Timestamp now) -> Result<> {
    auto added = seal::AddDevelopmentSlot(folder->path(), deployment, root_key, now);
    if (!added) return std::unexpected(added.error());
    return {};
  };
  wanted.populate = [&](const seal::Deployment&, Node* node) -> Result<> {
    KAGIMORI_RETURN_IF_ERROR(WriteAuditPublicKey(folder->path() / "audit-public-key.pem", node->AuditPublicKeyPem()));
    KAGIMORI_RETURN_IF_ERROR(node->directory().CreateAccount(kAccount, "development"));
    return node->directory().PutRootAccessKey(kAccount, kWellKnown, secret::SecretBytes::CopyOf(AsBytes(kWellKnown)));
  };
  return MakeDeployment(folder, wanted);
}

Result<> Run(const NodeOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess({.allow_unlocked_memory = true}));
  KAGIMORI_ASSIGN_OR_RETURN(DataFolder folder, DataFolder::OpenOrCreate(options.data));
  KAGIMORI_ASSIGN_OR_RETURN(Signals signals, Signals::Block());
  KAGIMORI_ASSIGN_OR_RETURN(const bool empty, folder.IsEmpty());
  if (empty || folder.IsUnfinished()) KAGIMORI_RETURN_IF_ERROR(Make(options, &folder));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, LoadDeployment(folder));
  KAGIMORI_ASSIGN_OR_RETURN(auto root_key, seal::OpenAnyDevelopmentSlot(folder.path(), deployment));
  KAGIMORI_ASSIGN_OR_RETURN(auto node, Node::Open(options, deployment, std::move(root_key)));
  Supervisor supervisor(options, deployment);
  KAGIMORI_RETURN_IF_ERROR(supervisor.StartUnsealed(std::move(node)));
  fmt::print("ready {}\n", supervisor.url());
  std::fflush(stdout);
  return ServeUntilStopped(&supervisor, folder, &signals);
}

}  // namespace
}  // namespace kagimori::app

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  kagimori::app::NodeOptions options;
  options.data = argv[1];
  options.audit_folder = argv[2];
  options.audit_durability = std::string_view(argv[3]) == "synced" ? kagimori::audit::Durability::kSynced
                                                                   : kagimori::audit::Durability::kWritten;
  options.audit_rotate_bytes = std::strtoull(argv[4], nullptr, 10);
  options.audit_reserve_bytes = 0;
  options.store_write_buffer_bytes = std::strtoull(argv[5], nullptr, 10);
  options.port = 0;
  options.cores = 2;
  options.loopback_names_only = true;
  auto done = kagimori::app::Run(options);
  if (done) return 0;
  fmt::print(stderr, "small_server: {}\n", done.error().text);
  return 1;
}
