#include "app/backup_text.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdio>

#include "base/ids.h"

namespace kagimori::app {

std::string DescribeBackupDone(const std::filesystem::path& file, std::string_view done) {
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  uint64_t revision = 0, records = 0, bytes = 0;
  std::string_view hash;
  if (parser.parse(done.data(), done.size()).get(json) != simdjson::SUCCESS ||
      json["storeRevision"].get(revision) != simdjson::SUCCESS || json["records"].get(records) != simdjson::SUCCESS ||
      json["bytes"].get(bytes) != simdjson::SUCCESS || json["sha256"].get(hash) != simdjson::SUCCESS) {
    return fmt::format("Backup:       {}\n", file.string());
  }
  return fmt::format("Backup:       {}\nRevision:     {}\nRecords:      {}\nBytes:        {}\nSHA-256:      {}\n",
                     file.string(), revision, records, bytes, hash);
}

std::string DescribeHeader(const seal::BackupHeader& header) {
  return fmt::format("Deployment:   {} ({})\nTaken:        {}\nRevision:     {}\nAudit head:   {}:{}\n",
                     FormatUuid(header.deployment.id),
                     header.deployment.kind == seal::DeploymentKind::kDevelopment ? "development" : "production",
                     FormatIso(header.made), header.revision, header.audit_head.sequence,
                     HexEncode(header.audit_head.link));
}

Result<> PrintText(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return Fail(ErrorKind::kIo, "standard output cannot be written to");
  }
  return {};
}

}  // namespace kagimori::app
