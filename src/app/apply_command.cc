#include <fmt/format.h>
#include <simdjson.h>

#include <string>
#include <utility>
#include <vector>

#include "app/admin_commands.h"
#include "app/command_line.h"
#include "app/option_parser.h"
#include "app/seed_commands.h"
#include "app/seed_run.h"
#include "app/server_run.h"
#include "app/standard_output.h"
#include "seal/wrapping_key.h"

namespace kagimori::app {
namespace {

Result<AdminResult> Send(const ApplyOptions& options) {
  KAGIMORI_ASSIGN_OR_RETURN(const secret::WipingBuffer packed, ReadSeedFile(options.file));
  std::vector<secret::SecretBytes> secrets;
  if (!options.wrapping_key.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(const seal::WrappingKey key, seal::WrappingKey::ReadFile(options.wrapping_key));
    secrets.push_back(key.Write());
  }
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, seal::LoadDeployment(options.seal.target.data));
  AdminParameters parameters;
  if (options.dry_run) parameters.Add("dry_run", true);
  const AdminTransfer transfer{.body = packed.text(),
                               .stream = [](ByteView bytes) { return Print(std::string(AsText(bytes))); }};
  return Administer(
      options.seal.target, kApplyCommand, parameters, std::move(secrets),
      [&] { return ReadSlotSecret(options.seal.unlock, deployment); }, transfer);
}

std::string Summary(bool dry_run, uint64_t differences, uint64_t unchanged) {
  if (differences == 0) return fmt::format("nothing to do: {} keys are as the file says\n", unchanged);
  return fmt::format("{} {}; {} keys were as the file says\n", differences,
                     dry_run ? "differences, and nothing was changed" : "differences, applied", unchanged);
}

}  // namespace

Parsed<ApplyOptions> ParseApply(const Arguments& arguments) {
  Parsed<ApplyOptions> parsed;
  ApplyOptions& options = parsed.options.emplace();
  OptionParser parser(
      "kagimori apply",
      "Makes keys be as a file says, and tells the differences: + what is new, ~ what changes, = what is "
      "so already. Nothing that the file does not name is changed or deleted. See docs/seeding.md.");
  parser.Positional(
      "FILE", "Keys, in TOML", &options.file,
      [](const std::string& text) -> Result<std::filesystem::path> { return std::filesystem::path(text); });
  parser.Flag("dry-run", &options.dry_run, "Only tell the differences; exit code 4 when there are any");
  parser.Path("wrapping-key", &options.wrapping_key, "File of the wrapping key that the material is sealed under");
  AddSealOptions(&parser, &options.seal);
  parser.Finish(arguments, &parsed);
  return parsed;
}

Result<int> RunApply(const ApplyOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.seal.process));
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult done, Send(options));
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  uint64_t differences = 0;
  uint64_t unchanged = 0;
  if (parser.parse(done.json).get_object().get(object) != simdjson::SUCCESS ||
      object["differences"].get_uint64().get(differences) != simdjson::SUCCESS ||
      object["unchanged"].get_uint64().get(unchanged) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kCorrupt, "the answer cannot be read; apply the file again");
  }
  KAGIMORI_RETURN_IF_ERROR(Print(Summary(options.dry_run, differences, unchanged)));
  return options.dry_run && differences > 0 ? kExitDifferences : kExitOk;
}

}  // namespace kagimori::app
