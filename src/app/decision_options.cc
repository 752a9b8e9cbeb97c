#include <string>

#include "app/decision_commands.h"
#include "app/option_parser.h"

namespace kagimori::app {
namespace {

template <size_t kMost>
Result<std::string> Text(const std::string& text) {
  if (text.empty() || text.size() > kMost)
    return Fail(ErrorKind::kInvalid, "expected 1 to " + std::to_string(kMost) + " characters");
  return text;
}

void AddWhatIfOptions(OptionParser* parser, WhatIfOptions* options) {
  parser->Value("principal", "ARN", "Who calls: a user, a role, a session of a role, or an account",
                &options->call.principal, Text<kMaxWhatIfArn>);
  parser->Value("action", "ACTION", "What for: kms:Decrypt", &options->call.action, Text<kMaxWhatIfAction>);
  parser->Value("resource", "ARN", "On what: a key, an alias, a role … (default: *)", &options->call.resource,
                Text<kMaxWhatIfArn>);
  parser->Value("region", "REGION", "In which Region (default: the resource's)", &options->call.region, Text<64>);
  parser->app()
      .add_option("--context", options->entries,
                  "A condition key, as kms:EncryptionContext:purpose=demo; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  parser->Path("context-file", &options->context_file, "Condition keys in a JSON object: a text or list of texts each");
  parser->Path("session-policy", &options->session_policy_file, "File with the policy of the role's session");
}

}  // namespace

Parsed<ExplainOptions> ParseExplain(const Arguments& arguments) {
  Parsed<ExplainOptions> parsed;
  ExplainOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori explain",
                      "Tells which statement or grant decided a request, or what was missing: of a request in the "
                      "audit log by its event or request id, or of the call that the options say.");
  parser.Positional("ID", "Id of the audit event or of the request", &options.id, Text<64>)->required(false);
  AddWhatIfOptions(&parser, &options.call);
  parser.Flag("json", &options.json, "One JSON object");
  AddSealOptions(&parser, &options.seal);
  parser.Finish(arguments, &parsed);
  if (parsed.options && options.id.empty() &&
      (options.call.call.principal.empty() || options.call.call.action.empty())) {
    parsed = {.options = {}, .exit_code = 2, .text = "an ID is required, or --principal and --action"};
  }
  return parsed;
}

Parsed<SimulateOptions> ParsePolicySimulate(const Arguments& arguments) {
  Parsed<SimulateOptions> parsed;
  SimulateOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori policy simulate",
                      "Decides a call by the policies in files, or with --live by those of a deployment. Exit code: 0 "
                      "allowed, 3 denied.");
  AddWhatIfOptions(&parser, &options.call);
  parser.Path("key-policy", &options.key_policy, "File with the policy of the key");
  parser.app()
      .add_option("--identity-policy", options.identity_policies,
                  "File with a policy of the user or role; may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
  parser.Path("boundary", &options.boundary, "File with the permissions boundary");
  parser.Flag("live", &options.live, "Decide by the policies and grants of a deployment");
  parser.Flag("json", &options.json, "One JSON object");
  AddSealOptions(&parser, &options.seal);
  parser.app().get_option("--data")->required(false);
  parser.Finish(arguments, &parsed);
  if (!parsed.options) return parsed;
  const bool files = !options.key_policy.empty() || !options.identity_policies.empty() || !options.boundary.empty();
  std::string complaint;
  if (options.call.call.principal.empty() || options.call.call.action.empty())
    complaint = "--principal and --action are required";
  else if (options.live && options.seal.target.data.empty())
    complaint = "--data is required with --live";
  else if (options.live && files)
    complaint = "--live takes the policies of the deployment, not those of files";
  if (!complaint.empty()) parsed = {.options = {}, .exit_code = 2, .text = complaint};
  return parsed;
}

}  // namespace kagimori::app
