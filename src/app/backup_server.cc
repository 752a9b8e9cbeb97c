#include "app/backup_server.h"

#include <fmt/format.h>

#include "app/admin_commands.h"
#include "base/ids.h"

namespace kagimori::app {
namespace {

constexpr int64_t kMaxRateMib = 1 << 20;
constexpr AdminMember kMembers[] = {
    {.name = "mib_per_second", .kind = AdminMember::Kind::kNumber, .required = false, .least = 1, .most = kMaxRateMib},
};

Result<AdminReply> RunBackupCommand(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const seal::NewBackupKey key, seal::UnpackBackupKey(call.secrets));
  const seal::BackupPace pace{
      .bytes_per_second = static_cast<uint64_t>(call.parameters.Number("mib_per_second").value_or(0)) << 20,
      .stop = [&call] { return call.Stopping(); }};
  KAGIMORI_ASSIGN_OR_RETURN(const std::string done, BackUpNode(call.node, key, pace, call.stream));
  return AdminReply{.result_json = done, .audited_json = done, .secrets = {}};
}

}  // namespace

constinit const AdminCommand kBackupCommand = {.name = "backup",
                                               .audited = "Backup",
                                               .exclusive = true,
                                               .members = kMembers,
                                               .least_secrets = 2,
                                               .most_secrets = 1 + seal::kMaxBackupSlots,
                                               .run = RunBackupCommand};

Result<std::string> BackUpNode(Node* node, const seal::NewBackupKey& key, const seal::BackupPace& pace,
                               const seal::BackupSink& sink) {
  store::Revision revision = 0;
  KAGIMORI_ASSIGN_OR_RETURN(const seal::BackupTotals totals, node->WriteBackup(key, pace, sink, &revision));
  return fmt::format(R"({{"backupId":"{}","storeRevision":{},"records":{},"bytes":{},"sha256":"{}"}})",
                     HexEncode(key.id), revision, totals.records, totals.file_bytes, HexEncode(totals.file_hash));
}

}  // namespace kagimori::app
