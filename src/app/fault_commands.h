#ifndef KAGIMORI_APP_FAULT_COMMANDS_H_
#define KAGIMORI_APP_FAULT_COMMANDS_H_

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "app/options.h"
#include "base/result.h"

namespace kagimori::app {

// What a running development server is told to do wrong, so that developers see what their programs do then.

struct FaultOptions {  // `dev fault throttle | fail | delay`
  std::filesystem::path data;
  std::string error;  // an error's name; empty: a delay
  std::chrono::milliseconds delay{0};
  uint32_t per_million = 1'000'000;  // of the requests
  std::string operation;             // empty: all
};

struct FaultsOptions {  // `dev fault list | clear`
  std::filesystem::path data;
};

Parsed<FaultOptions> ParseFaultThrottle(const Arguments& arguments);
Parsed<FaultOptions> ParseFaultFail(const Arguments& arguments);
Parsed<FaultOptions> ParseFaultDelay(const Arguments& arguments);
Parsed<FaultsOptions> ParseFaultList(const Arguments& arguments);
Parsed<FaultsOptions> ParseFaultClear(const Arguments& arguments);

Result<> RunFaultAdd(const FaultOptions& options);
Result<> RunFaultList(const FaultsOptions& options);
Result<> RunFaultClear(const FaultsOptions& options);

// "5%", "0.5%", "100%": more than nothing, at most all, down to 0.0001 %. In millionths. kInvalid: anything else.
Result<uint32_t> ParseShare(std::string_view text);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_FAULT_COMMANDS_H_
