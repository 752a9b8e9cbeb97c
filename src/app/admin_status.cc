#include "app/admin_status.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "app/admin_commands.h"
#include "app/values.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

std::string Plain(uint64_t number) { return std::to_string(number); }
std::string Mebibytes(uint64_t bytes) { return std::to_string(bytes >> 20); }
std::string Duration(uint64_t seconds) {
  return fmt::format("{}d {:02}:{:02}:{:02}", seconds / 86'400, seconds / 3'600 % 24, seconds / 60 % 60, seconds % 60);
}

// Nothing: the member is left out, as for what a sealed server cannot know. An empty text is in the JSON, but no line
// for people.
using Figure = std::variant<std::monostate, uint64_t, std::string>;

struct Row {
  const char* member;
  const char* label;
  Figure (*get)(const NodeStatus&);
  std::string (*show_number)(uint64_t) = Plain;
};

using S = const NodeStatus&;

Figure DescribeAnchor(S status, std::string_view name) {
  for (const OutsideAnchors::Place& place : status.anchors) {
    if (place.name != name) continue;
    std::string text = place.status.delivered > 0 ? fmt::format("record {}", place.status.sequence) : "none yet";
    if (!place.status.failure.empty()) text += "; FAILING: " + place.status.failure;
    return text;
  }
  return {};
}

constexpr auto kRows = std::to_array<Row>({
    {"version", "version", [](S s) -> Figure { return s.version; }},
    {"deployment_id", "deployment", [](S s) -> Figure { return s.deployment_id; }},
    {"deployment_kind", "kind", [](S s) -> Figure { return s.deployment_kind; }},
    {"address", "address", [](S s) -> Figure { return s.address; }},
    {"seal_state", "seal", [](S s) -> Figure { return s.seal_state; }},
    {"secret_bytes", "secrets in memory (B)", [](S s) -> Figure { return s.secret_bytes; }},
    {"uptime_seconds", "up for", [](S s) -> Figure { return s.uptime_seconds; }, Duration},
    {"connections", "connections", [](S s) -> Figure { return s.connections; }},
    {"cached_keys", "keys in memory", [](S s) -> Figure { return s.cached_keys; }},
    {"store_commits", "commits", [](S s) -> Figure { return s.store_commits; }},
    {"audit_sequence", "audit records", [](S s) -> Figure { return s.audit_sequence; }},
    {"audit_synced_sequence", "audit records on disk", [](S s) -> Figure { return s.audit_synced_sequence; }},
    {"audit_disk", "audit disk", [](S s) -> Figure { return s.audit_disk; }},
    {"audit_free_bytes", "audit disk free (MiB)", [](S s) -> Figure { return s.audit_free_bytes; }, Mebibytes},
    {"audit_failure", "audit failure", [](S s) -> Figure { return s.audit_failure; }},
    {"refused", "refused", [](S s) -> Figure { return s.refused; }},
    {"store_free_bytes", "store disk free (MiB)", [](S s) -> Figure { return s.store_free_bytes; }, Mebibytes},
    {"audit_anchor_file", "anchor in the file", [](S s) -> Figure { return DescribeAnchor(s, "file"); }},
    {"audit_anchor_url", "anchor at the URL", [](S s) -> Figure { return DescribeAnchor(s, "url"); }},
    {"scrub", "store", [](S s) -> Figure { return s.integrity.scrub; }},
    {"scrubbed_records", "records checked", [](S s) -> Figure { return s.integrity.scrubbed_records; }},
    {"scrub_millis", "checked in (ms)",
     [](S s) -> Figure { return static_cast<uint64_t>(s.integrity.scrub_time.count()); }},
    {"scrub_findings", "damage found", [](S s) -> Figure { return s.integrity.findings; }},
    {"current_term", "term",
     [](S s) -> Figure { return s.terms.current_term == 0 ? Figure() : Figure(uint64_t{s.terms.current_term}); }},
    {"terms", "terms", [](S s) -> Figure { return s.terms.terms.empty() ? Figure() : Figure(s.terms.terms.size()); }},
    {"term_rotation", "term rotation",
     [](S s) -> Figure {
       if (s.terms.current_term == 0) return {};
       return std::string(Name(s.terms.stage)) + (s.terms.failure.empty() ? "" : ": " + s.terms.failure);
     }},
    {"records_under_old_terms", "left under old terms",
     [](S s) -> Figure { return s.terms.records_left ? Figure(*s.terms.records_left) : Figure(); }},
    {"wall_time", "system time", [](S s) -> Figure { return FormatIso(s.wall); }},
    {"service_time", "service time", [](S s) -> Figure { return FormatIso(s.service); }},
    {"certificate_expiry", "certificate until",
     [](S s) -> Figure { return s.certificate_expiry ? Figure(FormatIso(*s.certificate_expiry)) : Figure(); }},
});

// What a sealed server can tell.
constexpr auto kKnownSealed = std::to_array<std::string_view>({"version", "deployment_id", "deployment_kind", "address",
                                                               "seal_state", "secret_bytes", "uptime_seconds",
                                                               "connections", "wall_time", "certificate_expiry"});

Result<AdminReply> RunStatusCommand(AdminCall& call) {
  return AdminReply{.result_json = StatusJson(call.administration->Status()), .audited_json = {}, .secrets = {}};
}

}  // namespace

constinit const AdminCommand kStatusCommand = {
    .name = "status", .audited = "Status", .read_only = true, .needs_node = false, .run = RunStatusCommand};

std::string StatusJson(const NodeStatus& status) {
  std::string out = "{";
  wire::JsonSeparator separator;
  for (const Row& row : kRows) {
    if (!status.opened && std::ranges::find(kKnownSealed, row.member) == kKnownSealed.end()) continue;
    const Figure figure = row.get(status);
    if (std::holds_alternative<std::monostate>(figure)) continue;
    separator.Next(&out);
    fmt::format_to(std::back_inserter(out), "\"{}\":", row.member);
    if (const auto* number = std::get_if<uint64_t>(&figure)) {
      wire::AppendJsonInteger(*number, &out);
    } else {
      wire::AppendJsonString(std::get<std::string>(figure), &out);
    }
  }
  return out + "}";
}

Result<std::string> DescribeStatus(std::string_view json) {
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
      shown = row.show_number(number);
    }
    if (!shown.empty()) fmt::format_to(std::back_inserter(out), "{:<23}{}\n", row.label, shown);
  }
  return out;
}

}  // namespace kagimori::app
