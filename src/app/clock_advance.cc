#include <array>
#include <chrono>

#include "app/admin_commands.h"
#include "app/values.h"

namespace kagimori::app {
namespace {

constexpr auto kMembers = std::to_array<AdminMember>(
    {{.name = "millis", .kind = AdminMember::Kind::kNumber, .least = 1, .most = kLongestDuration.count()}});

Result<AdminReply> Run(AdminCall& call) {
  KAGIMORI_RETURN_IF_ERROR(call.node->AdvanceClock(std::chrono::milliseconds(*call.parameters.Number("millis"))));
  return AdminReply();
}

}  // namespace

constinit const AdminCommand kClockAdvanceCommand = {
    .name = "clock-advance", .audited = "ClockAdvance", .exclusive = true, .members = kMembers, .run = Run};

}  // namespace kagimori::app
