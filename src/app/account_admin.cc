#include <array>
#include <utility>

#include "app/admin_commands.h"
#include "base/ids.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

constexpr auto kAccountMembers =
    std::to_array<AdminMember>({{.name = "account", .kind = AdminMember::Kind::kText, .least = 12, .most = 12}});
constexpr auto kCreateMembers = std::to_array<AdminMember>(
    {{.name = "name", .kind = AdminMember::Kind::kText, .least = 1, .most = 50},
     {.name = "account", .kind = AdminMember::Kind::kText, .required = false, .least = 12, .most = 12}});
constexpr int kRandomNumbers = 8;  // tries, against one that is taken

Result<AccountId> NumberOf(const AdminCall& call) {
  const auto account = AccountId::Parse(*call.parameters.Text("account"));
  if (!account) return Fail(ErrorKind::kInvalid, "an account number has 12 digits");
  return *account;
}

std::string DescribeKey(AccountId account, std::string_view access_key_id) {
  std::string json = R"({"account":)";
  wire::AppendJsonString(account.ToString(), &json);
  json += R"(,"access_key_id":)";
  wire::AppendJsonString(access_key_id, &json);
  return json;
}

Result<AccountId> MakeAccount(AdminCall& call, std::string_view name) {
  identity::Directory& directory = call.node->directory();
  if (call.parameters.Text("account")) {
    KAGIMORI_ASSIGN_OR_RETURN(const AccountId account, NumberOf(call));
    KAGIMORI_RETURN_IF_ERROR(directory.CreateAccount(account, name));
    return account;
  }
  for (int attempt = 1;; ++attempt) {
    const AccountId account = identity::RandomAccountId();
    Result<> made = directory.CreateAccount(account, name);
    if (made) return account;
    if (made.error().kind != ErrorKind::kConflict || attempt == kRandomNumbers)
      return std::unexpected(std::move(made).error());
  }
}

Result<AdminReply> Create(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const AccountId account, MakeAccount(call, *call.parameters.Text("name")));
  KAGIMORI_ASSIGN_OR_RETURN(auto key, call.node->directory().CreateRootAccessKey(account));
  const std::string json = DescribeKey(account, key.access_key_id) + "}";
  AdminReply reply{.result_json = json, .audited_json = json, .secrets = {}};
  reply.secrets.push_back(std::move(key.secret_access_key));
  return reply;
}

Result<AdminReply> List(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const auto accounts, call.node->directory().ListAccounts());
  std::string json = R"({"accounts":[)";
  wire::JsonSeparator separator;
  for (const identity::AccountEntry& entry : accounts) {
    separator.Next(&json);
    json += R"({"account":)";
    wire::AppendJsonString(entry.account.ToString(), &json);
    json += R"(,"name":)";
    wire::AppendJsonString(entry.name, &json);
    json += R"(,"created":)";
    wire::AppendJsonString(FormatIso(entry.created), &json);
    json += "}";
  }
  return AdminReply{.result_json = json + "]}", .audited_json = {}, .secrets = {}};
}

Result<AdminReply> Reset(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const AccountId account, NumberOf(call));
  KAGIMORI_ASSIGN_OR_RETURN(auto change, call.node->directory().ResetRootAccessKey(account));
  std::string json = DescribeKey(account, change.key.access_key_id) + R"(,"deactivated":[)";
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

constinit const AdminCommand kCreateAccountCommand = {
    .name = "create-account", .audited = "CreateAccount", .members = kCreateMembers, .run = Create};
constinit const AdminCommand kListAccountsCommand = {
    .name = "list-accounts", .audited = "ListAccounts", .read_only = true, .run = List};
constinit const AdminCommand kResetRootKeyCommand = {
    .name = "reset-root-key", .audited = "ResetRootAccessKey", .members = kAccountMembers, .run = Reset};

}  // namespace kagimori::app
