#ifndef KAGIMORI_AUDIT_RETENTION_LIMITS_H_
#define KAGIMORI_AUDIT_RETENTION_LIMITS_H_

#include <chrono>
#include <cstdint>

namespace kagimori::audit {

struct RetentionLimits {
  std::chrono::seconds age{0};  // since a file was closed; 0: for ever
  uint64_t bytes = 0;           // of all files of the log, as they lie on the disk; 0: any number
  bool any() const { return age.count() > 0 || bytes > 0; }
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_RETENTION_LIMITS_H_
