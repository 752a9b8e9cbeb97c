#include "seal/deployment.h"

#include <fmt/format.h>
#include <simdjson.h>
#include <time.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/format_version.h"
#include "base/ids.h"
#include "crypto/random.h"
#include "seal/file.h"

namespace kagimori::seal {
namespace {

constexpr std::string_view kFileName = "deployment.json";
constexpr int64_t kFormat = 1;
constexpr size_t kMaxFileSize = 4096;

std::string_view KindName(DeploymentKind kind) {
  return kind == DeploymentKind::kDevelopment ? "development" : "production";
}

std::optional<DeploymentKind> ParseKind(std::string_view name) {
  for (DeploymentKind kind : {DeploymentKind::kDevelopment, DeploymentKind::kProduction}) {
    if (name == KindName(kind)) return kind;
  }
  return std::nullopt;
}

// Exactly the form that FormatIso gives.
std::optional<Timestamp> ParseIso(const std::string& text) {
  struct tm parts = {};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || end != text.c_str() + text.size()) return std::nullopt;
  Timestamp time{static_cast<int64_t>(timegm(&parts)) * 1000};
  if (FormatIso(time) != text) return std::nullopt;
  return time;
}

std::unexpected<Error> Damaged(std::string_view what) {
  return Fail(ErrorKind::kCorrupt, fmt::format("{}: {}", kFileName, what));
}

Result<Deployment> Parse(const Bytes& content) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(content.data(), content.size()).get_object().get(object) != simdjson::SUCCESS) {
    return Damaged("not a JSON object");
  }
  int64_t format = 0;
  std::string_view id_text, kind_text, created_text;
  if (object["format"].get_int64().get(format) != simdjson::SUCCESS || format < 0) return Damaged("bad format");
  if (format != kFormat) {
    return Fail(ErrorKind::kCorrupt, UnknownFormat(kFileName, static_cast<uint64_t>(format), kFormat));
  }
  // Every member once and no other: what this program did not write it does not guess at.
  if (object.size() != 4) return Damaged("members are missing or unknown");
  if (object["deployment_id"].get_string().get(id_text) != simdjson::SUCCESS ||
      object["kind"].get_string().get(kind_text) != simdjson::SUCCESS ||
      object["created"].get_string().get(created_text) != simdjson::SUCCESS) {
    return Damaged("members are missing");
  }
  // A key id of the single-Region kind is a UUID too.
  bool canonical = false;
  std::optional<KeyId> id = KeyId::Parse(id_text, &canonical);
  std::optional<DeploymentKind> kind = ParseKind(kind_text);
  std::optional<Timestamp> created = ParseIso(std::string(created_text));
  if (!id || !canonical || id->kind != KeyId::Kind::kSingleRegion) return Damaged("bad deployment_id");
  if (!kind) return Damaged("bad kind");
  if (!created) return Damaged("bad created");
  return Deployment{.id = id->bytes, .kind = *kind, .created = *created};
}

}  // namespace

Deployment NewDeployment(DeploymentKind kind, Timestamp now) {
  return {.id = crypto::RandomUuid(), .kind = kind, .created = {now.seconds() * 1000}};
}

Result<> SaveDeployment(const std::filesystem::path& folder, const Deployment& deployment) {
  std::filesystem::path file = folder / kFileName;
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(file, error))) {
    return Fail(ErrorKind::kConflict, file.string() + " exists already");
  }
  std::string text = fmt::format(
      "{{\n  \"format\": {},\n  \"deployment_id\": \"{}\",\n  \"kind\": \"{}\",\n  \"created\": \"{}\"\n}}\n", kFormat,
      FormatUuid(deployment.id), KindName(deployment.kind), FormatIso(deployment.created));
  return WriteFileDurably(file, AsBytes(text));
}

Result<Deployment> LoadDeployment(const std::filesystem::path& folder) {
  // No permission is forbidden: the file holds no secret, and what it claims is checked against the sealed record.
  KAGIMORI_ASSIGN_OR_RETURN(Bytes content, ReadWholeFile(folder / kFileName, 0, kMaxFileSize));
  return Parse(content);
}

}  // namespace kagimori::seal
