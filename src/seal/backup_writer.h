#ifndef KAGIMORI_SEAL_BACKUP_WRITER_H_
#define KAGIMORI_SEAL_BACKUP_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "seal/backup_header.h"
#include "secret/secret_bytes.h"
#include "store/store.h"

namespace kagimori::seal {

struct BackupTotals {
  uint64_t records = 0;
  uint64_t record_bytes = 0;  // of paths and values
  uint64_t file_bytes = 0;
  crypto::Sha256Digest file_hash{};  // of the whole file, as sha256sum prints it
};

// Takes what comes next in the file. An error ends the writing.
using BackupSink = std::function<Result<>(ByteView bytes)>;

// Writes one backup from its first byte to its last. The records are those of one snapshot of the store, in the order
// of their paths; they stay sealed as they are and are sealed once more.
class BackupWriter {
 public:
  // Writes the header and the deployment record. `deployment_record`: as KeyHierarchy::SealDeployment gives it for
  // `backup_key`.
  static Result<std::unique_ptr<BackupWriter>> Begin(const BackupHeader& header, const secret::SecretKey256& backup_key,
                                                     ByteView deployment_record, BackupSink sink);
  ~BackupWriter();

  // kInvalid unless the path is beyond the one before and all is within the store's limits.
  Result<> Add(const store::Record& record);
  // Without it there is no backup.
  Result<BackupTotals> Finish();

 private:
  struct State;
  explicit BackupWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_BACKUP_WRITER_H_
