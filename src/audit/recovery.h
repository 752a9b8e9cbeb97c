#ifndef KAGIMORI_AUDIT_RECOVERY_H_
#define KAGIMORI_AUDIT_RECOVERY_H_

#include <memory>
#include <optional>
#include <vector>

#include "audit/anchor.h"
#include "audit/event_line.h"
#include "audit/files.h"
#include "audit/log.h"
#include "base/result.h"

namespace kagimori::audit {

// What a folder holds when a log is opened.
struct Recovered {
  bool empty = false;   // no log yet
  bool closed = false;  // the newest file is closed: a crash came between closing it and beginning the next
  Anchor head;
  uint64_t retired_file = 0;  // the newest that the chain says the retention removed, as far as was read
  File file;                  // the newest, for appending, cut to `head`
  std::vector<EventId> ids;   // of the newest two files, sorted
  Recovery report;
  crypto::Sha256Digest tail_hash{};  // of what was cut off, if anything was
};

// Reads and verifies the newest two files; moves an unlinked tail aside. REQUIRES: nobody else has the folder.
Result<Recovered> Recover(const LogOptions& options, const Listing& listing);

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_RECOVERY_H_
