#include <array>
#include <utility>

#include "app/admin_commands.h"
#include "base/ids.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

constexpr auto kMembers =
    std::to_array<AdminMember>({{.name = "account", .kind = AdminMember::Kind::kText, .least = 12, .most = 12}});

Result<AdminReply> Reset(AdminCall& call) {
  const auto account = AccountId::Parse(*call.parameters.Text("account"));
  if (!account) return Fail(ErrorKind::kInvalid, "an account number has 12 digits");
  KAGIMORI_ASSIGN_OR_RETURN(auto change, call.node->directory().ResetRootAccessKey(*account));
  std::string json = R"({"access_key_id":)";
  wire::AppendJsonString(change.key.access_key_id, &json);
  json += R"(,"deactivated":[)";
  wire::JsonSeparator separator;
  for (const std::string& id : change.deactivated) {
    separator.Next(&json);
    wire::AppendJsonString(id, &json);
  }
  json += "]}";
  AdminReply reply{.result_json = json, .audited_json = json, .secrets = {}};
  reply.secrets.push_back(std::move(change.key.secret_access_key));
  return reply;
}

}  // namespace

constinit const AdminCommand kResetRootKeyCommand = {
    .name = "reset-root-key", .audited = "ResetRootAccessKey", .members = kMembers, .run = Reset};

}  // namespace kagimori::app
