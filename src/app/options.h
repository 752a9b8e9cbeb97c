#ifndef KAGIMORI_APP_OPTIONS_H_
#define KAGIMORI_APP_OPTIONS_H_

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/new_recovery.h"
#include "app/oidc_issuers.h"
#include "app/outside_anchors.h"
#include "app/slot_secret.h"
#include "app/store_check.h"
#include "app/values.h"
#include "audit/log.h"
#include "base/ids.h"
#include "base/log.h"
#include "gateway/request_quotas.h"
#include "kms/operation.h"
#include "net/server.h"
#include "net/tls.h"

namespace kagimori::app {

// The commands' options: flag, else environment (KAGIMORI_ and the flag's name, as KAGIMORI_AUDIT_FOLDER), else, for
// serve, the configuration file (TOML, the flags' names as its keys), else the default. An empty variable counts as
// none; a key of the file that is no option is an error.

struct ProcessOptions {  // what every command that opens a data folder takes
  log::Format log_format = log::Format::kHuman;
  log::Level log_level = log::Level::kInfo;
  bool allow_unlocked_memory = false;
};

struct IntegrityChoices {  // what every server takes
  bool accept_rollback = false;
  uint64_t scrub_records_per_second = 20'000;
  uint64_t term_rotation_days = 30;  // 0: by command only
  uint64_t term_records_per_second = 2'000;
};

struct KeyChoices {  // what every server takes
  kms::Sm2Regions sm2 = kms::Sm2Regions::kChina;
  gateway::RequestRates request_rates;
  keys::ResourceQuotas resource_quotas;
  std::filesystem::path attestation_roots;  // PEM; empty: requests with a Recipient are refused
  OidcChoices oidc;
};

struct AuditChoices {           // what every server takes
  uint64_t retention_days = 0;  // 0: for ever
  uint64_t retention_mib = 0;   // 0: any number
  OutsideAnchorOptions anchors;
};

struct SeedChoices {                   // what every server takes
  std::filesystem::path file;          // applied before it serves; empty: none
  std::filesystem::path wrapping_key;  // that the file's material is sealed under
};

struct ServeOptions {
  ProcessOptions process;
  bool start_sealed = false;
  std::filesystem::path data;
  ListenAddress listen{.host = "127.0.0.1", .port = 4599, .loopback = true};
  std::optional<net::TlsFiles> tls;
  bool allow_plain_http = false;
  std::optional<ListenAddress> metrics;
  int cores = 0;  // 0: all
  UnlockChoices unlock;
  std::filesystem::path audit_folder;  // empty: <data>/audit
  audit::Durability audit_durability = audit::Durability::kWritten;
  uint64_t audit_rotate_mib = 256;
  uint64_t audit_reserve_mib = 1024;
  AuditChoices audit;
  KeyChoices keys;
  IntegrityChoices integrity;
  SeedChoices seed;
  net::ServerLimits limits;
  bool no_confinement = false;
};

struct DevOptions {
  ProcessOptions process;
  std::filesystem::path data;
  ListenAddress listen{.host = "127.0.0.1", .port = 4599, .loopback = true};
  bool insecure_listen = false;
  std::optional<ListenAddress> metrics;
  int cores = 0;
  AuditChoices audit;
  KeyChoices keys;
  IntegrityChoices integrity;
  SeedChoices seed;
  bool no_confinement = false;
};

struct InitOptions {
  ProcessOptions process;
  std::filesystem::path data;
  std::filesystem::path audit_folder;  // empty: <data>/audit
  std::optional<AccountId> account;    // nothing: a random one
  std::filesystem::path passphrase_file;
  RecoveryChoices recovery;
  std::filesystem::path audit_key_out;  // empty: <data>/audit-public-key.pem
};

struct StatusOptions {
  std::filesystem::path data;
  bool json = false;
};

struct ClockAdvanceOptions {
  std::filesystem::path data;
  std::chrono::milliseconds by{0};
};

struct AuditVerifyOptions {
  std::filesystem::path folder;
  std::filesystem::path key;
  std::optional<audit::Anchor> anchor;
  std::filesystem::path anchors;  // an anchor file; empty: none
};

struct VerifyOptions {
  ProcessOptions process;
  UnlockChoices unlock;
  StoreCheckOptions check;
};

// Options, or what to print instead: help (exit code 0, for standard output) or one line of complaint (2, for standard
// error).
template <class Options>
struct Parsed {
  std::optional<Options> options;
  int exit_code = 0;
  std::string text;
};

using Arguments = std::vector<std::string>;  // after the command's own words
Parsed<ServeOptions> ParseServe(const Arguments& arguments);
Parsed<DevOptions> ParseDev(const Arguments& arguments);
Parsed<InitOptions> ParseInit(const Arguments& arguments);
Parsed<StatusOptions> ParseStatus(const Arguments& arguments);
Parsed<ClockAdvanceOptions> ParseClockAdvance(const Arguments& arguments);
Parsed<AuditVerifyOptions> ParseAuditVerify(const Arguments& arguments);
Parsed<VerifyOptions> ParseVerify(const Arguments& arguments);  // verify_command.cc

// ${XDG_DATA_HOME:-~/.local/share}/kagimori/dev. A server that others can reach has a folder of its own, dev-insecure,
// since the well-known credentials of the first must not work there. Empty when there is no home folder.
std::filesystem::path DefaultDevFolder(bool insecure_listen);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_OPTIONS_H_
