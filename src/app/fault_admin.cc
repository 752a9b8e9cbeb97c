#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "app/admin_commands.h"
#include "gateway/faults.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

constexpr auto kAddMembers = std::to_array<AdminMember>({
    {.name = "per_million", .kind = AdminMember::Kind::kNumber, .least = 1, .most = 1'000'000},
    {.name = "error", .kind = AdminMember::Kind::kText, .required = false, .least = 1, .most = 64},
    {.name = "delay_millis",
     .kind = AdminMember::Kind::kNumber,
     .required = false,
     .least = 1,
     .most = gateway::Faults::kLongestDelay.count()},
    {.name = "operation", .kind = AdminMember::Kind::kText, .required = false, .least = 1, .most = 64},
});

Result<shapes::Operation> OperationOf(std::string_view name) {
  const auto found = std::ranges::find(shapes::kOperations, name, &shapes::OperationDescriptor::name);
  if (found != std::end(shapes::kOperations)) return found->operation;
  return Fail(ErrorKind::kInvalid, "KMS has no operation '" + std::string(name) + "'");
}

Result<AdminReply> Add(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(gateway::Faults * faults, call.node->faults());
  gateway::Fault fault{.error = {}, .per_million = static_cast<uint32_t>(*call.parameters.Number("per_million"))};
  const auto error = call.parameters.Text("error");
  const auto delay = call.parameters.Number("delay_millis");
  if (error.has_value() == delay.has_value()) return Fail(ErrorKind::kInvalid, "a fault is an error or a delay");
  if (error) {
    KAGIMORI_ASSIGN_OR_RETURN(fault.error, gateway::ParseFaultCode(*error));
  } else {
    fault.delay = std::chrono::milliseconds(*delay);
  }
  if (const auto operation = call.parameters.Text("operation")) {
    KAGIMORI_ASSIGN_OR_RETURN(fault.operation, OperationOf(*operation));
  }
  KAGIMORI_RETURN_IF_ERROR(faults->Add(fault));
  return AdminReply();
}

std::string Describe(const gateway::Fault& fault) {
  std::string json = "{";
  if (fault.error) {
    json += R"("error":)";
    wire::AppendJsonString(gateway::NameOfFault(*fault.error), &json);
  } else {
    json += fmt::format(R"("delay_millis":{})", fault.delay.count());
  }
  json += fmt::format(R"(,"per_million":{})", fault.per_million);
  if (fault.operation) {
    json += R"(,"operation":)";
    wire::AppendJsonString(shapes::Describe(*fault.operation).name, &json);
  }
  return json + "}";
}

Result<AdminReply> List(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const gateway::Faults* faults, call.node->faults());
  std::string json = R"({"faults":[)";
  wire::JsonSeparator separator;
  for (const gateway::Fault& fault : faults->List()) {
    separator.Next(&json);
    json += Describe(fault);
  }
  return AdminReply{.result_json = json + "]}", .audited_json = {}, .secrets = {}};
}

Result<AdminReply> Clear(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(gateway::Faults * faults, call.node->faults());
  faults->Clear();
  return AdminReply();
}

}  // namespace

constinit const AdminCommand kAddFaultCommand = {
    .name = "fault-add", .audited = "AddFault", .members = kAddMembers, .run = Add};
constinit const AdminCommand kListFaultsCommand = {
    .name = "fault-list", .audited = "ListFaults", .read_only = true, .run = List};
constinit const AdminCommand kClearFaultsCommand = {.name = "fault-clear", .audited = "ClearFaults", .run = Clear};

}  // namespace kagimori::app
