#include "app/freshness.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "app/service_events.h"
#include "audit/outside_anchor.h"
#include "base/log.h"
#include "wire/json_writer.h"

namespace kagimori::app {

Result<std::unique_ptr<audit::Log>> Freshness::OpenAuditLog(audit::LogOptions options) {
  if (audit::Anchor anchor = ledger_->anchor(); anchor.sequence > 0) options.anchor = anchor;
  auto log = audit::Log::Open(options);
  if (!log && accept_ && options.anchor && log.error().kind == ErrorKind::kCorrupt) {
    // Without the anchor only a log that is damaged in itself is refused.
    const std::string reason = log.error().text;
    options.anchor.reset();
    log = audit::Log::Open(std::move(options));
    if (log) older_.push_back(reason);
  }
  if (!log) return log;
  if (const uint64_t named = (*log)->recovery().store_revision; named > revision_) {
    older_.push_back(
        fmt::format("the store is of revision {}, but the audit log knows revision {}: the store is an "
                    "older copy",
                    revision_, named));
  }
  return log;
}

Result<> Freshness::CheckOutsideAnchor(const std::filesystem::path& file, bool kept,
                                       const crypto::Ed25519Signer& signer, const ByteArray<16>& deployment,
                                       const std::filesystem::path& audit_folder) {
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<audit::OutsideAnchor> newest,
                            audit::ReadNewestAnchor(file, signer.public_bytes(), deployment));
  if (!newest) {
    if (kept) {
      older_.push_back("there is no anchor in " + file.string() +
                       ", but there were some outside: whether store and log are the newest cannot be told. Mount what "
                       "the file is on, or copy the old file to its new place");
    } else {
      log::Warning("there is no anchor outside yet, to tell an older copy by", {{"file", file.string()}});
    }
    return {};
  }
  if (newest->store_revision > revision_) {
    older_.push_back(fmt::format("the store is of revision {}, but {} knows revision {}: the store is an older copy",
                                 revision_, file.string(), newest->store_revision));
  }
  auto in_log = audit::CheckAnchorInLog(audit_folder, signer.public_bytes(), newest->anchor);
  if (!in_log && in_log.error().kind != ErrorKind::kCorrupt) return in_log;
  if (!in_log) older_.push_back(in_log.error().text + " (" + file.string() + ")");
  return {};
}

Result<> Freshness::Decide(Timestamp now, audit::Log* log) const {
  if (older_.empty()) return {};
  std::string all;
  for (const std::string& reason : older_) all += (all.empty() ? "" : "; ") + reason;
  if (!accept_) {
    return Fail(ErrorKind::kCorrupt,
                all + ". If an older copy was put here on purpose, start once with --accept-rollback");
  }
  log::Warning("a rollback was accepted", {{"what", all}});
  std::string parameters = R"({"rolledBack":)";
  wire::AppendJsonString(all, &parameters);
  parameters += fmt::format(R"(,"storeRevision":{}}})", revision_);
  KAGIMORI_RETURN_IF_ERROR(AppendAdministrationEvent(
      {.name = "AcceptRollback", .parameters_json = parameters, .peer_uid = geteuid(), .error = {}}, now, log));
  return log->Sync();
}

}  // namespace kagimori::app
