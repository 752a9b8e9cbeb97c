#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <chrono>
#include <cmath>

#include "app/admin_commands.h"
#include "app/admin_socket.h"
#include "app/fault_commands.h"
#include "app/option_parser.h"
#include "app/standard_output.h"
#include "app/values.h"

namespace kagimori::app {
namespace {

constexpr std::chrono::seconds kPatience{10};

// "250ms" besides what durations are everywhere.
Result<std::chrono::milliseconds> ParseDelay(const std::string& text) {
  uint32_t millis = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, millis);
  if (error == std::errc() && std::string_view(rest, end) == "ms" && millis > 0)
    return std::chrono::milliseconds(millis);
  auto duration = ParseDuration(text);
  if (!duration) return Fail(ErrorKind::kInvalid, "expected a duration: 200ms, 2s");
  return duration;
}

Result<std::string> AsItIs(const std::string& text) { return text; }

// What all of them take, and the reading.
template <class Options>
void FinishOptions(OptionParser* parser, const Arguments& arguments, Parsed<Options>* parsed) {
  parser->Path("data", &parsed->options->data, "Data folder (default: that of `kagimori dev`)");
  parser->Finish(arguments, parsed);
  if (parsed->options) DefaultData(false, parsed);
}

void AddShare(OptionParser* parser, FaultOptions* options) {
  parser->Positional("SHARE", "Of the requests, at random: 5% (default: 100%)", &options->per_million, ParseShare)
      ->required(false);
  parser->Value("operation", "NAME", "Requests of this operation only (default: all)", &options->operation, AsItIs);
}

Parsed<FaultsOptions> ParseFaults(const Arguments& arguments, const std::string& command,
                                  const std::string& description) {
  Parsed<FaultsOptions> parsed;
  parsed.options.emplace();
  OptionParser parser(command, description);
  FinishOptions(&parser, arguments, &parsed);
  return parsed;
}

Result<std::string> DescribeFaults(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::array faults;
  if (parser.parse(json)["faults"].get_array().get(faults) != simdjson::SUCCESS)
    return Fail(ErrorKind::kCorrupt, "the answer cannot be read");
  std::string text;
  for (simdjson::dom::element fault : faults) {
    std::string_view error;
    std::string_view operation = "every operation";
    int64_t delay = 0;
    int64_t per_million = 0;
    const bool is_error = fault["error"].get(error) == simdjson::SUCCESS;
    if (!is_error && fault["delay_millis"].get(delay) != simdjson::SUCCESS)
      return Fail(ErrorKind::kCorrupt, "the answer cannot be read");
    if (fault["per_million"].get(per_million) != simdjson::SUCCESS)
      return Fail(ErrorKind::kCorrupt, "the answer cannot be read");
    [[maybe_unused]] auto for_all = fault["operation"].get(operation);
    text += fmt::format("{} for {:g}% of {}\n", is_error ? std::string(error) : fmt::format("{} ms of delay", delay),
                        static_cast<double>(per_million) / 10'000, operation);
  }
  return text.empty() ? std::string("nothing goes wrong on purpose\n") : text;
}

}  // namespace

Result<uint32_t> ParseShare(std::string_view text) {
  const auto expected = [] { return Fail(ErrorKind::kInvalid, "expected a share of the requests: 5%, 0.5%, 100%"); };
  if (!text.ends_with('%')) return expected();
  text.remove_suffix(1);
  double percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !(percent >= 0.0001 && percent <= 100))
    return expected();
  return static_cast<uint32_t>(std::lround(percent * 10'000));
}

Parsed<FaultOptions> ParseFaultThrottle(const Arguments& arguments) {
  Parsed<FaultOptions> parsed;
  FaultOptions& options = parsed.options.emplace();
  options.error = "ThrottlingException";
  OptionParser parser("kagimori dev fault throttle", "Makes a running development server throttle requests.");
  AddShare(&parser, &options);
  FinishOptions(&parser, arguments, &parsed);
  return parsed;
}

Parsed<FaultOptions> ParseFaultFail(const Arguments& arguments) {
  Parsed<FaultOptions> parsed;
  FaultOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori dev fault fail", "Makes a running development server answer requests with an error.");
  parser.Positional("ERROR",
                    "KMSInternalException, DependencyTimeoutException, KeyUnavailableException or ThrottlingException",
                    &options.error, AsItIs);
  AddShare(&parser, &options);
  FinishOptions(&parser, arguments, &parsed);
  return parsed;
}

Parsed<FaultOptions> ParseFaultDelay(const Arguments& arguments) {
  Parsed<FaultOptions> parsed;
  FaultOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori dev fault delay", "Makes a running development server wait before it answers.");
  parser.Positional("DURATION", "How long: 200ms, 2s; at most 30s", &options.delay, ParseDelay);
  AddShare(&parser, &options);
  FinishOptions(&parser, arguments, &parsed);
  return parsed;
}

Parsed<FaultsOptions> ParseFaultList(const Arguments& arguments) {
  return ParseFaults(arguments, "kagimori dev fault list", "What a running development server does wrong on purpose.");
}

Parsed<FaultsOptions> ParseFaultClear(const Arguments& arguments) {
  return ParseFaults(arguments, "kagimori dev fault clear",
                     "Ends all that a development server does wrong on purpose.");
}

Result<> RunFaultAdd(const FaultOptions& options) {
  AdminParameters parameters;
  parameters.Add("per_million", int64_t{options.per_million});
  if (!options.error.empty()) {
    parameters.Add("error", options.error);
  } else {
    parameters.Add("delay_millis", int64_t{options.delay.count()});
  }
  if (!options.operation.empty()) parameters.Add("operation", options.operation);
  KAGIMORI_RETURN_IF_ERROR(CallAdminSocket(options.data, kAddFaultCommand.name, parameters, {}, kPatience));
  return {};
}

Result<> RunFaultList(const FaultsOptions& options) {
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult faults,
                            CallAdminSocket(options.data, kListFaultsCommand.name, {}, {}, kPatience));
  KAGIMORI_ASSIGN_OR_RETURN(const std::string text, DescribeFaults(faults.json));
  return Print(text);
}

Result<> RunFaultClear(const FaultsOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(CallAdminSocket(options.data, kClearFaultsCommand.name, {}, {}, kPatience));
  return {};
}

}  // namespace kagimori::app
