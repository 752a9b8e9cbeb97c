#include "audit/testing/log_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "audit/event.h"
#include "audit/files.h"
#include "crypto/random.h"
#include "secret/secret_bytes.h"

namespace kagimori::audit {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void WriteFile(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc).write(text.data(), static_cast<std::streamsize>(text.size()));
}

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TestRecord::TestRecord(std::string_view name, size_t padding) : id(crypto::RandomUuid()) {
  std::string parameters = "{\"p\":\"" + std::string(padding, 'x') + "\"}";
  Event event;
  event.event_name = name;
  event.request_parameters_json = parameters;
  event.event_id = id;
  AppendJson(event, &text);
}

EventLine TestRecord::line() const {
  auto line = EventLine::Create(text, id);
  EXPECT_TRUE(line.has_value());
  return *line;
}

namespace {

crypto::Ed25519Signer MakeSigner(uint8_t seed) {
  ByteArray<32> bytes{};
  bytes[0] = seed;
  auto signer = crypto::Ed25519Signer::Create(secret::SecretKey256::CopyOf(bytes));
  EXPECT_TRUE(signer.has_value());
  return *std::move(signer);
}

std::filesystem::path MakeFolder() {
  // In memory where there is such a place: the tests sync thousands of times.
  std::filesystem::path parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
  std::string name = (parent / "kagimori-audit-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  return name;
}

}  // namespace

LogFolder::LogFolder(uint8_t key_seed)
    : path(MakeFolder()), signer_(MakeSigner(key_seed)), clock_(Timestamp{1'700'000'000'000}) {}
LogFolder::~LogFolder() { std::filesystem::remove_all(path); }

LogOptions LogFolder::Options() const {
  LogOptions options;
  options.folder = path;
  options.signer = &signer_;
  options.clock = &clock_;
  options.deployment = deployment;
  options.rotate_bytes = rotate_bytes;
  options.compress = compress;
  options.disk_reserve_bytes = 0;
  return options;
}

std::unique_ptr<Log> LogFolder::Open() const {
  auto log = Log::Open(Options());
  EXPECT_TRUE(log.has_value()) << log.error().text;
  return log ? *std::move(log) : nullptr;
}

Report LogFolder::Check(const VerifyOptions& options) const { return Verify(path, key(), options); }

std::filesystem::path LogFolder::File(uint64_t number) const { return path / PlainName(number); }
std::filesystem::path LogFolder::Packed(uint64_t number) const { return path / CompressedName(number); }

std::vector<std::string> LogFolder::Names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

Anchor AppendBatch(Log* log, size_t count, size_t padding) {
  std::vector<TestRecord> records;
  for (size_t i = 0; i < count; ++i) records.emplace_back("Encrypt", padding);
  std::vector<EventLine> lines;
  for (const TestRecord& record : records) lines.push_back(record.line());
  auto anchor = log->Append(lines);
  EXPECT_TRUE(anchor.has_value()) << anchor.error().text;
  return anchor.value_or(Anchor{});
}

}  // namespace kagimori::audit
