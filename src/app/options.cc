#include "app/options.h"

#include <unistd.h>

#include <cstdlib>

#include "app/option_parser.h"
#include "app/toml_config.h"
#include "net/tls_client.h"

namespace kagimori::app {
namespace {

Result<log::Format> ParseFormat(const std::string& text) {
  if (text == "human") return log::Format::kHuman;
  if (text == "json") return log::Format::kJson;
  return Fail(ErrorKind::kInvalid, "expected human or json");
}

Result<log::Level> ParseLevel(const std::string& text) {
  if (text == "debug") return log::Level::kDebug;
  if (text == "info") return log::Level::kInfo;
  if (text == "warning") return log::Level::kWarning;
  if (text == "error") return log::Level::kError;
  return Fail(ErrorKind::kInvalid, "expected debug, info, warning or error");
}

Result<audit::Durability> ParseDurability(const std::string& text) {
  if (text == "write") return audit::Durability::kWritten;
  if (text == "fsync") return audit::Durability::kSynced;
  return Fail(ErrorKind::kInvalid, "expected write or fsync");
}

Result<kms::Sm2Regions> ParseSm2(const std::string& text) {
  if (text == "china") return kms::Sm2Regions::kChina;
  if (text == "all") return kms::Sm2Regions::kAll;
  if (text == "none") return kms::Sm2Regions::kNone;
  return Fail(ErrorKind::kInvalid, "expected china, all or none");
}

Result<AccountId> ParseAccount(const std::string& text) {
  if (auto account = AccountId::Parse(text)) return *account;
  return Fail(ErrorKind::kInvalid, "expected an account number of 12 digits");
}

void AddConfinement(OptionParser* parser, bool* no_confinement) {
  parser->Flag("no-confinement", no_confinement,
               "Keep what a server does not need: other files, other ports, other system calls, capabilities");
}

constexpr char kDataHelp[] = "Data folder";

void AddAddress(OptionParser* parser, const std::string& flag, auto* target, const std::string& help) {
  parser->Value(flag, "HOST:PORT", help, target, ParseListenAddress);
}

void AddLimits(OptionParser* parser, net::ServerLimits* limits) {
  parser->Number<size_t>("max-connections", &limits->max_connections, 1, 1'000'000,
                         "Open connections, of all cores together");
  struct Timeout {
    const char* flag;
    std::chrono::milliseconds* target;
    const char* help;
  };
  for (const Timeout& timeout : {
           Timeout{"idle-timeout", &limits->idle_timeout, "Between a connection's requests (default: 65s)"},
           Timeout{"head-timeout", &limits->head_timeout, "For the head of a request (default: 10s)"},
           Timeout{"body-timeout", &limits->body_timeout, "For the body of a request (default: 30s)"},
           Timeout{"write-timeout", &limits->write_timeout, "For a client to take its response (default: 30s)"},
       }) {
    parser->Value(timeout.flag, "DURATION", timeout.help, timeout.target, ParseDuration);
  }
}

void AddAudit(OptionParser* parser, AuditChoices* choices) {
  parser->Number<uint64_t>("audit-retention-days", &choices->retention_days, 0, 36'525,
                           "Days after which closed audit files are removed; 0: never");
  parser->Number<uint64_t>("audit-retention-mib", &choices->retention_mib, 0, 1 << 30,
                           "MiB of audit files beyond which the oldest are removed; 0: never");
  parser->Path("audit-anchor-file", &choices->anchors.file,
               "File on another medium that takes the audit log's anchors");
  parser->Value("audit-anchor-url", "URL", "Where the audit log's anchors are sent to by POST", &choices->anchors.url,
                [](const std::string& text) -> Result<std::string> {
                  KAGIMORI_RETURN_IF_ERROR(net::ParseClientUrl(text));
                  return text;
                });
  parser->Path("audit-anchor-ca", &choices->anchors.ca_file,
               "Authorities that may vouch for the URL's host (PEM; default: the system's)");
  parser->Value("audit-anchor-interval", "DURATION", "Between two anchors (default: 60s)", &choices->anchors.interval,
                ParseDuration);
}

void AddKeys(OptionParser* parser, KeyChoices* choices) {
  parser->Value("sm2", "china|all|none", "Regions in which keys of the spec SM2 can be made (default: china)",
                &choices->sm2, ParseSm2);
  parser->Value("request-quotas", "off|aws|GROUP=RATE,...",
                "Requests per second of each account in a Region, by groups of operations (default: off)",
                &choices->request_rates, gateway::ParseRequestRates);
  parser->Value("resource-quotas", "aws|[ACCOUNT:]NAME=NUMBER,...",
                "Keys of an account in a Region, aliases and grants of a key: keys, aliases, grants (default: aws, "
                "100000, 50, 50000)",
                &choices->resource_quotas, keys::ResourceQuotas::Parse);
  parser->Path(
      "attestation-roots", &choices->attestation_roots,
      "Authorities that may vouch for attestation documents (PEM; default: requests with a Recipient are refused)");
  parser->Value("oidc-jwks", "ISSUER=FILE,...",
                "Identity providers whose keys are in a file (JSON Web Key Set); see --oidc-fetch",
                &choices->oidc.pinned, ParsePinnedIssuers);
  parser->Value("oidc-fetch", "ISSUER,...",
                "Identity providers that are asked for their keys over https (default: none, nobody is asked)",
                &choices->oidc.fetched, ParseFetchedIssuers);
  parser->Path("oidc-ca", &choices->oidc.ca_file,
               "Authorities that may vouch for these providers' hosts (PEM; default: the system's)");
}

void AddIntegrity(OptionParser* parser, IntegrityChoices* choices) {
  parser->Flag("accept-rollback", &choices->accept_rollback,
               "Start although the store or the audit log is an older copy than the other knows");
  parser->Number<uint64_t>("scrub-rate", &choices->scrub_records_per_second, 100, 10'000'000,
                           "Records a second that the background check of the store reads");
  parser->Number<uint64_t>("term-rotation-days", &choices->term_rotation_days, 0, 36'525,
                           "Days after which what is stored is sealed anew under a new term; 0: by command only");
  parser->Number<uint64_t>("term-rotation-rate", &choices->term_records_per_second, 1, 10'000'000,
                           "Records a second that are sealed anew");
}

void AddSeed(OptionParser* parser, SeedChoices* choices) {
  parser->Path("apply", &choices->file, "Keys that are made as this file says before the server serves (TOML)");
  parser->Path("apply-wrapping-key", &choices->wrapping_key,
               "File of the wrapping key that the material in it is sealed under");
}

}  // namespace

void AddProcessOptions(OptionParser* parser, ProcessOptions* options) {
  options->log_format = isatty(STDERR_FILENO) ? log::Format::kHuman : log::Format::kJson;
  parser->Value("log-format", "human|json",
                "Log lines for people or for programs (default: by whether standard error is a terminal)",
                &options->log_format, ParseFormat);
  parser->Value("log-level", "LEVEL", "debug, info, warning or error (default: info)", &options->log_level, ParseLevel);
  parser->Flag("allow-unlocked-memory", &options->allow_unlocked_memory,
               "Start although the kernel gives no memory that stays out of the swap");
}

void AddUnlockOptions(OptionParser* parser, UnlockChoices* choices) {
  auto* passphrase =
      parser->Path("passphrase-file", &choices->passphrase_file, "File with the passphrase that opens the root key");
  auto* file = parser->Path("recovery-code-file", &choices->recovery_code_file,
                            "File with a recovery code, or with shares of it, instead of the passphrase");
  auto* ask = parser->Flag("ask-recovery-code", &choices->ask_recovery_code,
                           "Ask for a recovery code on the terminal instead of the passphrase");
  file->excludes(passphrase)->excludes(ask);
  ask->excludes(passphrase);
}

void AddRecoveryOptions(OptionParser* parser, RecoveryChoices* choices) {
  auto* out = parser->Path("recovery-code-out", &choices->out,
                           "New file for the recovery code (default: shown once and asked back on the terminal)");
  auto* shares = parser->Value("recovery-shares", "K-of-N", "Give it out in N shares, K of which open (as 3-of-5)",
                               &choices->shares, ParseShareCounts);
  auto* none =
      parser->Flag("no-recovery", &choices->none, "Make no recovery code: without the passphrase everything is lost");
  none->excludes(out)->excludes(shares);
}

std::filesystem::path DefaultDevFolder(bool insecure_listen) {
  const char* name = insecure_listen ? "dev-insecure" : "dev";
  // The XDG Base Directory Specification says to ignore relative paths.
  if (const char* xdg = std::getenv("XDG_DATA_HOME"); xdg != nullptr && *xdg == '/') {
    return std::filesystem::path(xdg) / "kagimori" / name;
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return std::filesystem::path(home) / ".local/share/kagimori" / name;
  }
  return {};
}

Parsed<ServeOptions> ParseServe(const Arguments& arguments) {
  Parsed<ServeOptions> parsed;
  ServeOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori serve", "Serves the deployment that `kagimori init` made.");
  std::string certificate;
  std::string key;
  // By hand, since CLI11 looks into the environment only after it has read the file.
  const char* config = std::getenv("KAGIMORI_CONFIG");
  const bool from_environment = config != nullptr && *config != '\0';
  parser.app().set_config("--config", from_environment ? config : "", "Configuration file (TOML)", from_environment);
  parser.app().config_formatter(MakeTomlConfig());
  auto file = [](const std::string& text) -> Result<std::string> { return text; };
  parser.Path("data", &options.data, kDataHelp)->required();
  AddAddress(&parser, "listen", &options.listen, "Where to serve the API (default: 127.0.0.1:4599)");
  parser.Value("tls-certificate", "PEM", "Certificate chain", &certificate, file);
  parser.Value("tls-key", "PEM", "Private key of the certificate", &key, file);
  parser.Flag("allow-plain-http", &options.allow_plain_http, "Serve without TLS although others can reach the address");
  AddAddress(&parser, "metrics-listen", &options.metrics,
             "Where to serve /metrics, /healthz and /readyz (default: nowhere)");
  parser.Number("cores", &options.cores, 0, 1024, "Threads that serve; 0: one for each core");
  AddUnlockOptions(&parser, &options.unlock);
  parser.Flag(
      "start-sealed", &options.start_sealed,
      "Read no passphrase and refuse requests until `kagimori unseal`; so does a start that finds none to read");
  parser.Path("audit-folder", &options.audit_folder, "Folder of the audit log (default: audit in the data folder)");
  parser.Value("audit-durability", "write|fsync", "When an audited call may be answered (default: write)",
               &options.audit_durability, ParseDurability);
  parser.Number<uint64_t>("audit-rotate", &options.audit_rotate_mib, 1, 1 << 20,
                          "MiB of an audit file before the next is begun");
  parser.Number<uint64_t>("audit-reserve", &options.audit_reserve_mib, 1, 1 << 30,
                          "MiB of free disk below which management calls stop");
  AddAudit(&parser, &options.audit);
  AddKeys(&parser, &options.keys);
  AddLimits(&parser, &options.limits);
  AddIntegrity(&parser, &options.integrity);
  AddSeed(&parser, &options.seed);
  AddConfinement(&parser, &options.no_confinement);
  AddProcessOptions(&parser, &options.process);
  if (!parser.Run(arguments, &parsed)) {
    parsed.options.reset();
    return parsed;
  }
  if (certificate.empty() != key.empty()) {
    Complain("--tls-certificate and --tls-key need each other", &parsed);
  } else if (!certificate.empty()) {
    options.tls = net::TlsFiles{.certificate_chain = certificate, .private_key = key};
  } else if (!options.listen.loopback && !options.allow_plain_http) {
    Complain("others can reach " + options.listen.host +
                 ": give --tls-certificate and --tls-key (or --allow-plain-http, where something in front does TLS)",
             &parsed);
  }
  return parsed;
}

Parsed<DevOptions> ParseDev(const Arguments& arguments) {
  Parsed<DevOptions> parsed;
  DevOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori dev", "A development server. Move its clock with `kagimori dev clock advance 31d`.");
  parser.Path("data", &options.data, "Data folder, kept (default: kagimori/dev in the user's data folder)");
  AddAddress(&parser, "listen", &options.listen, "Where to serve the API (default: 127.0.0.1:4599)");
  parser.Flag("insecure-listen", &options.insecure_listen,
              "Let others reach the server; its credentials are then random");
  AddAddress(&parser, "metrics", &options.metrics, "Where to serve /metrics, /healthz and /readyz (default: nowhere)");
  parser.Number("cores", &options.cores, 0, 1024, "Threads that serve; 0: one for each core");
  AddAudit(&parser, &options.audit);
  AddKeys(&parser, &options.keys);
  AddIntegrity(&parser, &options.integrity);
  AddSeed(&parser, &options.seed);
  AddConfinement(&parser, &options.no_confinement);
  AddProcessOptions(&parser, &options.process);
  if (!parser.Run(arguments, &parsed)) {
    parsed.options.reset();
    return parsed;
  }
  const bool exposed = !options.listen.loopback || (options.metrics && !options.metrics->loopback);
  if (exposed && !options.insecure_listen) {
    Complain("others can reach this address; a development server listens there only with --insecure-listen", &parsed);
    return parsed;
  }
  DefaultData(options.insecure_listen, &parsed);
  return parsed;
}

Parsed<InitOptions> ParseInit(const Arguments& arguments) {
  Parsed<InitOptions> parsed;
  InitOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori init", "Makes a new deployment, with its first account, in an empty folder.");
  parser.Path("data", &options.data, kDataHelp)->required();
  parser.Value("account", "NUMBER", "Number of the first account (default: a random one)", &options.account,
               ParseAccount);
  parser.Path("passphrase-file", &options.passphrase_file,
              "File with the passphrase for the root key (default: asked for)");
  AddRecoveryOptions(&parser, &options.recovery);
  parser.Path("audit-folder", &options.audit_folder,
              "Folder of the audit log, as given to serve (default: audit in the data folder)");
  parser.Path("audit-key-out", &options.audit_key_out,
              "Where to write the public key of the audit log (default: audit-public-key.pem in the data folder)");
  AddProcessOptions(&parser, &options.process);
  if (!parser.Run(arguments, &parsed)) parsed.options.reset();
  return parsed;
}

Parsed<StatusOptions> ParseStatus(const Arguments& arguments) {
  Parsed<StatusOptions> parsed;
  StatusOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori status", "Asks the server that runs on a data folder how it is.");
  parser.Path("data", &options.data, "Data folder (default: that of `kagimori dev`)");
  parser.Flag("json", &options.json, "One JSON object");
  if (!parser.Run(arguments, &parsed)) {
    parsed.options.reset();
    return parsed;
  }
  DefaultData(false, &parsed);
  return parsed;
}

Parsed<ClockAdvanceOptions> ParseClockAdvance(const Arguments& arguments) {
  Parsed<ClockAdvanceOptions> parsed;
  ClockAdvanceOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori dev clock advance", "Moves the clock of the running development server forward.");
  parser.Positional("DURATION", "How far: 90s, 15m, 36h, 31d", &options.by, ParseDuration);
  parser.Path("data", &options.data, "Data folder (default: that of `kagimori dev`)");
  if (!parser.Run(arguments, &parsed)) {
    parsed.options.reset();
    return parsed;
  }
  DefaultData(false, &parsed);
  return parsed;
}

Parsed<AuditVerifyOptions> ParseAuditVerify(const Arguments& arguments) {
  Parsed<AuditVerifyOptions> parsed;
  AuditVerifyOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori audit verify", "Says whether an audit log is whole. Exit code 1: it is not.");
  auto path = [](const std::string& text) -> Result<std::filesystem::path> { return std::filesystem::path(text); };
  parser.Positional("FOLDER", "Folder of the audit log", &options.folder, path);
  parser.Path("key", &options.key, "Public key of the log (PEM), as `kagimori init` wrote it")->required();
  parser.Value("anchor", "RECORD:LINK", "A place that must be in the log, as an earlier verification printed it",
               &options.anchor, ParseAnchor);
  parser.Path("anchors", &options.anchors, "Anchor file whose every anchor must be in the log");
  if (!parser.Run(arguments, &parsed)) parsed.options.reset();
  return parsed;
}

}  // namespace kagimori::app
