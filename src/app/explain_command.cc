#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "app/audit_search.h"
#include "app/decision_commands.h"
#include "app/decision_report.h"
#include "app/server_run.h"
#include "app/standard_output.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

// What the record says by itself, in words.
std::string Recorded(const AuditedCall& call) {
  if (!call.authorization.empty()) return call.authorization;
  if (call.error_code.empty()) return "nothing: the permissions of an account's root user are its own";
  return "nothing: the request ended before a decision, or after one that allowed it";
}

// One question asked anew, or why it could not be.
struct Now {
  std::string json;
  std::string failure;
};

// What the options say stands before what the record says.
Result<std::vector<Now>> AskAgain(const ExplainOptions& options, const AuditedCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const WhatIf given, ReadWhatIf(options.call));
  std::vector<Now> answers;
  for (WhatIf asked : call.asked) {
    if (!given.session_policy.empty()) asked.session_policy = given.session_policy;
    if (!given.context.empty()) asked.context = given.context;
    if (!given.principal.empty()) asked.principal = given.principal;
    Result<std::string> decided = DecideLive(options.seal, asked);
    answers.push_back(decided ? Now{.json = *std::move(decided), .failure = {}}
                              : Now{.json = {}, .failure = decided.error().text});
  }
  if (answers.empty()) answers.push_back({.json = {}, .failure = call.not_asked});
  return answers;
}

Result<> PrintText(const AuditedCall& call, const std::vector<Now>& answers) {
  std::string text = fmt::format("event      {}\ntime       {}\noperation  {}\nprincipal  {}\nresult     {}\n",
                                 call.event_id, call.time, call.event_name, call.principal,
                                 call.error_code.empty() ? "success" : call.error_code + ": " + call.error_message);
  text += fmt::format("recorded decision:\n  {}\n", Recorded(call));
  for (const Now& now : answers) {
    text += "\nAs policies and grants are now:\n";
    if (!now.failure.empty()) {
      text += fmt::format("  cannot be told: {}\n", now.failure);
      continue;
    }
    KAGIMORI_ASSIGN_OR_RETURN(const std::string decision, DescribeDecision(now.json));
    text += decision;
  }
  return Print(text);
}

Result<> PrintJson(const AuditedCall& call, const std::vector<Now>& answers) {
  std::string out = "{";
  wire::JsonSeparator separator;
  const auto member = [&](std::string_view name, std::string_view value) {
    separator.Next(&out);
    wire::AppendJsonString(name, &out);
    out.push_back(':');
    if (value.empty()) {
      out += "null";
    } else {
      wire::AppendJsonString(value, &out);
    }
  };
  member("event_id", call.event_id);
  member("time", call.time);
  member("operation", call.event_name);
  member("principal", call.principal);
  member("error_code", call.error_code);
  member("error_message", call.error_message);
  member("recorded", call.authorization);
  separator.Key("\"now\":[", &out);
  wire::JsonSeparator list;
  for (const Now& now : answers) {
    list.Next(&out);
    if (!now.failure.empty()) {
      out += R"({"failure":)";
      wire::AppendJsonString(now.failure, &out);
      out += "}";
    } else {
      out += now.json;
    }
  }
  return Print(out + "]}\n");
}

}  // namespace

Result<> RunExplain(const ExplainOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.seal.process));
  if (options.id.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(const WhatIf call, ReadWhatIf(options.call));
    KAGIMORI_ASSIGN_OR_RETURN(const std::string json, DecideLive(options.seal, call));
    if (options.json) return Print(json + "\n");
    KAGIMORI_ASSIGN_OR_RETURN(const std::string text, DescribeDecision(json));
    return Print(text);
  }
  const AdminTarget& target = options.seal.target;
  const auto folder = target.audit_folder.empty() ? target.data / "audit" : target.audit_folder;
  KAGIMORI_ASSIGN_OR_RETURN(const std::string line, FindAuditEvent(folder, options.id));
  KAGIMORI_ASSIGN_OR_RETURN(const AuditedCall call, ReadAuditedCall(line));
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<Now> answers, AskAgain(options, call));
  return options.json ? PrintJson(call, answers) : PrintText(call, answers);
}

}  // namespace kagimori::app
