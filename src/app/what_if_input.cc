#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <map>
#include <vector>

#include "app/admin_commands.h"
#include "app/decision_commands.h"
#include "audit/files.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

// Room for a few more bytes than may be there: a longer file is found by them.
Result<std::string> ReadSome(int fd, size_t most, const std::filesystem::path& file) {
  std::string text(most + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(fd, text.data() + size, text.size() - size);
    if (got < 0) return audit::FailErrno("cannot read", file);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  text.resize(size);
  return text;
}

// The entries, one name's values together, before what the file has under other names.
Result<std::string> MergedContext(const std::vector<std::string>& entries, const std::string& file_json) {
  std::map<std::string, std::vector<std::string>> given;
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0)
      return Fail(ErrorKind::kInvalid, "--context takes KEY=VALUE, not '" + entry + "'");
    given[entry.substr(0, equals)].push_back(entry.substr(equals + 1));
  }
  std::string out = "{";
  wire::JsonSeparator separator;
  for (const auto& [name, values] : given) {
    separator.Next(&out);
    wire::AppendJsonString(name, &out);
    out += ":[";
    wire::JsonSeparator list;
    for (const std::string& value : values) {
      list.Next(&out);
      wire::AppendJsonString(value, &out);
    }
    out += "]";
  }
  if (!file_json.empty()) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(simdjson::padded_string(file_json)).get_object().get(object) != simdjson::SUCCESS)
      return Fail(ErrorKind::kInvalid, "the context file holds no JSON object");
    for (const auto& [name, value] : object) {
      if (given.contains(std::string(name))) continue;
      separator.Next(&out);
      wire::AppendJsonString(name, &out);
      out += ":" + simdjson::to_string(value);
    }
  }
  return out + "}";
}

}  // namespace

Result<std::string> ReadTextFile(const std::filesystem::path& file, size_t most) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return audit::FailErrno("cannot open", file);
  const audit::File owner(fd);
  KAGIMORI_ASSIGN_OR_RETURN(std::string text, ReadSome(fd, most, file));
  if (text.size() > most)
    return Fail(ErrorKind::kInvalid, file.string() + " has more than " + std::to_string(most) + " bytes");
  return text;
}

Result<WhatIf> ReadWhatIf(const WhatIfOptions& options) {
  WhatIf call = options.call;
  std::string file_json;
  if (!options.context_file.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(file_json, ReadTextFile(options.context_file, kMaxWhatIfContext));
  }
  if (!options.session_policy_file.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(call.session_policy, ReadTextFile(options.session_policy_file, kMaxWhatIfPolicy));
  }
  if (!options.entries.empty() || !file_json.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(call.context, MergedContext(options.entries, file_json));
  }
  if (call.context.size() > kMaxWhatIfContext) return Fail(ErrorKind::kInvalid, "the context is too long");
  return call;
}

Result<std::string> DecideLive(const SealOptions& options, const WhatIf& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, seal::LoadDeployment(options.target.data));
  AdminParameters parameters;
  parameters.Add("principal", call.principal);
  parameters.Add("action", call.action);
  parameters.Add("resource", call.resource);
  if (!call.region.empty()) parameters.Add("region", call.region);
  if (!call.context.empty()) parameters.Add("context", call.context);
  if (!call.session_policy.empty()) parameters.Add("session_policy", call.session_policy);
  KAGIMORI_ASSIGN_OR_RETURN(AdminResult done, Administer(options.target, kDecideCommand, parameters, {},
                                                         [&] { return ReadSlotSecret(options.unlock, deployment); }));
  return std::move(done.json);
}

}  // namespace kagimori::app
