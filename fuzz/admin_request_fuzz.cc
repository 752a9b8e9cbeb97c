// Requests and answers of the administration socket: whatever is taken is within the bounds, and goes out as it came
// in.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "app/admin_commands.h"
#include "app/admin_protocol.h"

namespace kagimori::app {
namespace {

void Require(bool holds) {
  if (!holds) abort();
}

void RequireBounds(const SecretSizes& sizes) {
  Require(sizes.size() <= kMaxAdminSecrets);
  for (const size_t size : sizes) Require(size > 0 && size <= kMaxAdminSecret);
}

void TryRequest(std::string_view line) {
  const auto request = ParseAdminRequest(line, AdminCommands());
  if (!request) return;
  const AdminCommand& command = *request->command;
  RequireBounds(request->secrets);
  Require(request->secrets.size() >= command.least_secrets && request->secrets.size() <= command.most_secrets);
  for (const AdminMember& member : command.members) Require(!member.required || request->parameters.Has(member.name));
  if (!request->secrets.empty()) return;  // their line is made from the secrets themselves
  const auto again = ParseAdminRequest(AdminRequestLine(command.name, request->parameters, {}), AdminCommands());
  Require(again.has_value() && again->command == &command);
  Require(again->parameters.Json() == request->parameters.Json());
}

}  // namespace
}  // namespace kagimori::app

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  kagimori::app::TryRequest(line);
  if (const auto head = kagimori::app::ParseAdminAnswer(line)) kagimori::app::RequireBounds(head->secrets);
  // Past the beginnings that a fuzzer takes long to find.
  for (const kagimori::app::AdminCommand* command : kagimori::app::AdminCommands()) {
    kagimori::app::TryRequest(R"({"command":")" + std::string(command->name) + "\"," + std::string(line));
  }
  return 0;
}
