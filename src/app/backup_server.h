#ifndef KAGIMORI_APP_BACKUP_SERVER_H_
#define KAGIMORI_APP_BACKUP_SERVER_H_

#include <string>

#include "app/node.h"
#include "base/result.h"
#include "seal/backup_copy.h"
#include "seal/backup_slots.h"

namespace kagimori::app {

// A backup of an open node, online or not: writes it to `sink` and gives what is said of it, in the audit record and to
// the operator, as one JSON object.
Result<std::string> BackUpNode(Node* node, const seal::NewBackupKey& key, const seal::BackupPace& pace,
                               const seal::BackupSink& sink);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_BACKUP_SERVER_H_
