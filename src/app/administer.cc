#include "app/administer.h"

#include <unistd.h>

#include <chrono>
#include <utility>

#include "app/admin_protocol.h"
#include "app/admin_stream.h"
#include "app/administration.h"
#include "app/data_folder.h"
#include "app/new_deployment.h"
#include "app/open_node.h"

namespace kagimori::app {
namespace {

// Argon2id, once for every slot that might be meant.
constexpr std::chrono::minutes kTimeout{5};

Result<AdminResult> RunHere(const AdminTarget& target, const DataFolder& folder, const AdminCommand& command,
                            const AdminParameters& parameters, std::vector<secret::SecretBytes> secrets,
                            const std::function<Result<seal::SlotSecret>()>& unlock, const AdminTransfer& transfer) {
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, LoadDeployment(folder));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret secret, unlock());
  NodeOptions options;
  options.data = folder.path();
  options.audit_folder = target.audit_folder;
  options.audit_durability = audit::Durability::kSynced;
  KAGIMORI_ASSIGN_OR_RETURN(const auto node, OpenNode(options, deployment, secret));
  NodeAdministration administration(node.get());
  AdminRequest request{.command = &command, .parameters = parameters, .secrets = {}, .body = transfer.body.size()};
  for (const secret::SecretBytes& one : secrets) request.secrets.push_back(one.size());
  secret::WipingBuffer body;
  body.Append(transfer.body);
  AdminAnswer answer =
      AdminRunner(&administration).Run(request, std::move(secrets), geteuid(), {}, transfer.stream, std::move(body));
  auto head = ParseAdminAnswer(answer.line);
  if (!head) {
    constexpr std::string_view kRefused = "the server refused: ";
    std::string text = head.error().text;
    if (text.starts_with(kRefused)) text.erase(0, kRefused.size());
    return Fail(head.error().kind, std::move(text));
  }
  return AdminResult{.json = std::move(head->result_json), .secrets = std::move(answer.secrets)};
}

}  // namespace

Result<AdminResult> Administer(const AdminTarget& target, const AdminCommand& command,
                               const AdminParameters& parameters, std::vector<secret::SecretBytes> secrets,
                               const std::function<Result<seal::SlotSecret>()>& unlock, const AdminTransfer& transfer) {
  auto folder = DataFolder::Open(target.data);
  if (folder) return RunHere(target, *folder, command, parameters, std::move(secrets), unlock, transfer);
  if (folder.error().kind != ErrorKind::kUnavailable) return std::unexpected(std::move(folder).error());
  if (!transfer.stream) return CallAdminSocket(target.data, command.name, parameters, secrets, kTimeout);
  return CallAdminStream(target.data, command.name, parameters, secrets, kTimeout, transfer.stream, transfer.body);
}

}  // namespace kagimori::app
