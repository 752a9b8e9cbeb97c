#include <array>
#include <string>
#include <utility>

#include "app/admin_commands.h"
#include "app/slot_admin.h"

namespace kagimori::app {
namespace {

constexpr auto kUnsealMembers = std::to_array<AdminMember>({{.name = "kind", .least = 1, .most = 32}});

Result<AdminReply> Unseal(AdminCall& call) {
  const std::string_view kind = *call.parameters.Text("kind");
  for (const seal::SlotKind known : {seal::SlotKind::kPassphrase, seal::SlotKind::kRecoveryCode}) {
    if (SlotKindName(known) != kind) continue;
    const seal::SlotSecret secret{.kind = known, .bytes = std::move(call.secrets.front())};
    KAGIMORI_RETURN_IF_ERROR(call.administration->Unseal(secret, call.peer_uid));
    return AdminReply();
  }
  return Fail(ErrorKind::kInvalid, "kind must be passphrase or recovery-code");
}

Result<AdminReply> Seal(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const bool changed, call.administration->Seal(call.peer_uid));
  AdminReply reply;
  reply.result_json = changed ? R"({"changed":true})" : R"({"changed":false})";
  return reply;
}

}  // namespace

// One attempt at a time, and each costs Argon2id: that is what limits guessing.
constinit const AdminCommand kUnsealCommand = {.name = "unseal",
                                               .audited = "Unseal",
                                               .needs_node = false,
                                               .exclusive = true,
                                               .audits_itself = true,
                                               .members = kUnsealMembers,
                                               .least_secrets = 1,
                                               .most_secrets = 1,
                                               .run = Unseal};

constinit const AdminCommand kSealCommand = {
    .name = "seal", .audited = "Seal", .needs_node = false, .exclusive = true, .audits_itself = true, .run = Seal};

}  // namespace kagimori::app
