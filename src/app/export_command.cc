#include <fmt/format.h>
#include <simdjson.h>

#include <string>
#include <utility>
#include <vector>

#include "app/admin_commands.h"
#include "app/option_parser.h"
#include "app/output_file.h"
#include "app/secret_file.h"
#include "app/seed_commands.h"
#include "app/server_run.h"
#include "app/standard_output.h"
#include "seal/wrapping_key.h"

namespace kagimori::app {
namespace {

Result<AdminResult> Receive(const ExportOptions& options, OutputFile* file) {
  KAGIMORI_ASSIGN_OR_RETURN(const seal::WrappingKey key, seal::WrappingKey::ReadFile(options.wrapping_key));
  std::vector<secret::SecretBytes> secrets;
  secrets.push_back(key.Write());
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, seal::LoadDeployment(options.seal.target.data));
  AdminParameters parameters;
  if (options.all) parameters.Add("all", true);
  std::string list;
  for (const std::string& arn : options.keys) list.append(arn).append("\n");
  const AdminTransfer transfer{.body = list, .stream = [file](ByteView bytes) { return file->Write(bytes); }};
  return Administer(
      options.seal.target, kExportCommand, parameters, std::move(secrets),
      [&] { return ReadSlotSecret(options.seal.unlock, deployment); }, transfer);
}

}  // namespace

Parsed<ExportOptions> ParseExport(const Arguments& arguments) {
  Parsed<ExportOptions> parsed;
  ExportOptions& options = parsed.options.emplace();
  OptionParser parser(
      "kagimori export",
      "Writes keys, their material sealed under a wrapping key, into a file that `kagimori apply` brings "
      "into another deployment. See docs/seeding.md.");
  auto* keys =
      parser.app().add_option("--key", options.keys, "ARN of a key; may be repeated")->type_name("ARN")->take_all();
  auto* all = parser.Flag("all", &options.all, "Every customer's key; those that cannot be exported are left out");
  keys->excludes(all);
  parser.Path("wrapping-key", &options.wrapping_key, "File of the wrapping key")->required();
  parser.Path("out", &options.out, "New file for the keys")->required();
  AddSealOptions(&parser, &options.seal);
  parser.Finish(arguments, &parsed);
  if (parsed.options && options.keys.empty() && !options.all) Complain("give --key or --all", &parsed);
  return parsed;
}

Result<> RunExport(const ExportOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.seal.process));
  KAGIMORI_ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(options.out));
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult done, Receive(options, &file));
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  uint64_t keys = 0;
  uint64_t left_out = 0;
  std::string_view wrapping_key;
  if (parser.parse(done.json).get_object().get(object) != simdjson::SUCCESS ||
      object["keys"].get_uint64().get(keys) != simdjson::SUCCESS ||
      object["left_out"].get_uint64().get(left_out) != simdjson::SUCCESS ||
      object["wrappingKey"].get_string().get(wrapping_key) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kCorrupt, "the answer cannot be read; export again");
  }
  KAGIMORI_RETURN_IF_ERROR(file.Finish());
  std::string text =
      fmt::format("{} keys in {}, under the wrapping key {}\n", keys, options.out.string(), wrapping_key);
  if (left_out > 0) text += fmt::format("{} keys and grants were left out: see the comments in the file\n", left_out);
  return Print(text);
}

Parsed<NewWrappingKeyOptions> ParseNewWrappingKey(const Arguments& arguments) {
  Parsed<NewWrappingKeyOptions> parsed;
  NewWrappingKeyOptions& options = parsed.options.emplace();
  OptionParser parser(
      "kagimori wrapping-key new",
      "Makes a wrapping key, under which keys are moved between deployments. Whoever has it and an export "
      "has the keys.");
  parser.Positional(
      "FILE", "New file for it", &options.file,
      [](const std::string& text) -> Result<std::filesystem::path> { return std::filesystem::path(text); });
  AddProcessOptions(&parser, &options.process);
  parser.Finish(arguments, &parsed);
  return parsed;
}

Result<> RunNewWrappingKey(const NewWrappingKeyOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  const seal::WrappingKey key = seal::WrappingKey::New();
  std::vector<secret::SecretBytes> lines;
  lines.push_back(key.Write());
  bool made = false;
  if (Result<> written = WriteSecretFile(options.file, lines, &made); !written) {
    std::error_code ignored;
    if (made) std::filesystem::remove(options.file, ignored);
    return written;
  }
  return Print(fmt::format("wrapping key {}\n", HexEncode(key.id())));
}

}  // namespace kagimori::app
