#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "app/admin_commands.h"
#include "app/seed_run.h"
#include "app/what_if.h"
#include "keys/key_reference.h"
#include "seed/exporter.h"
#include "seed/services.h"

namespace kagimori::app {
namespace {

using Kind = AdminMember::Kind;

constexpr auto kApplyMembers =
    std::to_array<AdminMember>({{.name = "dry_run", .kind = Kind::kFlag, .required = false}});
constexpr auto kExportMembers = std::to_array<AdminMember>({{.name = "all", .kind = Kind::kFlag, .required = false}});
constexpr size_t kMaxKeyList = size_t{1} << 20;

// The one secret that either command may come with.
Result<std::optional<seal::WrappingKey>> WrappingKeyOf(const AdminCall& call) {
  if (call.secrets.empty()) return std::nullopt;
  KAGIMORI_ASSIGN_OR_RETURN(seal::WrappingKey key, seal::WrappingKey::Parse(call.secrets[0]));
  return key;
}

Result<AdminReply> ApplyKeys(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::optional<seal::WrappingKey> key, WrappingKeyOf(call));
  KAGIMORI_ASSIGN_OR_RETURN(
      const std::string done,
      ApplySeed(call.node, call.body.text(),
                {.wrapping_key = key ? &*key : nullptr,
                 .dry_run = call.parameters.Flag("dry_run"),
                 .uid = call.peer_uid,
                 .stopping = [&call] { return call.Stopping(); },
                 .tell = [&call](std::string_view line) { return call.stream(AsBytes(std::string(line) + "\n")); }}));
  return AdminReply{.result_json = done, .audited_json = done, .secrets = {}};
}

// ARNs of keys, a line each.
Result<std::vector<keys::KeyName>> KeysIn(std::string_view list) {
  std::vector<keys::KeyName> names;
  while (!list.empty()) {
    const std::string_view line = list.substr(0, list.find('\n'));
    list.remove_prefix(std::min(list.size(), line.size() + 1));
    if (line.empty()) continue;
    KAGIMORI_ASSIGN_OR_RETURN(const Region region, WhatIfRegion(line, ""));
    const auto reference = keys::ParseKeyReference(line, AccountId(), region, keys::AliasForms::kRefused);
    const auto* key = std::get_if<keys::KeyReference>(&reference);
    if (key == nullptr || !key->canonical || !line.starts_with("arn:"))
      return Fail(ErrorKind::kInvalid, "this is no ARN of a key: " + std::string(line.substr(0, 200)));
    names.push_back(key->name);
  }
  if (names.empty()) return Fail(ErrorKind::kInvalid, "no key is named");
  return names;
}

Result<AdminReply> ExportKeys(AdminCall& call) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::optional<seal::WrappingKey> key, WrappingKeyOf(call));
  const seed::Services services = call.node->seeding();
  const bool all = call.parameters.Flag("all");
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<keys::KeyName> names,
                            all ? seed::AllKeys(services) : KeysIn(call.body.text()));
  const seed::Exporter::Options options{.wrapping_key = &*key,
                                        .uid = call.peer_uid,
                                        .skip_others = all,
                                        .stopping = [&call] { return call.Stopping(); },
                                        .sink = [&call](std::string_view text) { return call.stream(AsBytes(text)); }};
  KAGIMORI_ASSIGN_OR_RETURN(const seed::Exporter::Counts counts, seed::Exporter(services, options).Run(names));
  const std::string done =
      fmt::format(R"({{"keys":{},"materials":{},"grants":{},"left_out":{},"wrappingKey":"{}"}})", counts.keys,
                  counts.materials, counts.grants, counts.left_out, HexEncode(key->id()));
  return AdminReply{.result_json = done, .audited_json = done, .secrets = {}};
}

}  // namespace

constinit const AdminCommand kApplyCommand = {.name = "apply",
                                              .audited = "ApplyKeys",
                                              .exclusive = true,
                                              .members = kApplyMembers,
                                              .most_secrets = 1,
                                              .most_body = kMaxSeedBytes,
                                              .run = ApplyKeys};
constinit const AdminCommand kExportCommand = {.name = "export",
                                               .audited = "ExportKeys",
                                               .exclusive = true,
                                               .members = kExportMembers,
                                               .least_secrets = 1,
                                               .most_secrets = 1,
                                               .most_body = kMaxKeyList,
                                               .run = ExportKeys};

}  // namespace kagimori::app
