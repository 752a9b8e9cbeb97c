#include <string>

#include "app/account_commands.h"
#include "app/option_parser.h"

namespace kagimori::app {
namespace {

Result<AccountId> ParseAccount(const std::string& text) {
  if (auto number = AccountId::Parse(text)) return *number;
  return Fail(ErrorKind::kInvalid, "expected an account number of 12 digits");
}

}  // namespace

Parsed<AccountCreateOptions> ParseAccountCreate(const Arguments& arguments) {
  Parsed<AccountCreateOptions> parsed;
  AccountCreateOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori account create", "Makes an account and prints its root user's access key.");
  parser.Positional("NAME", "Name of the account, for people", &options.name,
                    [](const std::string& text) -> Result<std::string> { return text; });
  parser.Value("account", "ACCOUNT", "Number of the account (default: a random one)", &options.account,
               [](const std::string& text) -> Result<std::optional<AccountId>> {
                 KAGIMORI_ASSIGN_OR_RETURN(const AccountId account, ParseAccount(text));
                 return account;
               });
  AddSealOptions(&parser, &options.seal);
  parser.Finish(arguments, &parsed);
  return parsed;
}

Parsed<AccountListOptions> ParseAccountList(const Arguments& arguments) {
  Parsed<AccountListOptions> parsed;
  AccountListOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori account list", "Lists the accounts of a deployment.");
  parser.Flag("json", &options.json, "One JSON object");
  AddSealOptions(&parser, &options.seal);
  parser.Finish(arguments, &parsed);
  return parsed;
}

Parsed<ResetRootKeyOptions> ParseResetRootKey(const Arguments& arguments) {
  Parsed<ResetRootKeyOptions> parsed;
  ResetRootKeyOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori account reset-root-key",
                      "Gives an account's root user a new access key; its other keys stop working at once.");
  parser.Positional("ACCOUNT", "Number of the account", &options.account, ParseAccount);
  AddSealOptions(&parser, &options.seal);
  parser.Finish(arguments, &parsed);
  return parsed;
}

}  // namespace kagimori::app
