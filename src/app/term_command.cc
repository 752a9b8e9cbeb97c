#include <chrono>

#include "app/admin_commands.h"
#include "app/admin_socket.h"
#include "app/option_parser.h"
#include "app/term_commands.h"

namespace kagimori::app {

Parsed<RotateTermOptions> ParseRotateTerm(const Arguments& arguments) {
  Parsed<RotateTermOptions> parsed;
  RotateTermOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori seal rotate-term", "Begins a new term and seals everything anew, in the background.");
  parser.Path("data", &options.data, "Data folder")->required();
  if (!parser.Run(arguments, &parsed)) parsed.options.reset();
  return parsed;
}

Result<> RunRotateTerm(const RotateTermOptions& options) {
  auto begun = CallAdminSocket(options.data, kRotateTermCommand.name, {}, {}, std::chrono::seconds(30));
  if (!begun) return std::unexpected(begun.error());
  return {};
}

}  // namespace kagimori::app
