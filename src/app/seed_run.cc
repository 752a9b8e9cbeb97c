#include "app/seed_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "app/decision_commands.h"
#include "base/log.h"
#include "identity/directory.h"
#include "seed/apply.h"
#include "seed/reader.h"
#include "seed/services.h"

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxPolicyFile = 128 * 1024;

// A file that names no account means the only one there is.
Result<seed::Defaults> DefaultsOf(Node* node) {
  KAGIMORI_ASSIGN_OR_RETURN(const auto accounts, node->directory().ListAccounts());
  if (accounts.size() != 1) return seed::Defaults{};
  return seed::Defaults{.account = accounts[0].account};
}

}  // namespace

Result<secret::WipingBuffer> ReadSeedFile(const fs::path& file) {
  KAGIMORI_ASSIGN_OR_RETURN(std::string toml, ReadTextFile(file, seed::kMaxFileBytes));
  secret::WipingBuffer packed;
  seed::AppendPart(toml, &packed);
  auto policies = seed::PolicyFilesOf(toml);
  secret::WipeString(&toml);
  if (!policies) return Fail(policies.error().kind, file.string() + ": " + policies.error().text);
  for (const std::string& name : *policies) {
    KAGIMORI_ASSIGN_OR_RETURN(const std::string policy, ReadTextFile(file.parent_path() / name, kMaxPolicyFile));
    seed::AppendPart(name, &packed);
    seed::AppendPart(policy, &packed);
    if (packed.size() > kMaxSeedBytes)
      return Fail(ErrorKind::kInvalid, file.string() + " and its policies are too large together");
  }
  return packed;
}

Result<std::string> ApplySeed(Node* node, std::string_view packed, const SeedOptions& options) {
  if (!options.dry_run) KAGIMORI_RETURN_IF_ERROR(node->TakesChanges());
  KAGIMORI_ASSIGN_OR_RETURN(const seed::Bundle bundle, seed::Unpack(packed));
  KAGIMORI_ASSIGN_OR_RETURN(const seed::Defaults defaults, DefaultsOf(node));
  KAGIMORI_ASSIGN_OR_RETURN(const seed::Declaration declaration, seed::Read(bundle, defaults));
  const seed::Services services = node->seeding();
  const seed::Apply::Options how{.wrapping_key = options.wrapping_key,
                                 .dry_run = options.dry_run,
                                 .uid = options.uid,
                                 .stopping = options.stopping,
                                 .tell = options.tell};
  KAGIMORI_ASSIGN_OR_RETURN(const seed::Counts counts, seed::Apply(services, how).Run(declaration));
  return fmt::format(R"({{"keys":{},"unchanged":{},"differences":{}}})", declaration.keys.size(), counts.unchanged,
                     counts.differences);
}

Result<std::optional<StartSeed>> ReadStartSeed(const fs::path& file, const fs::path& wrapping_key) {
  if (file.empty()) {
    if (wrapping_key.empty()) return std::nullopt;
    return Fail(ErrorKind::kInvalid, "--apply-wrapping-key needs --apply");
  }
  KAGIMORI_ASSIGN_OR_RETURN(secret::WipingBuffer packed, ReadSeedFile(file));
  StartSeed seed{.packed = std::move(packed), .wrapping_key = std::nullopt};
  if (!wrapping_key.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(seed.wrapping_key, seal::WrappingKey::ReadFile(wrapping_key));
  }
  return seed;
}

Result<> ApplyAtStart(Node* node, const StartSeed& seed) {
  const uint32_t uid = geteuid();
  Result<std::string> done =
      ApplySeed(node, seed.packed.text(),
                {.wrapping_key = seed.wrapping_key ? &*seed.wrapping_key : nullptr, .uid = uid, .tell = [](auto line) {
                   if (!line.starts_with('=')) log::Info("apply", {{"change", std::string(line)}});
                   return Result<>();
                 }});
  AdministrativeCall call{.name = "ApplyKeys", .parameters_json = R"({"atStart":true})", .peer_uid = uid, .error = {}};
  if (done) call.response_json = *done;
  if (!done) call.error = done.error().text;
  KAGIMORI_RETURN_IF_ERROR(node->AuditAdministration(call));
  if (!done) return Fail(done.error().kind, "--apply: " + done.error().text);
  return {};
}

}  // namespace kagimori::app
