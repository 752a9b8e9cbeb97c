#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "app/admin_stream.h"
#include "app/backup_commands.h"
#include "app/backup_server.h"
#include "app/backup_text.h"
#include "app/data_folder.h"
#include "app/new_deployment.h"
#include "app/open_node.h"
#include "app/option_parser.h"
#include "app/output_file.h"
#include "app/passphrase.h"
#include "app/server_run.h"
#include "base/clock.h"
#include "crypto/digest.h"

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

// The server is silent only while it takes the snapshot and writes its record.
constexpr std::chrono::minutes kServerPatience{2};

// Writes the file, and knows what it holds.
struct Output {
  explicit Output(OutputFile made) : file(std::move(made)) {}
  Result<> Write(ByteView bytes) {
    hash.Update(bytes);
    return file.Write(bytes);
  }
  OutputFile file;
  crypto::Sha256Stream hash;
};

Result<seal::NewBackupKey> MakeKey(const BackupOptions& options, bool* handed_out) {
  const Timestamp now = SystemClock().Wall();
  seal::NewBackupKey key = seal::MakeBackupKey();
  if (!options.backup_passphrase_file.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretBytes passphrase,
                              ReadPassphrase(options.backup_passphrase_file, /*is_new=*/true));
    KAGIMORI_ASSIGN_OR_RETURN(
        Bytes slot, seal::MakeBackupPassphraseSlot(key.id, 1, passphrase, crypto::Argon2Parameters(), key.key, now));
    key.slots.push_back(std::move(slot));
  }
  if (!options.backup_recovery.none) {
    KAGIMORI_ASSIGN_OR_RETURN(const seal::RecoveryCode code, HandOutRecoveryCode(options.backup_recovery, key.id));
    *handed_out = true;
    key.slots.push_back(
        seal::MakeBackupRecoverySlot(key.id, static_cast<int>(key.slots.size()) + 1, code, key.key, now));
  }
  return key;
}

Result<std::string> BackUpOnline(const BackupOptions& options, const seal::NewBackupKey& key, Output* output) {
  AdminParameters parameters;
  if (options.rate_mib > 0) parameters.Add("mib_per_second", static_cast<int64_t>(options.rate_mib));
  const std::vector<secret::SecretBytes> packed = seal::PackBackupKey(key);
  KAGIMORI_ASSIGN_OR_RETURN(AdminResult result,
                            CallAdminStream(options.data, "backup", parameters, packed, kServerPatience,
                                            [output](ByteView bytes) { return output->Write(bytes); }));
  return std::move(result.json);
}

// The folder's lock keeps a server away meanwhile.
Result<std::string> BackUpOffline(const BackupOptions& options, const seal::NewBackupKey& key, Output* output) {
  KAGIMORI_ASSIGN_OR_RETURN(const DataFolder folder, DataFolder::Open(options.data));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, LoadDeployment(folder));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret secret, ReadSlotSecret(options.unlock, deployment));
  NodeOptions node_options;
  node_options.data = folder.path();
  node_options.audit_folder = options.audit_folder;
  KAGIMORI_ASSIGN_OR_RETURN(const std::unique_ptr<Node> node, OpenNode(node_options, deployment, secret));
  auto done = BackUpNode(node.get(), key, {.bytes_per_second = options.rate_mib << 20},
                         [output](ByteView bytes) { return output->Write(bytes); });
  AdministrativeCall call{
      .name = "Backup", .parameters_json = R"({"offline":true})", .peer_uid = geteuid(), .error = {}};
  if (done) call.response_json = *done;
  if (!done) call.error = done.error().text;
  KAGIMORI_RETURN_IF_ERROR(node->AuditAdministration(call));
  return done;
}

// What was received is what was sent: the server names the whole file's hash.
Result<> CheckHash(const std::string& done, const Output& output) {
  if (done.find("\"sha256\":\"" + HexEncode(output.hash.Digest()) + "\"") != std::string::npos) return {};
  return Fail(ErrorKind::kCorrupt, "what arrived is not what the server says it sent");
}

Result<> WriteFile(const BackupOptions& options, const seal::NewBackupKey& key) {
  KAGIMORI_ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(options.out));
  Output output(std::move(file));
  const bool online = ConnectAdminSocket(options.data).has_value();
  KAGIMORI_ASSIGN_OR_RETURN(const std::string done,
                            online ? BackUpOnline(options, key, &output) : BackUpOffline(options, key, &output));
  KAGIMORI_RETURN_IF_ERROR(CheckHash(done, output));
  KAGIMORI_RETURN_IF_ERROR(output.file.Finish());
  return PrintText(DescribeBackupDone(options.out, done));
}

}  // namespace

Parsed<BackupOptions> ParseBackup(const Arguments& arguments) {
  Parsed<BackupOptions> parsed;
  BackupOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori backup",
                      "Copies everything that a deployment's store holds into one sealed file, beside a running server "
                      "or without one. The file opens with a recovery code of its own, a passphrase, or both.");
  parser.Path("data", &options.data, "Data folder")->required();
  parser.Path("out", &options.out, "New file for the backup")->required();
  parser.Path("backup-passphrase-file", &options.backup_passphrase_file,
              "File with a passphrase that will open the backup");
  auto* out = parser.Path("backup-code-out", &options.backup_recovery.out,
                          "New file for the backup's recovery code (default: shown once and asked back)");
  parser
      .Flag("no-backup-code", &options.backup_recovery.none,
            "Make no recovery code; the passphrase alone opens the backup")
      ->excludes(out);
  parser.Number<uint64_t>("rate", &options.rate_mib, 0, 1 << 20, "At most so many MiB a second; 0: any");
  parser.Path("audit-folder", &options.audit_folder, "Without a server: folder of the audit log, as given to serve");
  AddUnlockOptions(&parser, &options.unlock);
  AddProcessOptions(&parser, &options.process);
  if (!parser.Run(arguments, &parsed)) {
    parsed.options.reset();
  } else if (options.backup_recovery.none && options.backup_passphrase_file.empty()) {
    parsed = {.options = std::nullopt, .exit_code = 2, .text = "--no-backup-code needs --backup-passphrase-file"};
  }
  return parsed;
}

Result<> RunBackup(const BackupOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  if (!options.backup_recovery.none) {
    KAGIMORI_RETURN_IF_ERROR(CheckRecoveryChoices(options.backup_recovery, options.data));
  }
  bool handed_out = false;
  auto key = MakeKey(options, &handed_out);
  Result<> written = key ? WriteFile(options, *key) : std::unexpected(key.error());
  if (!written && handed_out) TakeBackRecoveryCode(options.backup_recovery);
  return written;
}

}  // namespace kagimori::app
