#include <fmt/format.h>

#include "app/admin_commands.h"

namespace kagimori::app {
namespace {

Result<AdminReply> Run(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const seal::TermId term, call.node->BeginTerm());
  const std::string json = fmt::format(R"({{"term":{}}})", term);
  return AdminReply{.result_json = json, .audited_json = json, .secrets = {}};
}

}  // namespace

constinit const AdminCommand kRotateTermCommand = {
    .name = "seal-rotate-term", .audited = "RotateTerm", .exclusive = true, .run = Run};

}  // namespace kagimori::app
