#include "app/admin_protocol.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <optional>

#include "app/values.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

struct Request {
  enum class Command { kStatus, kClockAdvance };
  Command command = Command::kStatus;
  std::chrono::milliseconds advance{0};
};

// Every member is known and there once: a misspelt or doubled one must not be half obeyed.
Result<Request> ParseRequest(std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(line.data(), line.size()).get_object().get(object) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kInvalid, "the request is not a JSON object");
  }
  std::optional<std::string_view> command;
  std::optional<int64_t> millis;
  for (auto member : object) {
    std::string_view text;
    int64_t number = 0;
    if (member.key == "command" && !command && member.value.get_string().get(text) == simdjson::SUCCESS) {
      command = text;
    } else if (member.key == "millis" && !millis && member.value.get_int64().get(number) == simdjson::SUCCESS) {
      millis = number;
    } else {
      return Fail(ErrorKind::kInvalid, "the request has a member that is unknown, repeated or of the wrong type");
    }
  }
  if (command == "status" && !millis) return Request{};
  if (command == "clock-advance" && millis) {
    if (*millis <= 0 || *millis > kLongestDuration.count()) {
      return Fail(ErrorKind::kInvalid, "the clock moves forward only, and by at most 36525 days");
    }
    return Request{Request::Command::kClockAdvance, std::chrono::milliseconds(*millis)};
  }
  return Fail(ErrorKind::kInvalid, "unknown command, or a command without what it needs");
}

std::string ErrorAnswer(std::string_view text) {
  std::string answer = R"({"ok":false,"error":)";
  wire::AppendJsonString(text, &answer);
  answer.push_back('}');
  return answer;
}

void AppendText(std::string_view name, std::string_view value, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "\"{}\":", name);
  wire::AppendJsonString(value, out);
  out->push_back(',');
}

void AppendNumber(std::string_view name, uint64_t value, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "\"{}\":{},", name, value);
}

std::string Duration(uint64_t seconds) {
  return fmt::format("{}d {:02}:{:02}:{:02}", seconds / 86'400, seconds / 3'600 % 24, seconds / 60 % 60, seconds % 60);
}

}  // namespace

std::string StatusRequest() { return R"({"command":"status"})"; }

std::string ClockAdvanceRequest(std::chrono::milliseconds by) {
  return fmt::format(R"({{"command":"clock-advance","millis":{}}})", by.count());
}

std::string AnswerRequest(std::string_view line, uint32_t peer_uid, Administration* administration) {
  auto request = ParseRequest(line);
  if (!request) return ErrorAnswer(request.error().text);
  const bool is_status = request->command == Request::Command::kStatus;

  Result<> outcome;
  std::string answer = R"({"ok":true})";
  if (is_status) {
    answer = R"({"ok":true,"status":)" + StatusJson(administration->Status()) + "}";
  } else {
    outcome = administration->AdvanceClock(request->advance);
  }
  if (!outcome) answer = ErrorAnswer(outcome.error().text);

  const std::string parameters = is_status ? "{}" : fmt::format(R"({{"millis":{}}})", request->advance.count());
  auto audited = administration->Audit(is_status ? "Status" : "ClockAdvance", parameters, peer_uid,
                                       outcome ? std::string_view() : std::string_view(outcome.error().text));
  if (!audited) return ErrorAnswer("the call could not be written to the audit log: " + audited.error().text);
  return answer;
}

Result<std::string> ReadAnswer(std::string_view line) {
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
  simdjson::dom::element status;
  if (object["status"].get(status) != simdjson::SUCCESS) return std::string();
  return simdjson::minify(status);
}

std::string StatusJson(const NodeStatus& status) {
  std::string out = "{";
  AppendText("version", status.version, &out);
  AppendText("deployment_id", status.deployment_id, &out);
  AppendText("deployment_kind", status.deployment_kind, &out);
  AppendText("address", status.address, &out);
  AppendText("seal_state", status.seal_state, &out);
  AppendNumber("uptime_seconds", status.uptime_seconds, &out);
  AppendNumber("cached_keys", status.cached_keys, &out);
  AppendNumber("connections", status.connections, &out);
  AppendNumber("store_commits", status.store_commits, &out);
  AppendNumber("audit_sequence", status.audit_sequence, &out);
  AppendNumber("audit_synced_sequence", status.audit_synced_sequence, &out);
  AppendText("audit_disk", status.audit_disk, &out);
  AppendNumber("audit_free_bytes", status.audit_free_bytes, &out);
  AppendText("audit_failure", status.audit_failure, &out);
  AppendText("wall_time", FormatIso(status.wall), &out);
  AppendText("service_time", FormatIso(status.service), &out);
  if (status.certificate_expiry) AppendText("certificate_expiry", FormatIso(*status.certificate_expiry), &out);
  out.back() = '}';
  return out;
}

Result<std::string> DescribeStatus(std::string_view json) {
  struct Row {
    const char* member;
    const char* label;
  };
  static constexpr auto kRows = std::to_array<Row>({
      {"version", "version"},
      {"deployment_id", "deployment"},
      {"deployment_kind", "kind"},
      {"address", "address"},
      {"seal_state", "seal"},
      {"uptime_seconds", "up for"},
      {"connections", "connections"},
      {"cached_keys", "keys in memory"},
      {"store_commits", "commits"},
      {"audit_sequence", "audit records"},
      {"audit_synced_sequence", "audit records on disk"},
      {"audit_disk", "audit disk"},
      {"audit_free_bytes", "audit disk free (MiB)"},
      {"audit_failure", "audit failure"},
      {"wall_time", "system time"},
      {"service_time", "service time"},
      {"certificate_expiry", "certificate until"},
  });
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(json.data(), json.size()).get_object().get(object) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kCorrupt, "the server's status cannot be read");
  }
  std::string out;
  for (const Row& row : kRows) {
    std::string_view text;
    uint64_t number = 0;
    std::string shown;
    if (object[row.member].get_string().get(text) == simdjson::SUCCESS) {
      shown = text;
    } else if (object[row.member].get_uint64().get(number) == simdjson::SUCCESS) {
      const std::string_view member = row.member;
      shown = member == "uptime_seconds"     ? Duration(number)
              : member == "audit_free_bytes" ? std::to_string(number >> 20)
                                             : std::to_string(number);
    }
    if (!shown.empty()) fmt::format_to(std::back_inserter(out), "{:<23}{}\n", row.label, shown);
  }
  return out;
}

}  // namespace kagimori::app
