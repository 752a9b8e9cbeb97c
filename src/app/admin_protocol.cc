#include "app/admin_protocol.h"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

constexpr char kUnreadableMember[] = "the request has a member that is unknown, repeated or of the wrong type";

// False: no list of sizes that we would accept.
bool ParseSizes(simdjson::dom::element value, SecretSizes* sizes) {
  simdjson::dom::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS || array.size() == 0 || array.size() > kMaxAdminSecrets) {
    return false;
  }
  for (simdjson::dom::element item : array) {
    uint64_t size = 0;
    if (item.get_uint64().get(size) != simdjson::SUCCESS || size == 0 || size > kMaxAdminSecret) return false;
    sizes->push_back(size);
  }
  return true;
}

void AppendSizes(std::span<const secret::SecretBytes> secrets, std::string* out) {
  if (secrets.empty()) return;
  out->append(",\"secrets\":[");
  wire::JsonSeparator separator;
  for (const secret::SecretBytes& secret : secrets) {
    separator.Next(out);
    wire::AppendJsonInteger(secret.size(), out);
  }
  out->push_back(']');
}

Result<AdminParameters::Value> ParseValue(const AdminMember& member, simdjson::dom::element value) {
  std::string_view text;
  int64_t number = 0;
  bool flag = false;
  switch (member.kind) {
    case AdminMember::Kind::kText:
      if (value.get_string().get(text) != simdjson::SUCCESS) break;
      number = static_cast<int64_t>(text.size());
      if (number < member.least || number > member.most) {
        return Fail(ErrorKind::kInvalid, std::string(member.name) + " is too short or too long");
      }
      return AdminParameters::Value(std::string(text));
    case AdminMember::Kind::kNumber:
      if (value.get_int64().get(number) != simdjson::SUCCESS) break;
      if (number < member.least || number > member.most) {
        return Fail(ErrorKind::kInvalid, std::string(member.name) + " is out of its range");
      }
      return AdminParameters::Value(number);
    case AdminMember::Kind::kFlag:
      if (value.get_bool().get(flag) != simdjson::SUCCESS) break;
      return AdminParameters::Value(flag);
  }
  return Fail(ErrorKind::kInvalid, kUnreadableMember);
}

// How often `name` is in the object.
size_t Count(simdjson::dom::object object, std::string_view name) {
  return static_cast<size_t>(std::count_if(object.begin(), object.end(), [name](auto m) { return m.key == name; }));
}

Result<AdminParameters> ParseMembers(const AdminCommand& command, simdjson::dom::object object) {
  AdminParameters parameters;
  for (const AdminMember& member : command.members) {
    simdjson::dom::element value;
    if (object.at_key(member.name).get(value) != simdjson::SUCCESS) {
      if (member.required) return Fail(ErrorKind::kInvalid, "the request has no " + std::string(member.name));
      continue;
    }
    KAGIMORI_ASSIGN_OR_RETURN(auto parsed, ParseValue(member, value));
    parameters.Add(member.name, std::move(parsed));
  }
  return parameters;
}

Result<> CheckNames(const AdminCommand& command, simdjson::dom::object object) {
  for (auto member : object) {
    const bool known = member.key == "command" || member.key == "secrets" || member.key == "body" ||
                       std::any_of(command.members.begin(), command.members.end(),
                                   [&](const AdminMember& one) { return one.name == member.key; });
    if (!known || Count(object, member.key) != 1) return Fail(ErrorKind::kInvalid, kUnreadableMember);
  }
  return {};
}

}  // namespace

Result<AdminRequest> ParseAdminRequest(std::string_view line, std::span<const AdminCommand* const> commands) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(line.data(), line.size()).get_object().get(object) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kInvalid, "the request is not a JSON object");
  }
  std::string_view name;
  if (object.at_key("command").get_string().get(name) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kInvalid, "the request names no command");
  }
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const auto* one) { return one->name == name; });
  if (found == commands.end()) return Fail(ErrorKind::kInvalid, "unknown command; is the server of another version?");

  AdminRequest request{.command = *found, .parameters = {}, .secrets = {}, .body = 0};
  KAGIMORI_RETURN_IF_ERROR(CheckNames(**found, object));
  KAGIMORI_ASSIGN_OR_RETURN(request.parameters, ParseMembers(**found, object));
  simdjson::dom::element sizes;
  if (object.at_key("secrets").get(sizes) == simdjson::SUCCESS && !ParseSizes(sizes, &request.secrets)) {
    return Fail(ErrorKind::kInvalid, "the request announces secrets that are too many, too long or empty");
  }
  if (request.secrets.size() < (*found)->least_secrets || request.secrets.size() > (*found)->most_secrets) {
    return Fail(ErrorKind::kInvalid, "the request comes with more or fewer secrets than the command takes");
  }
  simdjson::dom::element body;
  if (object.at_key("body").get(body) == simdjson::SUCCESS) {
    uint64_t size = 0;
    if (body.get_uint64().get(size) != simdjson::SUCCESS || size > (*found)->most_body)
      return Fail(ErrorKind::kInvalid, "the request announces more behind it than the command takes");
    request.body = size;
  }
  return request;
}

AdminAnswer RefuseAdminRequest(std::string_view reason) {
  AdminAnswer answer{.line = R"({"ok":false,"error":)", .secrets = {}};
  wire::AppendJsonString(reason, &answer.line);
  answer.line.push_back('}');
  return answer;
}

// The only run of an exclusive command, as long as it lives.
class AdminRunner::Turn {
 public:
  Turn(AdminRunner* runner, const AdminCommand* command) : runner_(runner), command_(command) {
    std::lock_guard lock(runner_->mutex_);
    taken_ = !command_->exclusive || runner_->running_.insert(command_).second;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    std::lock_guard lock(runner_->mutex_);
    if (taken_) runner_->running_.erase(command_);
  }
  bool taken() const { return taken_; }

 private:
  AdminRunner* runner_;
  const AdminCommand* command_;
  bool taken_ = false;
};

Result<AdminReply> AdminRunner::RunOnce(const AdminRequest& request, AdminCall* call) {
  const Turn turn(this, request.command);
  if (!turn.taken()) {
    return Fail(ErrorKind::kUnavailable, "the same command is running already; wait until it has ended");
  }
  return request.command->run(*call);
}

Result<AdminReply> AdminRunner::RunAudited(const AdminRequest& request, const Result<NodeLease>& lease,
                                           AdminCall* call) {
  const std::string parameters = request.parameters.Json();
  AdministrativeCall record{.name = request.command->audited,
                            .parameters_json = parameters,
                            .peer_uid = call->peer_uid,
                            .error = {},
                            .response_json = {},
                            .read_only = request.command->read_only};
  Result<AdminReply> reply = lease ? RunOnce(request, call) : Result<AdminReply>(std::unexpected(lease.error()));
  if (reply && request.command->audits_itself) return reply;
  if (reply) record.response_json = reply->audited_json;
  if (!reply) record.error = reply.error().text;
  if (auto audited = administration_->Audit(record); !audited) {
    return Fail(audited.error().kind, "the call could not be written to the audit log: " + audited.error().text);
  }
  return reply;
}

AdminAnswer AdminRunner::Run(const AdminRequest& request, std::vector<secret::SecretBytes> secrets, uint32_t peer_uid,
                             std::stop_token server_stop, std::function<Result<>(ByteView)> stream,
                             secret::WipingBuffer body) {
  AdminCall call{.parameters = request.parameters,
                 .secrets = std::move(secrets),
                 .peer_uid = peer_uid,
                 .administration = administration_,
                 .server_stop = std::move(server_stop),
                 .stream = std::move(stream),
                 .body = std::move(body)};
  // Until the record is written: the node and its audit log stay open.
  Result<NodeLease> lease = request.command->needs_node ? administration_->Lease() : NodeLease();
  if (lease) {
    call.node = lease->node;
    call.node_stop = lease->stop;
  }
  Result<AdminReply> reply = RunAudited(request, lease, &call);
  if (!reply) return RefuseAdminRequest(reply.error().text);
  AdminAnswer answer{.line = R"({"ok":true,"result":)" + reply->result_json, .secrets = std::move(reply->secrets)};
  AppendSizes(answer.secrets, &answer.line);
  answer.line.push_back('}');
  return answer;
}

std::string AdminRequestLine(std::string_view command, const AdminParameters& parameters,
                             std::span<const secret::SecretBytes> secrets, size_t body) {
  std::string line = R"({"command":)";
  wire::AppendJsonString(command, &line);
  AppendSizes(secrets, &line);
  if (body > 0) {
    line.append(",\"body\":");
    wire::AppendJsonInteger(static_cast<int64_t>(body), &line);
  }
  const std::string members = parameters.Json();  // {…}
  if (members.size() > 2) line.append(",").append(members, 1, members.size() - 2);
  return line + "}";
}

Result<AdminAnswerHead> ParseAdminAnswer(std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  bool ok = false;
  if (parser.parse(line.data(), line.size()).get_object().get(object) != simdjson::SUCCESS ||
      object["ok"].get_bool().get(ok) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kCorrupt, "the server's answer cannot be read");
  }
  if (!ok) {
    std::string_view text;
    if (object["error"].get_string().get(text) != simdjson::SUCCESS) text = "it gave no reason";
    return Fail(ErrorKind::kUnavailable, "the server refused: " + std::string(text));
  }
  AdminAnswerHead head;
  simdjson::dom::object result;
  simdjson::dom::element sizes;
  if (object["result"].get_object().get(result) != simdjson::SUCCESS ||
      (object["secrets"].get(sizes) == simdjson::SUCCESS && !ParseSizes(sizes, &head.secrets))) {
    return Fail(ErrorKind::kCorrupt, "the server's answer cannot be read");
  }
  head.result_json = simdjson::minify(result);
  return head;
}

}  // namespace kagimori::app
