#ifndef KAGIMORI_APP_COMMANDS_H_
#define KAGIMORI_APP_COMMANDS_H_

#include "app/options.h"
#include "base/result.h"

namespace kagimori::app {

// The commands, their options already read. An error's text is the one line that the user sees. Where a number comes
// back, it is the exit code.
Result<> RunServe(const ServeOptions& options);
Result<> RunDev(const DevOptions& options);
Result<> RunInit(const InitOptions& options);
Result<> RunStatus(const StatusOptions& options);
Result<> RunClockAdvance(const ClockAdvanceOptions& options);
Result<int> RunAuditVerify(const AuditVerifyOptions& options);
Result<int> RunVerify(const VerifyOptions& options);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_COMMANDS_H_
