#ifndef KAGIMORI_APP_BACKUP_TEXT_H_
#define KAGIMORI_APP_BACKUP_TEXT_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/backup_header.h"

namespace kagimori::app {

// What the commands about backups say to people.

// `done`: what BackUpNode gave.
std::string DescribeBackupDone(const std::filesystem::path& file, std::string_view done);
std::string DescribeHeader(const seal::BackupHeader& header);

// To standard output, whole. kIo: it cannot be written to.
Result<> PrintText(const std::string& text);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_BACKUP_TEXT_H_
