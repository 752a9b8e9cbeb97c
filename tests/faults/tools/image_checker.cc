// Opens data folders as a server does after a power cut or a fault, and says what is in them. Standard input: one
// folder a line, "DATA<TAB>AUDIT_FOLDER"; standard output: one JSON object a line, in the same order. Every folder has
// a process of its own, so that a crash is an outcome like any other:
//   opened      the node started, stopped, and everything in the store could be read; "whole" is the audit log's
//   verdict unfinished  the folder was never filled to the end refused     with the reason in "error" ended       the
//   process ended itself, with the exit code in "code" and its log in "error" crashed     by the signal "code"
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "app/new_deployment.h"
#include "app/server_run.h"
#include "audit/files.h"
#include "audit/line_reader.h"
#include "audit/verify.h"
#include "base/sync_wait.h"
#include "crypto/digest.h"
#include "keys/key_table.h"
#include "keys/paths.h"
#include "keys/records.h"
#include "keys/structure_check.h"
#include "seal/path.h"
#include "seal/scrub.h"
#include "seal/sealed_record.h"
#include "seal/slots.h"
#include "store/blocking.h"
#include "store/rocksdb/rocksdb_store.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSecondsPerFolder = 60;  // one that hangs counts as crashed, by SIGALRM

class Text {
 public:
  Text& Add(std::string_view name, std::string_view value) {
    Name(name);
    wire::AppendJsonString(value, &out_);
    return *this;
  }
  Text& Add(std::string_view name, uint64_t value) {
    Name(name);
    wire::AppendJsonInteger(value, &out_);
    return *this;
  }
  // `json` is finished JSON.
  Text& AddJson(std::string_view name, std::string_view json) {
    Name(name);
    out_.append(json);
    return *this;
  }
  std::string Finish() const { return "{" + out_ + "}"; }

 private:
  void Name(std::string_view name) {
    if (!out_.empty()) out_.push_back(',');
    wire::AppendJsonString(name, &out_);
    out_.push_back(':');
  }
  std::string out_;
};

std::string List(const std::vector<std::string>& json) { return fmt::format("[{}]", fmt::join(json, ",")); }

std::string Quoted(std::string_view text) {
  std::string out;
  wire::AppendJsonString(text, &out);
  return out;
}

// Shows that the material is the same one without showing it.
std::string Fingerprint(const keys::Key& key) {
  std::string all;
  for (const keys::MaterialEntry& material : key.materials) {  // the current one alone is loaded
    all += material.loaded != nullptr ? HexEncode(material.loaded->kdf->Sign({AsBytes("fingerprint")})).substr(0, 16)
                                      : HexEncode(material.id).substr(0, 16);
  }
  return all;
}

std::string KeyJson(const keys::Key& key) {
  std::vector<std::string> tags;
  for (const keys::Tag& tag : key.tags) tags.push_back(fmt::format("[{},{}]", Quoted(tag.key), Quoted(tag.value)));
  std::vector<std::string> aliases;
  for (const std::string& name : key.aliases) aliases.push_back(Quoted(name));
  return Text()
      .Add("state", shapes::EnumTraits<keys::KeyState>::kNames[static_cast<size_t>(key.stored_state)])
      .Add("due", key.deletion_due ? 1 : 0)
      .Add("description", key.description)
      .Add("policy", key.policy.value_or(""))
      .AddJson("tags", List(tags))
      .AddJson("aliases", List(aliases))
      .Add("material", Fingerprint(key))
      .Finish();
}

Result<std::vector<store::Record>> AllRecords(store::Store* store) {
  std::vector<store::Record> all;
  store::RangeRequest request;
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult page, store::RangeAndWait(*store, request));
    std::ranges::move(page.records, std::back_inserter(all));
    if (!page.more) return all;
    request.begin = all.back().key + '\0';
  }
}

Result<std::string> AliasJson(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  const ByteView path = AsBytes(record.key);
  const AccountId account = AccountId::FromNumber(ReadBe(path.subspan(1, 6)));
  const auto region = Region::FromNumber(static_cast<uint16_t>(ReadBe(path.subspan(7, 2))));
  if (!region) return Fail(ErrorKind::kCorrupt, "an alias in no Region");
  keys::Alias alias{.name = {.account = account, .region = *region, .name = {}}};
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened, seal::OpenRecord(hierarchy, record.key, account, record.value));
  KAGIMORI_RETURN_IF_ERROR(keys::records::DecodeAlias(opened.message, &alias));
  return fmt::format("[{},{}]", Quoted(alias.name.name), Quoted(alias.target.ToString()));
}

// What recovery itself writes is left out of the digest.
bool Changes(seal::RecordType type) {
  return type == seal::RecordType::kClock || type == seal::RecordType::kHead || type == seal::RecordType::kOutbox;
}

// As `kagimori verify` does: every record opens, none is missing, too many or older than its ledger says, and keys,
// parts and aliases name one another.
Result<> ScrubStore(const seal::KeyHierarchy& hierarchy, store::Store* store, Text* out) {
  keys::StructureCheck structure(&hierarchy);
  KAGIMORI_ASSIGN_OR_RETURN(auto snapshot, store->TakeSnapshot());
  seal::ScrubOptions options;
  options.also = [&](std::string_view path, const seal::OpenedRecord& record) { return structure.Take(path, record); };
  KAGIMORI_ASSIGN_OR_RETURN(const seal::ScrubReport report, seal::Scrub(hierarchy, *snapshot, options));
  std::string findings = report.complete ? "" : "not complete; ";
  for (const seal::ScrubFinding& finding : report.findings) findings += finding.text + "; ";
  structure.Finish([&](const std::string&, const std::string& text) { findings += text + "; "; });
  out->Add("scrub", findings.empty() ? "whole" : findings);
  return {};
}

Result<> DumpStore(const fs::path& data, const seal::Deployment& deployment, Text* out) {
  KAGIMORI_ASSIGN_OR_RETURN(auto root_key, seal::OpenAnyDevelopmentSlot(data, deployment));
  KAGIMORI_ASSIGN_OR_RETURN(auto store, store::RocksDbStore::Open({.folder = data / "store"}));
  KAGIMORI_ASSIGN_OR_RETURN(auto hierarchy, seal::KeyHierarchy::Load(std::move(root_key), store.get(), deployment));
  keys::KeyTable table(hierarchy.get(), store.get());
  KAGIMORI_ASSIGN_OR_RETURN(std::vector<store::Record> records, AllRecords(store.get()));
  std::vector<std::string> found_keys;
  std::vector<std::string> found_aliases;
  uint64_t outbox = 0;
  uint64_t credentials = 0;
  std::string content;
  for (const store::Record& record : records) {
    const auto type = static_cast<seal::RecordType>(record.key[0]);
    if (!Changes(type)) content += HexEncode(crypto::Sha256({AsBytes(record.key), record.value}));
    outbox += type == seal::RecordType::kOutbox;
    credentials += type == seal::RecordType::kAccessKey;
    if (type == seal::RecordType::kAlias) {
      KAGIMORI_ASSIGN_OR_RETURN(std::string alias, AliasJson(*hierarchy, record));
      found_aliases.push_back(std::move(alias));
    }
    auto name = keys::ParseHeadPath(record.key);
    if (!name) continue;
    KAGIMORI_ASSIGN_OR_RETURN(std::shared_ptr<const keys::Key> key, SyncWait(table.LoadKey(*name)));
    found_keys.push_back(Quoted(name->id.ToString()) + ":" + KeyJson(*key));
  }
  out->AddJson("keys", fmt::format("{{{}}}", fmt::join(found_keys, ",")));
  out->AddJson("aliases", List(found_aliases)).Add("outbox", outbox).Add("credentials", credentials);
  out->Add("digest", HexEncode(crypto::Sha256(AsBytes(content))));
  KAGIMORI_RETURN_IF_ERROR(ScrubStore(*hierarchy, store.get(), out));
  store->Close();
  return {};
}

Result<> CollectRequests(const fs::path& folder, std::vector<std::string>* requests) {
  constexpr std::string_view kMember = "\"requestID\":\"";
  KAGIMORI_ASSIGN_OR_RETURN(audit::Listing listing, audit::List(folder));
  for (const auto& [number, forms] : listing.files) {
    const std::string name = forms.plain ? audit::PlainName(number) : audit::CompressedName(number);
    KAGIMORI_ASSIGN_OR_RETURN(auto reader, audit::LineReader::Open(folder / name, !forms.plain));
    while (true) {
      KAGIMORI_ASSIGN_OR_RETURN(auto line, reader.Next());
      if (!line) break;
      const size_t at = line->find(kMember);
      if (at == std::string_view::npos) continue;
      const std::string_view rest = line->substr(at + kMember.size());
      requests->push_back(Quoted(rest.substr(0, rest.find('"'))));
    }
  }
  return {};
}

Result<> DumpAudit(const fs::path& folder, const std::string& pem, Text* out) {
  KAGIMORI_ASSIGN_OR_RETURN(const auto key, crypto::ParseEd25519PublicPem(pem));
  const audit::Report report = audit::Verify(folder, key);
  out->Add("whole", report.ok() ? "yes" : audit::Describe(report)).Add("recoveries", report.recoveries);
  std::vector<std::string> requests;
  KAGIMORI_RETURN_IF_ERROR(CollectRequests(folder, &requests));
  out->AddJson("requests", List(requests));
  return {};
}

Result<std::string> Look(const fs::path& data, const fs::path& audit_folder) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess({.log_level = log::Level::kError, .allow_unlocked_memory = true}));
  auto folder = DataFolder::Open(data);
  if (!folder && folder.error().kind == ErrorKind::kNotFound) return Text().Add("outcome", "unfinished").Finish();
  if (!folder) return std::unexpected(folder.error());
  KAGIMORI_ASSIGN_OR_RETURN(const bool empty, folder->IsEmpty());
  if (empty || folder->IsUnfinished()) return Text().Add("outcome", "unfinished").Finish();
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, LoadDeployment(*folder));
  KAGIMORI_ASSIGN_OR_RETURN(auto root_key, seal::OpenAnyDevelopmentSlot(data, deployment));
  NodeOptions options;
  options.data = data;
  options.audit_folder = audit_folder;
  options.audit_reserve_bytes = 0;
  options.audit_compress = false;
  KAGIMORI_ASSIGN_OR_RETURN(auto node, Node::Open(options, deployment, std::move(root_key)));
  const std::string pem = node->AuditPublicKeyPem();
  node->Shutdown(std::chrono::milliseconds(0));
  Text out;
  out.Add("outcome", "opened");
  KAGIMORI_RETURN_IF_ERROR(DumpStore(data, deployment, &out));
  KAGIMORI_RETURN_IF_ERROR(DumpAudit(audit_folder, pem, &out));
  return out.Finish();
}

std::string ReadAll(int descriptor) {
  std::string all;
  char piece[65536];
  for (ssize_t got; (got = read(descriptor, piece, sizeof(piece))) > 0;) all.append(piece, static_cast<size_t>(got));
  return all;
}

// In a process of its own.
std::string Judge(const fs::path& data, const fs::path& audit_folder) {
  int ends[2];
  const int log = memfd_create("log", 0);
  if (log < 0 || pipe(ends) != 0) return Text().Add("outcome", "checker out of descriptors").Finish();
  const pid_t child = fork();
  if (child == 0) {
    alarm(kSecondsPerFolder);
    dup2(log, STDERR_FILENO);
    close(ends[0]);
    const Result<std::string> found = Look(data, audit_folder);
    const std::string text =
        found ? *found : Text().Add("outcome", "refused").Add("error", found.error().text).Finish();
    for (size_t done = 0; done < text.size();) {
      const ssize_t written = write(ends[1], text.data() + done, text.size() - done);
      if (written <= 0) _exit(3);
      done += static_cast<size_t>(written);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string text = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  lseek(log, 0, SEEK_SET);
  const std::string said = ReadAll(log);
  close(log);
  if (WIFSIGNALED(status)) {
    return Text().Add("outcome", "crashed").Add("code", WTERMSIG(status)).Add("error", said).Finish();
  }
  if (WEXITSTATUS(status) != 0) {
    return Text().Add("outcome", "ended").Add("code", WEXITSTATUS(status)).Add("error", said).Finish();
  }
  return text;
}

}  // namespace
}  // namespace kagimori::app

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) return 2;
    fmt::print("{}\n", kagimori::app::Judge(line.substr(0, tab), line.substr(tab + 1)));
    std::fflush(stdout);
  }
}
