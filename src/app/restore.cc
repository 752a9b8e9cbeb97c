#include "app/restore.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <system_error>
#include <utility>

#include "app/anchors_kept.h"
#include "app/audit_key.h"
#include "app/service_events.h"
#include "audit/log.h"
#include "base/log.h"
#include "crypto/random.h"
#include "seal/ledger.h"
#include "seal/path.h"
#include "seal/scrub.h"
#include "store/blocking.h"
#include "store/rocksdb/rocksdb_import.h"
#include "store/rocksdb/rocksdb_store.h"

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

Result<> Import(OpenedBackup* backup, const fs::path& store_folder) {
  KAGIMORI_ASSIGN_OR_RETURN(const auto import, store::RocksDbImport::Begin(store_folder, backup->header().revision));
  KAGIMORI_RETURN_IF_ERROR(backup->ReadAll([&import](const store::Record& record) { return import->Add(record); }));
  return import->Finish();
}

// The heads among one another, then every record against them.
Result<std::unique_ptr<seal::Ledger>> CheckStore(const seal::KeyHierarchy& hierarchy, store::Store* store) {
  KAGIMORI_ASSIGN_OR_RETURN(std::unique_ptr<seal::Ledger> ledger, seal::Ledger::Open(&hierarchy, store));
  KAGIMORI_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store->TakeSnapshot());
  KAGIMORI_ASSIGN_OR_RETURN(const seal::ScrubReport report, seal::Scrub(hierarchy, *snapshot, {}));
  for (const seal::ScrubFinding& finding : report.findings) {
    log::Error("the backup's store is damaged", {{"what", finding.text}});
  }
  if (!report.ok() || !report.complete) {
    return Fail(ErrorKind::kCorrupt,
                fmt::format("the store was damaged when the backup was taken: {} findings", report.finding_count));
  }
  return ledger;
}

// Its first record, before everything that the outbox may still hold.
Result<audit::Anchor> BeginAuditLog(const OpenedBackup& backup, const fs::path& folder,
                                    const crypto::Ed25519Signer& signer) {
  const SystemClock clock;
  audit::LogOptions options;
  options.folder = folder;
  options.signer = &signer;
  options.clock = &clock;
  options.deployment = backup.header().deployment.id;
  options.compress = false;
  KAGIMORI_ASSIGN_OR_RETURN(const auto log, audit::Log::Open(std::move(options)));
  const seal::BackupHeader& header = backup.header();
  log->NoteStoreRevision(header.revision);
  const std::string parameters = fmt::format(
      R"({{"backupId":"{}","taken":"{}","storeRevision":{},"sha256":"{}",)"
      R"("auditHead":{{"sequence":{},"link":"{}","file":{},"offset":{}}},"epoch":{}}})",
      HexEncode(header.id), FormatIso(header.made), header.revision, HexEncode(backup.reader->totals().file_hash),
      header.audit_head.sequence, HexEncode(header.audit_head.link), header.audit_head.file, header.audit_head.offset,
      backup.hierarchy->epoch() + 1);
  KAGIMORI_RETURN_IF_ERROR(AppendAdministrationEvent(
      {.name = "Restore", .parameters_json = parameters, .peer_uid = geteuid(), .error = {}}, clock.Wall(), log.get()));
  KAGIMORI_RETURN_IF_ERROR(log->Sync());
  return log->SyncedHead();
}

// The new root key and epoch, with the heads and the new log's anchor in the same commit.
Result<> Renew(const OpenedBackup& backup, const secret::SecretKey256& root_key, store::Store* store) {
  const std::string path = seal::Path(seal::RecordType::kDeployment).text();
  KAGIMORI_ASSIGN_OR_RETURN(const store::GetResult got, store::GetAndWait(*store, {path}));
  if (!got.records.at(0)) return Fail(ErrorKind::kCorrupt, "the backup has no deployment record");
  KAGIMORI_ASSIGN_OR_RETURN(Bytes renewed, seal::RenewDeployment(backup.key, backup.deployment_record, root_key));
  store::Transaction transaction;
  transaction.preconditions.push_back({.key = path, .revision = got.records[0]->revision});
  transaction.puts.push_back({.key = path, .value = std::move(renewed)});
  transaction.deletes.push_back(AnchorsKeptPath());  // those outside are of the old log; this one has none yet
  KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store, std::move(transaction)));
  return {};
}

struct CloseAtEnd {
  ~CloseAtEnd() { store->Close(); }
  store::Store* store;
};

Result<Restored> Fill(OpenedBackup* backup, const fs::path& data, const fs::path& audit_folder,
                      const Restoring& wanted) {
  seal::Deployment deployment = backup->header().deployment;
  deployment.created = {backup->header().made.seconds() * 1000};
  KAGIMORI_RETURN_IF_ERROR(seal::SaveDeployment(data, deployment));
  const secret::SecretKey256 root_key = crypto::RandomSecretArray<32>();
  KAGIMORI_RETURN_IF_ERROR(wanted.add_slots(deployment, root_key));
  KAGIMORI_RETURN_IF_ERROR(Import(backup, data / "store"));

  KAGIMORI_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store,
                            store::RocksDbStore::Open({.folder = data / "store"}));
  std::unique_ptr<seal::Ledger> ledger;  // outlives the store's Close
  const CloseAtEnd close{store.get()};
  KAGIMORI_ASSIGN_OR_RETURN(ledger, CheckStore(*backup->hierarchy, store.get()));
  store->SetLedger(ledger.get());
  KAGIMORI_ASSIGN_OR_RETURN(const crypto::Ed25519Signer signer, LoadOrCreateAuditKey(*backup->hierarchy, store.get()));
  KAGIMORI_ASSIGN_OR_RETURN(const audit::Anchor head, BeginAuditLog(*backup, audit_folder, signer));
  ledger->SetAnchor(head);
  KAGIMORI_RETURN_IF_ERROR(Renew(*backup, root_key, store.get()));
  Restored restored{.records = backup->reader->totals().records,
                    .epoch = backup->hierarchy->epoch() + 1,
                    .audit_key = data / "audit-public-key.pem"};
  KAGIMORI_RETURN_IF_ERROR(WriteAuditPublicKey(restored.audit_key, crypto::Ed25519PublicPem(signer.public_bytes())));
  return restored;
}

Result<> CheckEmpty(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return {};
  if (fs::is_empty(folder, error) && !error) return {};
  return Fail(ErrorKind::kConflict, "the audit folder " + folder.string() + " is not empty");
}

}  // namespace

Result<Restored> RestoreBackup(OpenedBackup* backup, DataFolder* folder, const Restoring& wanted) {
  const bool own_audit_folder = wanted.audit_folder.empty();
  const fs::path audit_folder = own_audit_folder ? folder->path() / "audit" : wanted.audit_folder;
  if (!own_audit_folder) KAGIMORI_RETURN_IF_ERROR(CheckEmpty(audit_folder));
  KAGIMORI_RETURN_IF_ERROR(folder->BeginFilling());
  auto restored = Fill(backup, folder->path(), audit_folder, wanted);
  if (restored) {
    if (auto finished = folder->FinishFilling(); !finished) restored = std::unexpected(finished.error());
  }
  if (restored) return restored;
  std::error_code ignored;
  if (!own_audit_folder) {
    for (const auto& entry : fs::directory_iterator(audit_folder, ignored)) fs::remove_all(entry.path(), ignored);
  }
  if (auto discarded = folder->Discard(); !discarded) {
    log::Warning("what was made could not be removed; the next try will", {{"reason", discarded.error().text}});
  }
  return restored;
}

}  // namespace kagimori::app
