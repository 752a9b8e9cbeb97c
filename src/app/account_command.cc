#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <string>

#include "app/account_commands.h"
#include "app/admin_commands.h"
#include "app/secret_printer.h"
#include "app/server_run.h"
#include "app/slot_secret.h"
#include "app/standard_output.h"

namespace kagimori::app {
namespace {

Result<AdminResult> Run(const SealOptions& options, const AdminCommand& command, const AdminParameters& parameters) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, seal::LoadDeployment(options.target.data));
  return Administer(options.target, command, parameters, {},
                    [&] { return ReadSlotSecret(options.unlock, deployment); });
}

// The access key of a root user, in the answer's JSON and its one secret.
Result<> PrintRootKey(const AdminResult& done, std::string_view if_unreadable) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view account;
  std::string_view id;
  if (parser.parse(done.json).get_object().get(object) != simdjson::SUCCESS ||
      object["account"].get_string().get(account) != simdjson::SUCCESS ||
      object["access_key_id"].get_string().get(id) != simdjson::SUCCESS || done.secrets.size() != 1) {
    return Fail(ErrorKind::kCorrupt, std::string(if_unreadable));
  }
  KAGIMORI_RETURN_IF_ERROR(Print(fmt::format("Account:           {}\nAccess key id:     {}\n", account, id)));
  return SecretPrinter::PrintLine(STDOUT_FILENO, "Secret access key: ", done.secrets[0]);
}

Result<std::string> DescribeAccounts(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::array accounts;
  if (parser.parse(json)["accounts"].get_array().get(accounts) != simdjson::SUCCESS)
    return Fail(ErrorKind::kCorrupt, "the answer cannot be read");
  std::string text = fmt::format("{:<14}{:<22}{}\n", "ACCOUNT", "CREATED", "NAME");
  for (simdjson::dom::element account : accounts) {
    std::string_view number;
    std::string_view name;
    std::string_view created;
    if (account["account"].get(number) != simdjson::SUCCESS || account["name"].get(name) != simdjson::SUCCESS ||
        account["created"].get(created) != simdjson::SUCCESS)
      return Fail(ErrorKind::kCorrupt, "the answer cannot be read");
    text += fmt::format("{:<14}{:<22}{}\n", number, created, name);
  }
  return text;
}

}  // namespace

Result<> RunAccountCreate(const AccountCreateOptions& options) {
  AdminParameters parameters;
  parameters.Add("name", options.name);
  if (options.account) parameters.Add("account", options.account->ToString());
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult done, Run(options.seal, kCreateAccountCommand, parameters));
  return PrintRootKey(done, "the answer cannot be read; see `kagimori account list` and reset the account's root key");
}

Result<> RunAccountList(const AccountListOptions& options) {
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult done, Run(options.seal, kListAccountsCommand, {}));
  if (options.json) return Print(done.json + "\n");
  KAGIMORI_ASSIGN_OR_RETURN(const std::string text, DescribeAccounts(done.json));
  return Print(text);
}

Result<> RunResetRootKey(const ResetRootKeyOptions& options) {
  AdminParameters parameters;
  parameters.Add("account", options.account.ToString());
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult done, Run(options.seal, kResetRootKeyCommand, parameters));
  return PrintRootKey(done, "the answer cannot be read; reset the key once more");
}

}  // namespace kagimori::app
