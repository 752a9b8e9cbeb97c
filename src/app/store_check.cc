#include "app/store_check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "app/audit_key.h"
#include "app/service_events.h"
#include "audit/log.h"
#include "audit/outside_anchor.h"
#include "audit/verify.h"
#include "keys/structure_check.h"
#include "parameters/structure_check.h"
#include "seal/hierarchy.h"
#include "seal/ledger.h"
#include "seal/path.h"
#include "seal/scrub.h"
#include "store/blocking.h"
#include "store/rocksdb/rocksdb_store.h"

namespace kagimori::app {
namespace {

constexpr size_t kMostNamed = 1000;

class Checker {
 public:
  Checker(const StoreCheckOptions& options, const seal::Deployment& deployment)
      : options_(options), deployment_(deployment) {}
  ~Checker() {
    if (store_ != nullptr) store_->Close();
  }

  Result<StoreCheck> Run(const Node::RootKeySource& source) {
    const std::filesystem::path folder = options_.data / "store";
    if (!std::filesystem::exists(folder)) return Fail(ErrorKind::kNotFound, "there is no " + folder.string());
    KAGIMORI_ASSIGN_OR_RETURN(store_, store::RocksDbStore::Open({.folder = folder}));
    // Loaded by the check itself, which is how a root key shows that it is the store's.
    KAGIMORI_RETURN_IF_ERROR(source([this](const secret::SecretKey256& tried) -> Result<> {
      KAGIMORI_ASSIGN_OR_RETURN(hierarchy_, seal::KeyHierarchy::Load(tried.Clone(), store_.get(), deployment_));
      return {};
    }));
    auto ledger = seal::Ledger::Open(hierarchy_.get(), store_.get());
    if (ledger) {
      ledger_ = *std::move(ledger);
    } else {
      Find(ledger.error().text);
    }
    KAGIMORI_RETURN_IF_ERROR(CheckRecords());
    KAGIMORI_RETURN_IF_ERROR(CheckAuditLog());
    if (options_.accept_damage && check_.finding_count > 0) KAGIMORI_RETURN_IF_ERROR(Accept());
    return std::move(check_);
  }

 private:
  Result<> CheckRecords();
  Result<> CheckAuditLog();
  Result<> CheckOutsideAnchors(const audit::Report& report, const crypto::Ed25519PublicBytes& key);
  Result<> Accept();

  std::filesystem::path AuditFolder() const {
    return options_.audit_folder.empty() ? options_.data / "audit" : options_.audit_folder;
  }
  void Find(std::string text) {
    ++check_.finding_count;
    if (check_.findings.size() < kMostNamed) check_.findings.push_back(std::move(text));
  }

  const StoreCheckOptions& options_;
  const seal::Deployment& deployment_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<seal::KeyHierarchy> hierarchy_;
  std::unique_ptr<seal::Ledger> ledger_;  // null: its heads are damaged
  std::optional<crypto::Ed25519Signer> signer_;
  store::Revision revision_ = 0;
  bool log_whole_ = false;
  StoreCheck check_;
};

Result<> Checker::CheckRecords() {
  keys::StructureCheck key_structure(hierarchy_.get());
  parameters::StructureCheck parameter_structure(hierarchy_.get());
  KAGIMORI_ASSIGN_OR_RETURN(auto snapshot, store_->TakeSnapshot());
  revision_ = snapshot->revision();
  KAGIMORI_ASSIGN_OR_RETURN(
      seal::ScrubReport report,
      seal::Scrub(*hierarchy_, *snapshot,
                  {.records_per_second = 0,
                   .stop = [] { return false; },
                   .also = [&](std::string_view path, const seal::OpenedRecord& record) -> Result<> {
                     KAGIMORI_RETURN_IF_ERROR(key_structure.Take(path, record));
                     return parameter_structure.Take(path, record);
                   }}));
  for (seal::ScrubFinding& finding : report.findings) Find(std::move(finding.text));
  check_.finding_count += report.finding_count - report.findings.size();
  const auto find = [this](const std::string& path, const std::string& text) {
    Find(seal::DescribePath(path) + " " + text);
  };
  key_structure.Finish(find);
  parameter_structure.Finish(find);
  check_.summary += fmt::format("store: revision {}, {} records, {} bytes, {} accounts\n", report.revision,
                                report.records, report.bytes, report.accounts);
  return {};
}

Result<> Checker::CheckAuditLog() {
  const std::string path = seal::Path(seal::RecordType::kAuditKey).text();
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult key, store::GetAndWait(*store_, {path}));
  if (!key.records[0]) {
    Find("the key that the audit log is signed with is missing: the log is not checked");
    return {};
  }
  auto signer = LoadOrCreateAuditKey(*hierarchy_, store_.get());
  if (!signer) {
    Find("the key that the audit log is signed with cannot be read (" + signer.error().text +
         "): the log is not checked");
    return {};
  }
  signer_ = *std::move(signer);
  audit::VerifyOptions verify;
  verify.deployment = deployment_.id;
  if (ledger_ != nullptr && ledger_->anchor().sequence > 0) verify.anchor = ledger_->anchor();
  const audit::Report report = audit::Verify(AuditFolder(), signer_->public_bytes(), verify);
  log_whole_ = report.ok();
  if (!report.ok()) {
    Find(fmt::format("the audit log is {}: {}, line {}: {}", Name(report.finding->damage), report.finding->file,
                     report.finding->line, report.finding->text));
  } else if (report.store_revision > revision_) {
    Find(fmt::format("the store is of revision {}, but the audit log knows revision {}: the store is an older copy",
                     revision_, report.store_revision));
  }
  check_.summary += fmt::format("audit log: {} records in {} files\n", report.events, report.files);
  if (options_.anchor_file.empty()) return {};
  return CheckOutsideAnchors(report, signer_->public_bytes());
}

Result<> Checker::CheckOutsideAnchors(const audit::Report& report, const crypto::Ed25519PublicBytes& key) {
  KAGIMORI_ASSIGN_OR_RETURN(auto newest, audit::ReadNewestAnchor(options_.anchor_file, key, deployment_.id));
  if (!newest) {
    Find("there is no anchor in " + options_.anchor_file.string());
    return {};
  }
  if (newest->store_revision > revision_) {
    Find(fmt::format("the store is of revision {}, but {} knows revision {}: the store is an older copy", revision_,
                     options_.anchor_file.string(), newest->store_revision));
  }
  if (report.ok() && newest->anchor.sequence > report.head.sequence) {
    Find(
        fmt::format("the audit log ends at record {}, but {} knows record {}: the log is an older copy, or its end was "
                    "cut off",
                    report.head.sequence, options_.anchor_file.string(), newest->anchor.sequence));
  }
  check_.summary +=
      fmt::format("outside anchor: record {}, revision {}\n", newest->anchor.sequence, newest->store_revision);
  return {};
}

Result<> Checker::Accept() {
  if (!log_whole_) {
    return Fail(ErrorKind::kCorrupt,
                "the damage cannot be accepted: the audit log, which has to record it, is damaged itself");
  }
  const SystemClock clock;
  audit::LogOptions options;
  options.folder = AuditFolder();
  options.signer = &*signer_;
  options.clock = &clock;
  options.deployment = deployment_.id;
  KAGIMORI_ASSIGN_OR_RETURN(auto log, audit::Log::Open(std::move(options)));
  seal::ScrubReport report;
  report.revision = revision_;
  report.finding_count = check_.finding_count;
  for (const std::string& text : check_.findings)
    report.findings.push_back({.account = seal::kNoAccount, .text = text});
  KAGIMORI_RETURN_IF_ERROR(AppendScrubEvent("AcceptDamage", report, clock.Wall(), log.get()));
  KAGIMORI_RETURN_IF_ERROR(log->Sync());
  ledger_.reset();
  KAGIMORI_ASSIGN_OR_RETURN(ledger_, seal::Ledger::Create(hierarchy_.get(), store_.get()));
  check_.accepted = true;
  return {};
}

}  // namespace

Result<StoreCheck> CheckStore(const StoreCheckOptions& options, const seal::Deployment& deployment,
                              const Node::RootKeySource& source) {
  return Checker(options, deployment).Run(source);
}

}  // namespace kagimori::app
